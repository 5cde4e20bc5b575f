"""/infrastructure/events over HTTP, the ledger in DynamoDB: what is asked, who may, and what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.serve_control import event_routes
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event, Fact, to_text
from shared.ledger.ledger import Aggregate, Change
from shared.listings.lifecycle import State
from shared.runtime import wiring, wiring_listings
from shared.runtime.api import answer, resolver
from shared.runtime.clock import system_clock
from shared.runtime.observability import observed
from shared.runtime.request import principal
from tests.support.builders import a_cause, a_listing
from tests.support.http_events import LambdaContext, api_event, json_of
from tests.support.in_process import aws_in_process

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = "/infrastructure/events"
app = resolver()
app.include_router(event_routes.router)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal)


@pytest.fixture(scope="module")
def listing() -> Iterator[str]:
    """The id of one that was sold; somebody has used a command meanwhile. Of these tests none records anything."""
    with a_place() as listing_id:
        yield listing_id


@contextmanager
def a_place() -> Iterator[str]:
    with aws_in_process():
        sold = wiring_listings.listings().save(a_listing(State.SOLD, at=NOON), a_cause())
        said: dict[str, Any] = {"command": "events", "kind": "command", "user_id": "1", "guild_id": None}
        said |= {"channel_id": None, "role": None, "outcome": "done", "duration_ms": 1}
        fact = Fact(type="command.invoked", time=NOON, data=said)
        events = recorded("COMMAND", "c-1", [fact], after=0, cause=a_cause("discord:1"))
        wiring.ledger().commit(
            Change(aggregate=Aggregate(kind="COMMAND", id="c-1", version=1, changed_at=NOON), events=events)
        )
        yield sold.id


def ask(method: str, what: str, body: Any = None, *, role: str = "operator", **query: Any) -> tuple[int, Any]:
    target = f"{PLACE}/{what}" + (f"?{urlencode(query)}" if query else "")
    known = {"principalId": "key:0123456789abcdef", "role": role}
    said = handler(api_event(method, target, body=body, authorizer=known), LambdaContext())
    return said["statusCode"], json_of(said)


def history(**query: Any) -> list[str]:
    status, page = ask("GET", "history", **query)
    assert status == 200, page
    assert page["count"] == len(page["events"])
    return [event["type"] for event in page["events"]]


def kept(listing_id: str) -> list[Event]:
    return list(wiring.ledger().history("LISTING", listing_id))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"event_type": "listing.state.sold"}, ["sold"]),
        ({"event_type": "listing.state", "limit": 2, "order": "asc"}, ["messaging", "negotiating"]),
        ({"actor": "webhook:scraper", "event_type": "listing.created"}, ["created"]),
        ({"trace_id": "0af7651916cd43dd8448eb211c80319c", "event_type": "listing.state.sold"}, ["sold"]),
        ({"correlation_id": "0af7651916cd43dd8448eb211c80319c", "event_type": "listing.state.sold"}, ["sold"]),
        ({"since": "2026-03-01T11:00:00Z", "until": "2026-03-01T12:00:00+00:00", "limit": 1}, ["sold"]),
        ({"since": "2026-03-01T12:00:00.000001Z", "until": "2026-03-02T12:00:00Z"}, []),
        ({"event_type": "invoice.paid"}, []),
        ({"actor": "nobody"}, []),
        ({"event_type": "command.invoked"}, []),
    ],
    ids=str,
)
def test_what_happened_is_found_by_what_is_asked(listing: str, query: dict[str, Any], found: list[str]) -> None:
    assert [kind.rpartition(".")[2] for kind in history(**query)] == found


def test_an_event_is_shown_as_it_is_in_the_ledger(listing: str) -> None:
    status, page = ask("GET", "history", subject=f"listing:{listing}", order="asc", limit=1)
    assert (status, len(page["events"])) == (200, 1)
    first = kept(listing)[0]
    (shown,) = page["events"]
    assert (shown["id"], shown["data"], shown["version"]) == (first.id, first.data, 1)
    assert shown["time"] == "2026-03-01T12:00:00Z"


def test_somebody_reads_on_from_page_to_page(listing: str) -> None:
    found: list[str] = []
    query: dict[str, Any] = {"subject": listing, "limit": 3}
    while True:
        _, page = ask("GET", "history", **query)
        found += [event["id"] for event in page["events"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert found == [event.id for event in reversed(kept(listing))]


def test_who_uses_which_command_is_shown_to_admins(listing: str) -> None:
    assert ask("GET", "history", event_type="command.invoked", role="viewer")[1]["count"] == 0
    assert ask("GET", "history", event_type="command.invoked", role="admin")[1]["count"] == 1


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"limit": "many"},
        {"order": "sideways"},
        {"since": "yesterday"},
        {"since": "2026-03-01T12:00:00"},
        {"since": "2026-03-01"},
        {"since": "1772366400"},
        {"since": "2026-03-02T12:00:00Z", "until": "2026-03-01T12:00:00Z"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"until": "9999-12-31T23:59:59-14:00"},
        {"until": "12026-03-01T12:00:00Z"},
        {"event_type": "listing.vanished"},
        {"event_type": ""},
        {"event_type": "x" * 101},
        {"subject": ""},
        {"subject": "x" * 401},
        {"correlation_id": "x" * 129},
        {"cursor": "made-up"},
        {"cursor": "x" * 1_025},
        {"cursor": "ü"},
        {"include_cleared": "perhaps"},
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused(listing: str, query: dict[str, Any]) -> None:
    status, problem = ask("GET", "history", **query)
    assert status == 422, problem
    assert problem["detail"]


@pytest.mark.parametrize("subject", ["listing:", ":", "💸", "a b/c#d", "LISTING:1", "%00", "listing:\x00"])
def test_a_subject_that_there_is_not_has_no_history(listing: str, subject: str) -> None:
    assert history(subject=subject) == []


def test_a_dry_run_counts_and_sends_nothing(listing: str) -> None:
    status, counted = ask("POST", "replay", {"event_types": ["listing"], "to": "notion", "dry_run": True})
    assert status == 200
    assert (counted["would_replay"], counted["is_all"]) == (7, True)
    assert counted["by_type"]["listing.state.sold"] == 1
    assert sorted(counted["first"]) == sorted(event.id for event in kept(listing))
    assert history(event_type="saga.created") == []


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"dry_run": True},
        {"end_time": "2026-03-01T12:00:00Z"},
        {"event_types": ["listing.vanished"]},
        {"event_types": "listing.created"},
        {"event_types": ["listing.created"] * 51},
        {"actor": "timer", "to": "nobody"},
        {"actor": "timer", "rate": 0},
        {"actor": "timer", "rate": 501},
        {"actor": "timer", "limit": 0},
        {"actor": "timer", "start_time": 1772366400},
        {"actor": "timer", "start_time": "2026-03-01T12:00:00"},
        {"start_time": "2026-03-02T12:00:00Z", "end_time": "2026-03-01T12:00:00Z"},
        {"start_time": "0001-01-01T00:00:00+14:00"},
        {"actor": "timer", "unknown": 1},
        {"actor": "x\x00"},
        [],
    ],
    ids=str,
)
def test_a_replay_that_makes_no_sense_is_refused_and_none_begins(listing: str, wanted: Any) -> None:
    status, problem = ask("POST", "replay", wanted)
    assert status == 422, problem
    assert history(event_type="saga.created") == []


@pytest.mark.parametrize("role", ["viewer", "agent", "service", ""])
def test_only_operators_have_events_replayed(listing: str, role: str) -> None:
    assert ask("POST", "replay", {"actor": "timer", "dry_run": True}, role=role)[0] == 403


def clear(*, role: str = "admin", **changes: Any) -> tuple[int, Any]:
    wanted = {"before": to_text(system_clock()), "reason": "noise", "confirm": "clear"} | changes
    return ask("POST", "clear", {name: value for name, value in wanted.items() if value is not None}, role=role)


@pytest.mark.parametrize(
    "changes",
    [
        {"confirm": "yes"},
        {"confirm": None},
        {"reason": " "},
        {"reason": None},
        {"reason": "x" * 501},
        {"before": None},
        {"before": to_text(datetime.now(UTC) + timedelta(days=1))},
        {"before": "2026-03-01T12:00:00"},
        {"before": "0001-01-01T00:00:00+14:00"},
        {"event_type": "listing.vanished"},
        {"correlation_id": ""},
        {"all": True},
    ],
    ids=str,
)
def test_what_is_not_meant_in_earnest_clears_nothing(listing: str, changes: dict[str, Any]) -> None:
    assert clear(**changes)[0] == 422
    assert history(event_type="events.cleared") == []


@pytest.mark.parametrize("role", ["viewer", "operator", "agent", "service", ""])
def test_only_admins_clear(listing: str, role: str) -> None:
    assert clear(role=role)[0] == 403
    assert history(event_type="events.cleared") == []
