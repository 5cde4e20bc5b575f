"""/admin/deliveries, /admin/sinks and the routing rules over HTTP: what is answered, and what is refused."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.serve_admin import app as serve_admin
from functions.serve_admin import delivery_routes, settings_routes
from shared.deliveries.delivery import MemoryDeliveries, Status, first_try
from shared.deliveries.events import DeliveryEvents
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.listings.settings_store import LedgerSettings
from shared.messages.rules_file import default_text
from shared.messages.settings import LARGEST_FILE
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.sinks.names import NAMES, TITLES
from shared.sinks.store import LedgerSinks
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of
from tests.support.posted import keep_message

LIST, SINKS, ROUTING = "/admin/deliveries", "/admin/sinks", "/admin/settings/routing"
RULES = "routes:\n  - name: all\n    when: {always: true}\n    to: discord\n"


class World:
    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.records = MemoryDeliveries()

    def keep(self, name: str = "m-1", status: Status = Status.FAILED, **said: Any) -> Event:
        """A message of now that came to that at Notion, and waits for Discord."""
        at = system_clock()
        event = keep_message(self.ledger, name, sinks=("notion", "discord"), at=at)
        self.records.save(replace(first_try(event.id, "notion", at=at), status=status, **said))
        return event


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(delivery_routes, "records", world.records)
    monkeypatch.setattr(delivery_routes, "said", DeliveryEvents(world.ledger))
    monkeypatch.setattr(delivery_routes, "sinks", LedgerSinks(world.ledger))
    monkeypatch.setattr(settings_routes, "store", LedgerSettings(world.ledger))
    monkeypatch.setattr(wiring, "ledger", lambda: world.ledger)
    monkeypatch.setattr(wiring, "cursor_secret", lambda: b"secret")
    return world


def ask(method: str, target: str, **request: Any) -> dict[str, Any]:
    answer: dict[str, Any] = serve_admin.handler(as_operator(method, target, **request), LambdaContext())
    return answer


def listed(target: str) -> list[tuple[str, str]]:
    answer = ask("GET", target)
    assert answer["statusCode"] == 200, answer
    return [(each["sink"], each["status"]) for each in json_of(answer)["deliveries"]]


# deliveries


def test_what_became_of_todays_messages_is_listed(world: World) -> None:
    event = world.keep(status=Status.DRY_RUN, request={"method": "POST", "path": "/pages", "body": {"a": [1, None]}})
    answer = ask("GET", LIST)
    waiting, dry = sorted(json_of(answer)["deliveries"], key=lambda each: str(each["sink"]))
    assert (dry["event_id"], dry["sink"], dry["status"]) == (event.id, "notion", "dry_run")
    assert dry["request"] == {"method": "POST", "path": "/pages", "body": {"a": [1, None]}}
    assert (waiting["sink"], waiting["status"], waiting["changed_at"]) == ("discord", "pending", None)
    assert json_of(answer)["next_cursor"] is None


def test_the_list_may_be_of_one_sink_or_status_or_event(world: World) -> None:
    event = world.keep()
    world.keep("m-2", Status.DELIVERED)
    assert listed(f"{LIST}?sink=discord") == [("discord", "pending")] * 2
    assert listed(f"{LIST}?status=delivered") == [("notion", "delivered")]
    assert listed(f"{LIST}?status=failed&sink=notion") == [("notion", "failed")]
    assert listed(f"{LIST}?status=failed&sink=discord") == []
    assert listed(f"{LIST}?event_id={event.id}") == [("notion", "failed"), ("discord", "pending")]
    assert listed(f"{LIST}?event_id={event.id}&status=failed") == [("notion", "failed")]
    assert listed(f"{LIST}?event_id={event.id}&sink=discord") == [("discord", "pending")]
    assert listed(f"{LIST}?day=2020-01-01") == []


def test_the_list_comes_page_by_page(world: World) -> None:
    for number in range(5):
        world.keep(f"m-{number}")
    shown, query = [], "limit=2"
    while query:
        page = json_of(ask("GET", f"{LIST}?status=failed&{query}"))
        shown += [each["event_id"] for each in page["deliveries"]]
        query = page["next_cursor"] and f"limit=2&cursor={page['next_cursor']}"
    assert shown == [f"message:m-{number}:1" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "query",
    [
        "sink=fax",
        "sink=",
        "status=lost",
        "status=",
        "day=yesterday",
        "day=2026-13-01",
        "limit=0",
        "limit=201",
        "limit=many",
        "cursor=x",
        f"cursor={'x' * 1_025}",
        f"event_id={'x' * 201}",
        "event_id=message:m-1:1&day=2026-03-01",
        "event_id=message:m-1:1&cursor=x",
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(world: World, query: str) -> None:
    world.keep()
    answer = ask("GET", f"{LIST}?{query}")
    assert answer["statusCode"] in (404, 422), answer
    assert json_of(answer)["detail"]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_are_have_no_deliveries(world: World, day: str) -> None:
    assert listed(f"{LIST}?day={day}") == []


def test_an_event_that_is_not_there_is_not_found(world: World) -> None:
    assert ask("GET", f"{LIST}?event_id=message:m-1:1")["statusCode"] == 404


# asking again


def test_who_asks_again_is_told_which_event_asks(world: World) -> None:
    event = world.keep()
    answer = ask("POST", f"{LIST}/{event.id}/notion/retry")
    assert answer["statusCode"] == 202
    assert json_of(answer) == {
        "event_id": event.id,
        "sink": "notion",
        "requested_as": f"delivery:{event.id}:notion:1",
    }
    assert ask("POST", f"{LIST}/{event.id}/notion/retry")["statusCode"] == 409


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("message:m-1:1/fax", 404),
        ("message:m-1:1/discord", 409),
        ("message:m-9:1/notion", 404),
        ("hello/notion", 404),
        (f"{'x' * 5_000}/notion", 404),
        (f"message:{'x' * 5_000}:1/notion", 404),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_asked_for_is_refused(world: World, path: str, status: int) -> None:
    world.keep()
    assert ask("POST", f"{LIST}/{path}/retry")["statusCode"] == status


def test_what_is_delivered_or_comes_again_by_itself_is_not_to_be_asked_for(world: World) -> None:
    later = system_clock() + timedelta(minutes=1)
    done, waiting = world.keep("a", Status.DELIVERED), world.keep("b", Status.PENDING, retry_at=later)
    for event in (done, waiting):
        answer = ask("POST", f"{LIST}/{event.id}/notion/retry")
        assert (answer["statusCode"], bool(json_of(answer)["detail"])) == (409, True)


# sinks


def paused() -> dict[str, tuple[bool, str | None]]:
    shown = json_of(ask("GET", SINKS))["sinks"]
    return {each["name"]: (each["paused"], each["reason"]) for each in shown}


def test_all_sinks_are_shown_with_what_people_call_them(world: World) -> None:
    shown = json_of(ask("GET", SINKS))["sinks"]
    assert {each["name"]: each["title"] for each in shown} == TITLES
    assert {each["mode"] for each in shown} == {"dry_run"}
    assert paused() == dict.fromkeys(NAMES, (False, None))


def test_a_sink_is_paused_and_resumed(world: World) -> None:
    answer = ask("POST", f"{SINKS}/notion/pause", body={"reason": " cleaning up "})
    assert answer["statusCode"] == 200
    assert (json_of(answer)["paused"], json_of(answer)["by"]) == (True, "key:0123456789abcdef")
    assert paused() == dict.fromkeys(NAMES, (False, None)) | {"notion": (True, "cleaning up")}
    ask("POST", f"{SINKS}/notion/resume")
    assert paused()["notion"] == (False, None)


def test_deciding_what_is_decided_already_changes_nothing(world: World) -> None:
    ask("POST", f"{SINKS}/notion/pause", body={"reason": "first"})
    answer = ask("POST", f"{SINKS}/notion/pause", body={"reason": "second"})
    assert (answer["statusCode"], json_of(answer)["reason"]) == (200, "first")
    assert len(list(world.ledger.history("SINK", "notion"))) == 1


@pytest.mark.parametrize("body", [None, {}, {"reason": None}])
def test_a_reason_need_not_be_given(world: World, body: Any) -> None:
    assert ask("POST", f"{SINKS}/notion/pause", body=body)["statusCode"] == 200
    assert paused()["notion"] == (True, None)


@pytest.mark.parametrize("body", [{"reason": "x" * 201}, {"reason": ""}, {"reason": "a\nb"}, {"reason": 7}, [], "{"])
def test_a_reason_that_is_none_is_refused(world: World, body: Any) -> None:
    assert ask("POST", f"{SINKS}/notion/pause", body=body)["statusCode"] in (400, 422)
    assert paused()["notion"] == (False, None)


@pytest.mark.parametrize("act", ["pause", "resume"])
def test_a_sink_there_is_not_is_not_found(world: World, act: str) -> None:
    assert ask("POST", f"{SINKS}/fax/{act}")["statusCode"] == 404


# the rules


def test_where_nobody_has_decided_the_rules_are_those_that_are_shipped(world: World) -> None:
    assert json_of(ask("GET", ROUTING)) == {"rules": default_text(), "shipped": True, "version": 0, "problem": None}


def test_other_rules_are_put_in_place_and_taken_back(world: World) -> None:
    put = ask("PUT", ROUTING, body={"rules": RULES})
    assert (put["statusCode"], json_of(put)) == (200, {"rules": RULES, "shipped": False, "version": 1, "problem": None})
    back = json_of(ask("PUT", ROUTING, body={"rules": None}))
    assert back == json_of(ask("GET", ROUTING))
    assert back == {"rules": default_text(), "shipped": True, "version": 2, "problem": None}


@pytest.mark.parametrize(
    "rules",
    [
        "routes: [",
        "hello",
        RULES.replace("discord", "fax"),
        RULES + "sinks:\n  notion:\n    nonsense: 1\n",
        "#" * (LARGEST_FILE + 1),
        "ü" * LARGEST_FILE,
        "routes: &a [*a]",
    ],
    ids=lambda text: text[:20],
)
def test_rules_that_cannot_be_used_take_the_place_of_nothing(world: World, rules: str) -> None:
    ask("PUT", ROUTING, body={"rules": RULES})
    answer = ask("PUT", ROUTING, body={"rules": rules})
    assert answer["statusCode"] == 422, answer
    assert json_of(ask("GET", ROUTING)) == {"rules": RULES, "shipped": False, "version": 1, "problem": None}


@pytest.mark.parametrize("body", [{}, {"rules": 7}, {"rules": [RULES]}, [], None], ids=json.dumps)
def test_rules_have_to_be_said_or_taken_back_in_so_many_words(world: World, body: Any) -> None:
    answer = ask("PUT", ROUTING, body=json.dumps(body))
    assert answer["statusCode"] in (400, 422)
    assert json_of(ask("GET", ROUTING))["version"] == 0


@pytest.mark.parametrize(("seen", "status"), [("0", 409), ("1", 200), ("2", 409), ("x", 422)])
def test_rules_are_put_in_the_place_of_what_was_seen(world: World, seen: str, status: int) -> None:
    ask("PUT", ROUTING, body={"rules": RULES})
    answer = ask("PUT", ROUTING, body={"rules": None}, headers={"If-Match": f'"{seen}"'})
    assert answer["statusCode"] == status


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", LIST), ("POST", f"{LIST}/message:m-1:1/notion/retry"), ("GET", SINKS), ("POST", f"{SINKS}/notion/pause")],
)
def test_nobody_is_let_in_whom_the_authorizer_was_not_asked_about(world: World, method: str, target: str) -> None:
    assert serve_admin.handler(api_event(method, target), LambdaContext())["statusCode"] == 401
