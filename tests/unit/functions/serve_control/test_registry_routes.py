"""/registry and /peers over HTTP: who may what, what is answered, and what is refused."""

import json
from typing import Any

import pytest

from functions.serve_control import registry_routes
from shared.control.registry.replication import MOST_IN_BATCH, entry_of
from shared.runtime import wiring, wiring_registry
from shared.runtime.api import answer, resolver
from shared.runtime.observability import observed
from shared.runtime.request import Request, principal
from shared.runtime.signatures import signing_headers
from tests.support.bad_urls import BAD_SPELLINGS, LITERALS
from tests.support.http_events import LambdaContext, api_event, json_of
from tests.support.registries import KEY, SECRET, Instance, said
from tests.unit.shared.control.registry.openapi.samples import NEW, NOTHING, changed

OTHER = "fedcba9876543210"
URL = "https://docs.example/openapi.json"
app = resolver()
app.include_router(registry_routes.router)


def admit(request: Request) -> str:
    return "public" if request.path == "/registry/replicate" else principal(request)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=admit)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Instance:
    here = Instance()
    monkeypatch.setattr(wiring_registry, "registry", lambda: here.ports)
    monkeypatch.setattr(wiring_registry, "services", lambda: here.services)
    monkeypatch.setattr(wiring_registry, "seen", lambda: here.ports.seen)
    monkeypatch.setattr(wiring_registry, "peer_messages", lambda: here.messages)
    monkeypatch.setattr(wiring, "cursor_secret", lambda: b"secret")
    monkeypatch.setattr(registry_routes, "system_clock", here.time)
    return here


def ask(
    method: str, path: str, body: Any = None, *, role: str = "operator", key: str = KEY, **headers: str
) -> tuple[int, Any]:
    known = {"principalId": f"key:{key}", "role": role, "sources": "registry"}
    answered = handler(api_event(method, path, body=body, headers=headers, authorizer=known), LambdaContext())
    return answered["statusCode"], json_of(answered)


def register(name: str = "docs", *, role: str = "service", key: str = KEY, **more: Any) -> tuple[int, Any]:
    wanted = {"name": name, "base_url": f"https://{name}.example", **more}
    return ask("POST", "/registry/register", wanted, role=role, key=key)


def names(query: str = "") -> list[str]:
    status, page = ask("GET", f"/registry{query}", role="viewer")
    assert status == 200
    return [service["name"] for service in page["services"]]


# registering


def test_a_service_is_registered_as_the_seed_has_it(here: Instance) -> None:
    wanted = {
        "name": "doc-store",
        "base_url": "https://docs.example",
        "openapi_url": URL,
        "endpoints": ["/documents", "/search"],
        "metadata": {"team": "docs", "share": 1.5},
    }
    status, told = ask("POST", "/registry/register", wanted)
    assert (status, told["status"], told["count"]) == (201, "registered", 1)
    assert told["service"] == {
        **wanted,
        "status": "unknown",
        "status_detail": None,
        "status_since": "2026-03-01T12:00:00Z",
        "owner": KEY,
        "lease_seconds": None,
        "last_seen": "2026-03-01T12:00:00Z",
        "last_checked": None,
        "registered_at": "2026-03-01T12:00:00Z",
        "origin": here.origin,
        "hops": 0,
        "openapi_hash": None,
        "version": 1,
    }
    assert ask("POST", "/registry/register", wanted) == (200, told)
    assert ask("GET", "/registry/doc-store", role="viewer") == (200, told["service"])
    assert register("search")[1]["count"] == 2


@pytest.mark.parametrize(
    "url", [one for one in BAD_SPELLINGS if one.startswith("http")] + [f"http://{one}" for one in LITERALS]
)
def test_a_url_that_leads_inside_is_a_422_that_changes_nothing(here: Instance, url: str) -> None:
    for name in ("base_url", "openapi_url"):
        status, problem = register(**{name: url})
        assert (status, problem["status"]) == (422, 422)
    assert (names(), here.net.asked) == ([], [])


BODIES: list[Any] = [
    None,
    [],
    7,
    '"text"',
    {},
    {"name": "docs"},
    {"base_url": "https://docs.example"},
    {"name": "a/b", "base_url": "https://docs.example"},
    {"name": "docs", "base_url": "https://docs.example", "more": 1},
    '{"name": "docs", "base_url": "https://docs.example", "lease_seconds": 1e400}',
    '{"name": "docs", "base_url": "https://docs.example", "metadata": {"a": 1e400}}',
    {"name": "docs", "base_url": "https://docs.example", "metadata": {"a": 1e308}, "endpoints": [1]},
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: json.dumps(body)[:50])
def test_what_is_no_service_is_a_422(here: Instance, body: Any) -> None:
    assert ask("POST", "/registry/register", body)[0] == 422
    assert names() == []


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"a": NaN}', "\ud800"], ids=lambda body: body[:10])
@pytest.mark.parametrize("path", ["register", "docs/maintenance", "poll-openapi"])
def test_what_is_no_json_is_a_400(here: Instance, body: str, path: str) -> None:
    here.register()
    answered = handler(
        api_event("POST", f"/registry/{path}", body=body, authorizer={"principalId": f"key:{KEY}", "role": "admin"}),
        LambdaContext(),
    )
    assert answered["statusCode"] == 400


NAMES = ["nothing", "A", "..", "%2e%2e", "a%2fb", "a b", "-", "a" * 2_000, "a%00", "register"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: name[:10])
def test_a_service_that_is_not_there_is_a_404(here: Instance, name: str) -> None:
    asks = [
        ("GET", f"/registry/{name}", None),
        ("GET", f"/registry/{name}/openapi", None),
        ("POST", f"/registry/{name}/heartbeat", None),
        ("POST", f"/registry/{name}/maintenance", {"on": True}),
        ("DELETE", f"/registry/{name}", None),
    ]
    assert [ask(*one)[0] for one in asks] == [404] * len(asks)


# who may what

ASKS: list[tuple[str, str, Any]] = [
    ("POST", "/registry/register", {"name": "docs", "base_url": "https://docs.example", "lease_seconds": 60}),
    ("POST", "/registry/docs/heartbeat", None),
    ("POST", "/registry/docs/maintenance", {"on": True}),
    ("POST", "/registry/poll-openapi", {}),
    ("POST", "/registry/sync-peers", None),
    ("DELETE", "/registry/docs", None),
]


@pytest.mark.parametrize(
    ("role", "key", "statuses"),
    [
        ("viewer", OTHER, [403] * 6),
        ("agent", OTHER, [403] * 6),
        ("service", OTHER, [403] * 6),
        ("service", KEY, [200, 200, 200, 403, 403, 200]),
        ("operator", OTHER, [200] * 6),
        ("admin", OTHER, [200] * 6),
    ],
)
def test_who_may_do_what_with_a_service(here: Instance, role: str, key: str, statuses: list[int]) -> None:
    register(lease_seconds=60)
    assert [ask(*one, role=role, key=key)[0] for one in ASKS] == statuses


def test_nobody_is_let_in_without_a_key_but_to_what_is_signed(here: Instance) -> None:
    for method, path, body in [*ASKS, ("GET", "/registry", None), ("GET", "/peers", None)]:
        assert handler(api_event(method, path, body=body), LambdaContext())["statusCode"] == 401
    assert handler(api_event("POST", "/registry/replicate", body={}), LambdaContext())["statusCode"] == 401


# leases


def test_a_lease_is_renewed_until_it_is_over(here: Instance) -> None:
    register(lease_seconds=60)
    here.time.pass_by(seconds=59)
    status, told = ask("POST", "/registry/docs/heartbeat", role="service")
    assert (status, told) == (
        200,
        {"name": "docs", "last_seen": "2026-03-01T12:00:59Z", "lease_until": "2026-03-01T12:01:59Z"},
    )
    here.time.pass_by(seconds=60)
    status, problem = ask("POST", "/registry/docs/heartbeat", role="service")
    assert (status, problem["detail"]) == (409, "its lease is over: register it again")
    assert ask("GET", "/registry/docs")[1]["status"] == "expired"
    assert (names(), names("?status=expired")) == ([], ["docs"])
    assert register(lease_seconds=60)[0] == 200
    assert names() == ["docs"]


def test_who_is_deregistered_is_gone(here: Instance) -> None:
    register()
    assert ask("DELETE", "/registry/docs", role="service") == (200, {"deregistered": True})
    assert ask("DELETE", "/registry/docs", role="service") == (200, {"deregistered": False})
    assert ask("GET", "/registry/docs")[0] == 404
    assert names() == []
    assert register(key=OTHER)[0] == 201


def test_maintenance_is_seen(here: Instance) -> None:
    register()
    assert ask("POST", "/registry/docs/maintenance", {"on": True})[1]["status"] == "maintenance"
    assert (names("?status=maintenance"), names("?status=healthy")) == (["docs"], [])
    assert ask("POST", "/registry/docs/maintenance", {"on": False})[1]["status"] == "unknown"
    for body in ({}, {"on": 1}, {"on": "yes"}):
        assert ask("POST", "/registry/docs/maintenance", body)[0] == 422


# lists


def test_services_come_page_by_page_each_once(here: Instance) -> None:
    for number in range(7):
        register(f"s{number}", lease_seconds=60 if number == 3 else None)
        here.time.pass_by(seconds=1)
    here.time.pass_by(seconds=60)
    found, cursor = [], ""
    while True:
        status, page = ask("GET", f"/registry?limit=2{cursor and f'&cursor={cursor}'}")
        assert status == 200
        found += [service["name"] for service in page["services"]]
        if page["next_cursor"] is None:
            break
        cursor = page["next_cursor"]
    assert found == ["s6", "s5", "s4", "s2", "s1", "s0"]
    assert ask("GET", f"/registry?status=unknown&cursor={cursor}")[0] == 422, "it is of another list"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "status=gone", "status=deregistered", "cursor=x", "cursor="]
)
def test_what_cannot_be_asked_is_a_422(here: Instance, query: str) -> None:
    assert ask("GET", f"/registry?{query}")[0] == 422


# what services offer


def test_what_a_service_offers_is_polled_and_shown(here: Instance) -> None:
    register(openapi_url=URL)
    for tree in (NEW, changed(("paths|/pets|post", NOTHING))):
        here.net.answers(URL, said(200, json.dumps(tree).encode()))
        here.time.pass_by(hours=1)
        status, told = ask("POST", "/registry/poll-openapi", {"service": "docs"})
        assert (status, told["left"]) == (200, 0)
    (result,) = told["results"]
    assert (result["service"], result["changed"], result["breaking"]) == ("docs", True, ["POST /v1/pets is gone"])
    status, page = ask("GET", "/registry/docs/openapi", role="viewer")
    assert (status, page["service"], page["next_cursor"]) == (200, "docs", None)
    assert page["current"] == {
        "hash": result["hash"],
        "version": "3.0.3",
        "operations": 2,
        "since": "2026-03-01T14:00:00Z",
        "checked_at": "2026-03-01T14:00:00Z",
        "error": None,
    }
    assert [line["type"] for line in page["history"]] == ["service.drifted", "service.described"]
    assert page["history"][0]["at"] == "2026-03-01T14:00:00.000000Z"
    status, first = ask("GET", "/registry/docs/openapi?limit=1")
    assert [line["type"] for line in first["history"]] == ["service.drifted"]
    status, second = ask("GET", f"/registry/docs/openapi?limit=1&cursor={first['next_cursor']}")
    assert ([line["type"] for line in second["history"]], second["next_cursor"]) == (["service.described"], None)
    assert ask("GET", "/registry/docs")[1]["openapi_hash"] == result["hash"]


def test_polling_is_asked_for_with_a_body_or_without(here: Instance) -> None:
    register(openapi_url=URL)
    for body in (None, {}, {"service": None}):
        status, told = ask("POST", "/registry/poll-openapi", body)
        assert (status, told["results"]) == (200, [{"service": "docs", "error": "it cannot be reached"}])
    assert ask("POST", "/registry/poll-openapi", {"service": "nothing"})[0] == 404
    assert ask("POST", "/registry/poll-openapi", {"service": "a/b"})[0] == 422
    assert ask("GET", "/registry/docs/openapi")[1]["current"]["error"] == "it cannot be reached"


# peers


def test_peers_are_told_and_shown(here: Instance) -> None:
    other = Instance("https://b.example", net=here.net, time=here.time)
    here.names(other.origin, "https://down.example", here.origin)
    register()
    status, told = ask("POST", "/registry/sync-peers")
    assert (status, told["sent"], told["peers"]) == (200, 1, 2)
    assert [result["status"] for result in told["results"]] == ["reachable", "unreachable"]
    status, page = ask("GET", "/peers", role="viewer")
    assert (status, page["count"]) == (200, 2)
    assert page["peers"][1] == {
        "url": "https://down.example",
        "status": "unreachable",
        "origin": None,
        "since": "2026-03-01T12:00:00Z",
        "last_seen": None,
        "last_tried": "2026-03-01T12:00:00Z",
        "last_error": "it cannot be reached",
        "failures": 1,
        "next_try_at": "2026-03-01T12:01:00Z",
        "services": 0,
    }
    assert ask("POST", "/registry/sync-peers")[1]["results"][1]["next_try_at"].startswith("2026-03-01T12:02"), (
        "it insists"
    )


def test_where_nothing_is_configured_there_are_no_peers(here: Instance) -> None:
    assert ask("GET", "/peers") == (200, {"peers": [], "count": 0})
    assert ask("POST", "/registry/sync-peers") == (200, {"sent": 0, "peers": 0, "results": []})


def replicate(here: Instance, body: Any, *, secret: bytes = SECRET, text: str | None = None) -> tuple[int, Any]:
    content = json.dumps(body) if text is None else text
    headers = signing_headers(f"m{here.time().timestamp()}", content.encode(), [secret], at=here.time())
    answered = handler(api_event("POST", "/registry/replicate", body=content, headers=headers), LambdaContext())
    here.time.pass_by(seconds=1)
    return answered["statusCode"], json_of(answered)


def test_what_a_peer_says_is_taken_where_it_is_signed(here: Instance) -> None:
    entry = Instance("https://b.example").register("docs")
    batch = {"from": "https://b.example", "services": [entry_of(entry), {"name": "broken"}]}
    status, reply = replicate(here, batch)
    assert (status, reply["taken"], [one["name"] for one in reply["refused"]]) == (200, 1, ["broken"])
    assert reply["origin"] == here.origin
    assert names() == ["docs"]
    assert here.events()[-1].actor == "peer:https://b.example"


def test_nothing_of_a_message_is_read_before_it_is_believed(here: Instance) -> None:
    for text in ("{", "[]", "null", '{"from": 7}'):
        assert replicate(here, None, text=text, secret=b"what a stranger thinks of")[0] == 401
    assert replicate(here, None, text="{")[0] == 400
    bodies: list[Any] = [[], None, {"from": 7}, {"from": "b", "services": [{}] * (MOST_IN_BATCH + 1)}]
    for body in bodies:
        assert replicate(here, body)[0] == 422


def test_a_key_is_no_signature(here: Instance) -> None:
    status, _ = ask("POST", "/registry/replicate", {"from": "b", "services": []}, role="admin")
    assert status == 401


def test_no_answer_says_what_peers_sign_with(here: Instance) -> None:
    here.names("https://b.example")
    Instance("https://b.example", net=here.net, time=here.time)
    register()
    answers = [
        ask("POST", "/registry/sync-peers"),
        ask("GET", "/peers"),
        replicate(here, {"from": "b", "services": []}),
    ]
    assert SECRET.decode() not in json.dumps(answers)
