"""How every command ends: what is asked, as who, and what is told where it goes wrong."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.integration.scripts.control.api import KEY, TRACE, Api, problem
from tests.integration.scripts.control.conftest import Run
from tests.integration.scripts.route.routing import imported

RUN = "0123456789abcdef0123456789abcdef"
DLQ, EVENTS = "/infrastructure/dlq", "/infrastructure/events"
# What is typed, and what it asks of the API.
ACTIONS: list[tuple[str, str, Any]] = [
    ("services list", "GET /registry", None),
    ("services show doc-store", "GET /registry/doc-store", None),
    (
        "services register doc-store https://docs.example",
        "POST /registry/register",
        {"name": "doc-store", "base_url": "https://docs.example", "endpoints": [], "metadata": {}},
    ),
    ("services heartbeat doc-store", "POST /registry/doc-store/heartbeat", {}),
    ("services deregister doc-store", "DELETE /registry/doc-store", None),
    ("services maintenance doc-store on", "POST /registry/doc-store/maintenance", {"on": True}),
    ("services maintenance doc-store off", "POST /registry/doc-store/maintenance", {"on": False}),
    ("services openapi doc-store", "GET /registry/doc-store/openapi", None),
    ("services poll-openapi", "POST /registry/poll-openapi", {}),
    ("services poll-openapi doc-store", "POST /registry/poll-openapi", {"service": "doc-store"}),
    ("services sync-peers", "POST /registry/sync-peers", {}),
    ("services peers", "GET /peers", None),
    ("workflows list", "GET /workflows", None),
    ("runs list", "GET /workflows/history", None),
    ("runs stats", "GET /infrastructure/saga/stats", None),
    (f"runs show {RUN}", f"GET /workflows/runs/{RUN}", None),
    (f"runs cancel {RUN} --reason enough", f"POST /workflows/runs/{RUN}/cancel", {"reason": "enough"}),
    (f"runs redrive {RUN}", f"POST /workflows/runs/{RUN}/redrive", {}),
    ("dead-letters stats", f"GET {DLQ}/stats", None),
    ("dead-letters list", f"GET {DLQ}/letters", None),
    ("dead-letters retry --all --dry-run", f"POST {DLQ}/retry", {"dry_run": True}),
    (
        "dead-letters discard --queue Q --all --reason old --yes",
        f"POST {DLQ}/discard",
        {"queue": "Q", "all": True, "reason": "old"},
    ),
    ("events list", f"GET {EVENTS}/history", None),
    (
        "events clear --before 2026-11-01T00:00Z --reason old --confirm",
        f"POST {EVENTS}/clear",
        {"before": "2026-11-01T00:00:00.000000Z", "reason": "old", "confirm": "clear"},
    ),
    (
        "replay --type listing --dry-run",
        f"POST {EVENTS}/replay",
        {"event_types": ["listing"], "to": "all", "dry_run": True},
    ),
    (f"replay --cancel {RUN}", f"POST /workflows/runs/{RUN}/cancel", {"reason": "by switchyard replay --cancel"}),
    (f"traces show {TRACE}", f"GET /infrastructure/tracing/trace/{TRACE}", None),
    ("traces stats", "GET /infrastructure/tracing/stats", None),
    ("traces service doc-store", "GET /infrastructure/tracing/service/doc-store", None),
    ("jobs list", "GET /jobs", None),
    ("jobs run poll-services", "POST /jobs/poll-services", {}),
    ("jobs history poll-services", "GET /jobs/poll-services/history", None),
    ("health", "GET /health", None),
    ("health --system", "GET /health/system", None),
]
# Has in it whatever an action lists, and is not written as Python would write it.
ANSWER: dict[str, Any] = {
    name: []
    for name in ("services", "history", "results", "peers", "items", "queues", "letters", "events", "jobs", "spans")
}
TEXT = json.dumps(ANSWER | {"status": "healthy", "overall_healthy": True, "price": 0}).replace(
    '"price": 0', '"price":1.50'
)


@pytest.mark.parametrize(("typed", "what", "body"), ACTIONS)
def test_an_action_asks_once_and_prints_the_json_of_the_answer_as_it_is(
    run: Run, api: Api, typed: str, what: str, body: Any
) -> None:
    api.says(what, TEXT.encode())
    done = run(*typed.split(), "--json")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{TEXT}\n", "")
    ((asked, _, sent, key),) = api.asked
    assert (asked, sent, key) == (what, body, f"Bearer {KEY}")


@pytest.mark.parametrize(("typed", "what"), [(typed, what) for typed, what, _ in ACTIONS])
def test_a_refusal_is_told_in_one_line_with_its_trace(run: Run, api: Api, typed: str, what: str) -> None:
    api.says(what, problem(409, "that cannot be"))
    done = run(*typed.split())
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == f"switchyard: 409 that cannot be [trace {TRACE}]\n"


@pytest.mark.parametrize("answer", [b"<html>busy</html>", b'{"services": [', b"\xff\xfe", b"NaN", b"[" * 100_000])
@pytest.mark.parametrize("as_json", [(), ("--json",)])
@pytest.mark.parametrize("typed", ["services list", "runs show x", "health", "services sync-peers"])
def test_an_answer_that_is_no_json_is_told(
    run: Run, api: Api, typed: str, as_json: tuple[str, ...], answer: bytes
) -> None:
    for what in ("GET /registry", "GET /workflows/runs/x", "GET /health", "POST /registry/sync-peers"):
        api.says(what, answer)
    done = run(*typed.split(), *as_json)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "switchyard: the answer is no JSON\n")


@pytest.mark.parametrize("answer", [[], "text", {"services": 5}, {"services": [5]}, {}])
def test_an_answer_that_is_something_else_is_told(run: Run, api: Api, answer: Any) -> None:
    api.says("GET /registry", answer)
    done = run("services", "list")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.endswith("; is this address Switchyard's API?\n")


@pytest.mark.parametrize(("status", "said"), [(502, "502 Bad Gateway"), (500, "500 Internal Server Error")])
def test_a_failure_of_the_api_is_told(run: Run, api: Api, status: int, said: str) -> None:
    api.headers["x-amzn-requestid"] = "abc"
    api.says("GET /peers", (status, b"<html>"))
    done = run("services", "peers")
    assert (done.returncode, done.stderr) == (3, f"switchyard: {said} [request abc]\n")


def test_what_cannot_be_repeated_may_have_been_done(run: Run, api: Api) -> None:
    api.says("POST /jobs/sync-peers", (504, {"message": "Endpoint request timed out"}))
    done = run("jobs", "run", "sync-peers")
    assert (done.returncode, done.stderr) == (
        3,
        "switchyard: 504 Endpoint request timed out; it may have been done\n",
    )


def test_an_api_that_is_away_is_told(run: Run) -> None:
    done = run("services", "list", "--api", "http://127.0.0.1:9")
    assert (done.returncode, done.stderr) == (3, "switchyard: the API cannot be reached\n")


def test_where_a_key_is_needed_and_there_is_none_nothing_is_asked(run: Run, api: Api) -> None:
    for typed in ("services list", "health --system"):
        done = run(*typed.split(), environment={"SWITCHYARD_KEY": ""})
        assert (done.returncode, done.stderr) == (2, "switchyard: with whose key? Set SWITCHYARD_KEY\n")
    assert api.asked == []


def test_health_is_told_to_everybody(run: Run, api: Api) -> None:
    api.says("GET /health", {"status": "healthy"})
    assert run("health", environment={"SWITCHYARD_KEY": ""}).returncode == 0
    assert api.asked[0].key is None


def test_the_address_may_be_said_with_its_stage(run: Run, api: Api) -> None:
    api.says("GET /prod/registry", {"services": [], "next_cursor": None})
    done = run("services", "list", environment={"SWITCHYARD_API": f"{api.url}/prod/"})
    assert (done.returncode, done.stdout) == (0, "there are no such services\n")


@pytest.mark.parametrize(
    "typed",
    [
        "services",
        "services maintenance x maybe",
        "services register x",
        "services register x https://x --lease 5",
        "services list --limit 0",
        "workflows run x --param rate",
        "runs list --status lost",
        "runs cancel x",
        "runs list --since yesterday",
        "dead-letters retry",
        "dead-letters discard --queue q --reason r",
        "dead-letters discard --queue q --all --cause c --reason r",
        "dead-letters discard --queue q --all --reason r",
        "events clear --before 1d --reason r",
        "events tail --interval 0",
        "replay --to nobody",
        f"replay --cancel {RUN} --type listing",
        "traces service",
        "jobs run poll-services --limit 5",
        "jobs run notify-consolidation --min-confidence 2",
        "completion fish",
        "nothing",
    ],
)
def test_what_is_called_wrongly_ends_with_2_and_asks_nothing(run: Run, api: Api, typed: str) -> None:
    done = run(*typed.split())
    assert done.returncode == 2
    assert done.stderr
    assert api.asked == []


def test_who_reads_may_have_seen_enough(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `| head -1` does: a broken pipe is no failure of which to tell at length."""
    api.says("GET /registry", {"services": [{"name": f"s{number}"} for number in range(200)]})
    reader, writer = os.pipe()
    os.close(reader)
    kept = os.dup(1)
    with os.fdopen(writer, "w") as broken:
        monkeypatch.setattr("sys.stdout", broken)
        done = run("services", "list")
    os.dup2(kept, 1)
    os.close(kept)
    assert (done.returncode, done.stderr) == (1, "")


def test_who_stops_it_is_told_nothing_of_how(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scripts.control.services.listed", stop)
    done = run("services", "list")
    assert (done.returncode, done.stderr) == (130, "switchyard: stopped\n")


def test_what_others_wrote_does_not_steer_the_terminal(run: Run, api: Api) -> None:
    nasty = "\x1b[2J\u202egpj.exe\r\n\x9b"
    api.says("GET /registry", {"services": [{"name": nasty, "status": nasty}], "next_cursor": nasty})
    for as_json in ((), ("--json",)):
        done = run("services", "list", "--limit", "1", *as_json)
        assert done.returncode == 0
        assert all(line.isprintable() for line in (done.stdout + done.stderr).split("\n"))
    api.says("GET /registry/x", problem(404, f"there is no {nasty}"))
    assert all(line.isprintable() for line in run("services", "show", "x").stderr.split("\n"))


def test_names_are_put_into_addresses_whole(run: Run, api: Api) -> None:
    run("services", "show", "a/../b?c#d")
    run("workflows", "show", "x")
    assert api.asked[0].what == "GET /registry/a%2F..%2Fb%3Fc%23d"


def test_every_action_says_how_it_ends(run: Run) -> None:
    for typed in {
        " ".join(typed.split()[: 1 if typed.split()[0] in ("replay", "health") else 2]) for typed, *_ in ACTIONS
    }:
        told = run(*typed.split(), "--help").stdout
        assert "3    the API cannot be reached" in told
        assert "--api URL" in told
        assert "--json" in told


def test_an_area_waits_for_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    loaded = set(imported(tmp_path, "services", "--help"))
    assert "scripts.control.services" in loaded
    assert not {"boto3", "httpx", "pydantic", "redis", "scripts.control.runs", "scripts.blackboard.command"} & loaded
