"""What became of an event at each of its sinks; asking for it once more; saying that what is in doubt is there."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.deliveries.asking import ASKED_AGAIN_AFTER, ask_again, confirm, of_event
from shared.deliveries.delivery import Delivery, MemoryDeliveries, Status
from shared.deliveries.events import RETRY_REQUESTED, DeliveryEvents
from shared.ledger.envelope import Event
from shared.runtime.errors import ConflictError, ContradictionError, NotFoundError
from tests.support.builders import NOON
from tests.unit.shared.deliveries.shelf import BY, Shelf

MOMENT = timedelta(microseconds=1)

# of one event


def test_an_event_is_shown_with_every_sink_it_goes_to() -> None:
    shelf = Shelf()
    event = shelf.post("m-1", "telegram", "notion", "discord")
    shelf.keep(event.id, "notion", Status.DELIVERED, external_id="page 1", url="https://notion.example/1")
    delivered, *waiting = of_event(event.id, ledger=shelf.ledger, records=shelf.records)
    assert (delivered.sink, delivered.status) == ("notion", "delivered")
    assert delivered.record == shelf.records.get(event.id, "notion")
    assert [(one.sink, one.status) for one in waiting] == [("discord", "pending"), ("telegram", "pending")]
    assert {one.record for one in waiting} == {None}


@pytest.mark.parametrize("event_id", ["message:nobody:1", "message:m-1:2", "MESSAGE:m-1:1", "hello", ""])
def test_an_event_that_is_not_there_is_not_shown(event_id: str) -> None:
    shelf = Shelf()
    shelf.post("m-1")
    with pytest.raises(NotFoundError):
        of_event(event_id, ledger=shelf.ledger, records=shelf.records)


class Strict(MemoryDeliveries):
    """As DynamoDB, which is asked for no key beyond its limit."""

    def get(self, event_id: str, sink: str) -> Delivery | None:
        assert len(event_id.encode()) < 2_000
        return super().get(event_id, sink)


@pytest.mark.parametrize("event_id", [f"message:{'x' * 5_000}:1", f"message:{'ü' * 1_000}:1", "x" * 5_000])
def test_what_is_too_long_for_an_id_is_not_even_looked_for(event_id: str) -> None:
    shelf = Shelf()
    shelf.records = Strict()
    with pytest.raises(NotFoundError):
        shelf.ask(event_id)


# asked again

RESTING = [Status.FAILED, Status.IN_DOUBT, Status.DRY_RUN, Status.SKIPPED]


def resting(status: Status = Status.FAILED) -> tuple[Shelf, str]:
    shelf = Shelf()
    event = shelf.post("m-1")
    shelf.keep(event.id, "notion", status)
    return shelf, event.id


@pytest.mark.parametrize("status", RESTING)
def test_what_rests_may_be_asked_for(status: Status) -> None:
    shelf, event_id = resting(status)
    asked = shelf.ask(event_id)
    assert (asked.type, asked.actor, asked.data) == (
        RETRY_REQUESTED,
        BY.actor,
        {"event_id": event_id, "sinks": ["notion"]},
    )
    assert shelf.ledger.event(asked.id) == asked


@pytest.mark.parametrize("status", sorted(set(Status) - set(RESTING)))
def test_what_is_done_or_under_way_may_not_be_asked_for(status: Status) -> None:
    shelf, event_id = resting(status)
    with pytest.raises(ContradictionError):
        shelf.ask(event_id)


@pytest.mark.parametrize("status", [Status.FAILED, Status.IN_DOUBT])
def test_what_comes_again_by_itself_may_not_be_asked_for(status: Status) -> None:
    shelf = Shelf()
    event = shelf.post("m-1")
    shelf.keep(event.id, "notion", status, retry_at=NOON + timedelta(minutes=1))
    with pytest.raises(ContradictionError):
        shelf.ask(event.id)


@pytest.mark.parametrize(("event_id", "sink"), [("message:m-1:1", "shopify"), ("message:m-2:1", "notion"), ("x", "y")])
def test_what_was_never_begun_may_not_be_asked_for(event_id: str, sink: str) -> None:
    shelf, _ = resting()
    with pytest.raises(NotFoundError):
        shelf.ask(event_id, sink)


@pytest.mark.parametrize(
    ("after", "is_taken"),
    [(timedelta(0), False), (ASKED_AGAIN_AFTER - MOMENT, False), (ASKED_AGAIN_AFTER, True), (timedelta(days=1), True)],
)
def test_who_asks_twice_is_told_that_it_is_on_its_way_until_nothing_was_heard_of_it(
    after: timedelta, is_taken: bool
) -> None:
    shelf, event_id = resting()
    first = shelf.ask(event_id)
    if is_taken:
        assert shelf.ask(event_id, at=NOON + after).id != first.id
    else:
        with pytest.raises(ContradictionError):
            shelf.ask(event_id, at=NOON + after)


@pytest.mark.parametrize("status", RESTING)
def test_what_was_tried_for_somebody_and_rests_again_may_be_asked_for_at_once(status: Status) -> None:
    shelf, event_id = resting()
    asked = shelf.ask(event_id)
    known = shelf.records.get(event_id, "notion")
    assert known
    shelf.records.save(replace(known, status=status, trigger=asked.id))
    assert shelf.ask(event_id, at=NOON + MOMENT).version == 2


def test_of_two_who_ask_at_once_one_is_heard() -> None:
    shelf, event_id = resting()

    class Rivals(DeliveryEvents):
        def say(self, *said: Any, **more: Any) -> Event:
            shelf.ask(event_id)
            return super().say(*said, **more)

    with pytest.raises(ConflictError):
        ask_again(event_id, "notion", BY, ports=shelf.ports(Rivals(shelf.ledger)), at=NOON)
    assert len(list(shelf.ledger.history("DELIVERY", f"{event_id}:notion"))) == 1


def test_what_waits_for_its_first_try_may_not_be_asked_for() -> None:
    shelf = Shelf()
    event = shelf.post("m-1")
    with pytest.raises(ContradictionError, match="not begun yet"):
        shelf.ask(event.id)


# in doubt, and somebody has looked


def test_what_somebody_has_seen_there_is_delivered_and_that_is_said_once() -> None:
    shelf, event_id = resting(Status.IN_DOUBT)
    confirmed = confirm(event_id, "notion", BY, ports=shelf.ports(), at=NOON)
    assert (confirmed.status, confirmed.last_error) == (Status.DELIVERED, None)
    (said,) = shelf.ledger.history("DELIVERY", f"{event_id}:notion")
    assert (said.type, dict(said.data)) == ("delivery.confirmed", {"event_id": event_id, "sink": "notion"})
    with pytest.raises(ContradictionError):
        confirm(event_id, "notion", BY, ports=shelf.ports(), at=NOON)


def test_who_is_cut_off_while_confirming_does_it_again_and_it_is_said_once() -> None:
    shelf, event_id = resting(Status.IN_DOUBT)
    known = shelf.records.get(event_id, "notion")
    confirm(event_id, "notion", BY, ports=shelf.ports(), at=NOON)
    assert known
    shelf.records._kept[event_id, "notion"] = known  # as before the last write
    confirm(event_id, "notion", BY, ports=shelf.ports(), at=NOON)
    assert len(list(shelf.ledger.history("DELIVERY", f"{event_id}:notion"))) == 1


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.IN_DOUBT}))
def test_what_is_in_no_doubt_cannot_be_confirmed(status: Status) -> None:
    shelf, event_id = resting(status)
    with pytest.raises(ContradictionError):
        confirm(event_id, "notion", BY, ports=shelf.ports(), at=NOON)


def test_what_is_looked_for_again_by_itself_cannot_be_confirmed() -> None:
    shelf = Shelf()
    event = shelf.post("m-1")
    shelf.keep(event.id, "notion", Status.IN_DOUBT, retry_at=NOON + timedelta(minutes=1))
    with pytest.raises(ContradictionError):
        confirm(event.id, "notion", BY, ports=shelf.ports(), at=NOON)
