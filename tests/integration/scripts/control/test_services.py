"""`switchyard services`, as people see it."""

from typing import Any

import pytest

from tests.integration.scripts.control.api import Api
from tests.integration.scripts.control.conftest import Run


def service(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "status": "healthy",
        "status_detail": None,
        "status_since": "2026-11-30T12:00:00Z",
        "base_url": f"https://{name}.example",
        "openapi_url": None,
        "endpoints": [],
        "metadata": {},
        "owner": "0123456789abcdef",
        "lease_seconds": None,
        "last_seen": "2026-11-30T12:05:00.5Z",
        "last_checked": None,
        "registered_at": "2026-11-30T11:00:00Z",
        "origin": "here",
        "hops": 0,
        "openapi_hash": None,
        "version": 1,
    } | more


def test_services_are_listed_page_after_page(run: Run, api: Api) -> None:
    first, second = [service(f"s{number}") for number in range(2)]
    api.says(
        "GET /registry",
        {"services": [first], "next_cursor": "a"},
        {"services": [], "next_cursor": "b"},
        {"services": [second], "next_cursor": None},
    )
    done = run("services", "list", "--status", "healthy")
    assert done.stdout.splitlines() == [
        "service  status   since                seen                 address             owner",
        "s0       healthy  2026-11-30 12:00:00  2026-11-30 12:05:00  https://s0.example  0123456789abcdef",
        "s1       healthy  2026-11-30 12:00:00  2026-11-30 12:05:00  https://s1.example  0123456789abcdef",
    ]
    assert api.queries() == [
        {"status": "healthy", "limit": "50"},
        {"status": "healthy", "limit": "49", "cursor": "a"},
        {"status": "healthy", "limit": "49", "cursor": "b"},
    ]


def test_one_is_shown_with_what_is_known_of_it(run: Run, api: Api) -> None:
    api.says(
        "GET /registry/docs",
        service("docs", status="unhealthy", status_detail="it answers 503", lease_seconds=600, metadata={"team": "a"}),
    )
    assert run("services", "show", "docs").stdout.splitlines() == [
        "service     docs",
        "status      unhealthy",
        "because     it answers 503",
        "since       2026-11-30 12:00:00",
        "address     https://docs.example",
        "metadata    team=a",
        "owner       0123456789abcdef",
        "lease       10 min",
        "seen        2026-11-30 12:05:00",
        "registered  2026-11-30 11:00:00",
        "from        here",
        "version     1",
    ]


def test_one_is_registered_with_all_that_may_be_said_of_it(run: Run, api: Api) -> None:
    api.says("POST /registry/register", (201, {"status": "registered", "count": 1, "service": service("docs")}))
    done = run(
        *("services", "register", "docs", "https://docs.example", "--openapi-url", "https://docs.example/openapi.json"),
        *("--endpoint", "/a", "--endpoint", "/b", "--metadata", "team=a", "--metadata", '{"health_path": "/up"}'),
        *("--owner", "0123456789abcdef", "--lease", "600"),
    )
    assert done.stdout.startswith("service     docs\n")
    assert api.bodies() == [
        {
            "name": "docs",
            "base_url": "https://docs.example",
            "openapi_url": "https://docs.example/openapi.json",
            "endpoints": ["/a", "/b"],
            "metadata": {"team": "a", "health_path": "/up"},
            "owner": "0123456789abcdef",
            "lease_seconds": 600,
        }
    ]


def test_a_heartbeat_says_until_when_it_is_good(run: Run, api: Api) -> None:
    until = {"name": "docs", "last_seen": "2026-11-30T12:00:00Z", "lease_until": "2026-11-30T12:10:00Z"}
    api.says("POST /registry/docs/heartbeat", until)
    assert run("services", "heartbeat", "docs").stdout.splitlines()[1:] == [
        "seen     2026-11-30 12:00:00",
        "until    2026-11-30 12:10:00",
    ]


def test_one_is_taken_off_the_list(run: Run, api: Api) -> None:
    api.says("DELETE /registry/docs", {"deregistered": True})
    assert run("services", "deregister", "docs").stdout == "docs is off the list\n"
    api.says("DELETE /registry/docs", (204, b""))
    assert run("services", "deregister", "docs", "--json").stdout == ""
    api.says("DELETE /registry/docs", {"deregistered": False})
    assert run("services", "deregister", "docs").stdout == "docs was not on the list\n"


def test_what_it_offers_is_shown_with_its_changes(run: Run, api: Api) -> None:
    current = {"hash": "abc", "version": "1.2", "operations": 7, "since": "2026-11-30T12:00:00Z"}
    changed = [{"operation": "GET /b", "breaking": False, "changes": ["a new parameter"]}]
    drift = {"at": "2026-11-30T12:00:00Z", "type": "service.drifted", "added": ["GET /a"], "changed": changed}
    api.says(
        "GET /registry/docs/openapi",
        {"service": "docs", "current": current, "history": [drift], "next_cursor": None},
    )
    shown = run("services", "openapi", "docs").stdout
    assert "operations  7\n" in shown
    assert shown.endswith("2026-11-30 12:00:00  service.drifted  -        GET /a  -        GET /b   -\n")


@pytest.mark.parametrize(("error", "code"), [(None, 0), ("it did not answer", 1)])
def test_asking_what_they_offer_is_good_where_all_could_be_asked(
    run: Run, api: Api, error: str | None, code: int
) -> None:
    changed = {"service": "docs", "changed": True, "added": ["GET /a"], "removed": [], "breaking": ["GET /b"]}
    api.says("POST /registry/poll-openapi", {"results": [changed, {"service": "logs", "error": error}]})
    done = run("services", "poll-openapi")
    assert done.returncode == code
    assert "docs     yes      GET /a  -        -        GET /b    -" in done.stdout
    assert run("services", "poll-openapi", "--json").returncode == code
    api.says("POST /registry/poll-openapi", {"results": [], "left": 2})
    done = run("services", "poll-openapi")
    assert (done.returncode, done.stderr) == (1, "2 were not asked: there was no time; say it again\n")


@pytest.mark.parametrize(("error", "code"), [(None, 0), ("it cannot be reached", 1)])
def test_telling_peers_is_good_where_all_could_be_told(run: Run, api: Api, error: str | None, code: int) -> None:
    told = {"peer": "https://other.example", "status": "reachable", "sent": 3}
    api.says(
        "POST /registry/sync-peers", {"sent": 3, "peers": 1, "results": [told | ({"error": error} if error else {})]}
    )
    done = run("services", "sync-peers")
    assert (done.returncode, "https://other.example  reachable  3" in done.stdout) == (code, True)


def test_peers_are_listed(run: Run, api: Api) -> None:
    peer = {"url": "https://other.example", "status": "unreachable", "last_error": "it is away", "failures": 3}
    api.says("GET /peers", {"peers": [peer], "count": 1})
    assert run("services", "peers").stdout.splitlines()[1].split() == [
        *("https://other.example", "unreachable", "-", "-", "-", "3", "it", "is", "away")
    ]
    api.says("GET /peers", {"peers": [], "count": 0})
    assert run("services", "peers").stdout == "there are no peers\n"
