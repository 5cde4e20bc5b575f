"""Who dies on the way to a sink brings nothing there twice, and where nobody can look, people hear of the doubt."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.deliver_events import app as deliver_events
from shared.deliveries.delivery import Status, first_try
from shared.deliveries.events import FAILED
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from tests.integration.functions.crashes import a_world, check_every_death, kills, work_off
from tests.integration.tours import ask_again
from tests.stand_ins.client import StandIns
from tests.support.aws_calls import Call, Kill
from tests.support.in_process import dead_letters
from tests.support.outside import renew
from tests.support.queue_events import message_of
from tests.support.recorded import keep_listing, keep_message
from tests.support.sinks import PLACES, made, serving
from tests.support.stream import event_items
from tests.support.travel import Travel

LEAST_CALLS = 7  # a story of this page has more: whether it is paused, the record, the secret, the rules, the circuit …
NO_SALE: dict[str, Any] = {"item": None}
CAN_LOOK = [
    pytest.param("notion", {}, id="a page in Notion"),
    pytest.param("google-calendar", {}, id="an entry in Google Calendar"),
    pytest.param("shopify", {}, id="a draft order in Shopify"),
    pytest.param("shopify", NO_SALE, id="a metaobject in Shopify"),
]
CANNOT_LOOK = ["telegram", "discord"]


def bring(services: StandIns, sink: str, prepare: Callable[[], Event], travel: Travel, kill: Kill | None) -> list[Call]:
    """The event that `prepare` leads to is worked off among new stand-ins."""
    renew(services)
    services.set("discord", nonce_seconds=0.0)  # it is not Discord that keeps us from telling it twice
    with serving(sink, services):
        return work_off(deliver_events.handler, message_of(prepare()), travel, kill)


def check_one_is_made(services: StandIns, sink: str, prepare: Callable[[], Event]) -> int:
    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        calls = bring(services, sink, prepare, travel, kill)
        assert made(sink, services) == 1
        assert services.violations() == []
        return calls

    return check_every_death(attempt)


@pytest.mark.parametrize(("sink", "changes"), CAN_LOOK)
def test_a_message_becomes_exactly_one_thing(services: StandIns, sink: str, changes: dict[str, Any]) -> None:
    places = check_one_is_made(services, sink, lambda: keep_message(sinks=[sink], **changes))
    assert places >= LEAST_CALLS


@pytest.mark.parametrize("status", [Status.FAILED, Status.IN_DOUBT])
@pytest.mark.parametrize(("sink", "changes"), CAN_LOOK)
def test_what_somebody_asks_for_again_becomes_exactly_one_thing(
    services: StandIns, sink: str, changes: dict[str, Any], status: Status
) -> None:
    def prepare() -> Event:
        event = keep_message(sinks=[sink], **changes)
        given_up = first_try(event.id, sink, at=system_clock()).ended(status, at=system_clock(), error="no")
        wiring.deliveries().save(given_up)
        return ask_again(event, sink)

    assert check_one_is_made(services, sink, prepare) >= LEAST_CALLS


@pytest.mark.parametrize(("sink", "changes"), CAN_LOOK)
def test_what_is_refused_is_given_up_and_said_once(services: StandIns, sink: str, changes: dict[str, Any]) -> None:
    letters = set()

    def prepare() -> Event:
        services.set(PLACES[sink].stand_in, faults={"fail": {"status": 400, "next": 100}})
        return keep_message(sinks=[sink], **changes)

    def attempt(travel: Travel, kill: Kill | None) -> list[Call]:
        calls = bring(services, sink, prepare, travel, kill)
        assert (made(sink, services), len(said_to_have_failed())) == (0, 1)
        letters.add(len(dead_letters()))
        return calls

    assert check_every_death(attempt) >= LEAST_CALLS
    assert letters == {1, 2}  # twice where it is not known whether the first one lies there


def a_notice() -> Event:
    return keep_listing(State.SOLD)[1]


def a_message_for(sink: str) -> Callable[[], Event]:
    return lambda: keep_message(sinks=[sink])


@pytest.mark.parametrize("sink", CANNOT_LOOK)
@pytest.mark.parametrize("what", ["a notice", "a message"])
def test_people_are_told_at_most_once_surely_where_nobody_has_begun_and_else_hear_of_the_doubt(
    services: StandIns, sink: str, what: str
) -> None:
    prepare = a_notice if what == "a notice" else a_message_for(sink)
    with a_world() as travel:
        calls = bring(services, sink, prepare, travel, None)
        assert how_it_ended(sink) == ("delivered", 0, 0)
    assert made(sink, services) == 1
    (taken, ended) = [number for number, call in enumerate(calls) if is_a_record(call)]
    times, ends = [], []
    for kill in kills(calls):
        with a_world() as travel:
            bring(services, sink, prepare, travel, kill)
            ends.append(how_it_ended(sink))
        times.append(made(sink, services))
    assert times[: taken + 1] == [1] * (taken + 1)  # nobody had it on record yet
    assert ends[: taken + 1] == [("delivered", 0, 0)] * (taken + 1)
    assert max(times) == 1
    assert ends[taken + 1 : ended + 1] == [("in_doubt", 1, 1)] * (ended - taken)
    assert (times[-1], ends[-1]) == (1, ("delivered", 0, 0))


def is_a_record(call: Call) -> bool:
    return call.operation == "PutItem" and call.parameters["TableName"] == "ledger"


def how_it_ended(sink: str) -> tuple[str, int, int]:
    """The status of the only delivery, and how often it was said that it was given up: as an event, as a letter."""
    (event_id,) = {item["id"]["S"] for item in event_items() if item["type"]["S"] in ("sale.recorded", LAST_STEP)}
    delivery = wiring.deliveries().get(event_id, sink)
    assert delivery is not None
    return str(delivery.status), len(said_to_have_failed()), len(dead_letters())


LAST_STEP = "listing.state.sold"


def said_to_have_failed() -> list[Any]:
    return [item for item in event_items() if item["type"]["S"] == FAILED]
