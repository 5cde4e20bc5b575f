"""What is said of deliveries, in each ledger."""

from dataclasses import replace

from shared.deliveries.delivery import first_try
from shared.deliveries.events import FAILED, RETRY_REQUESTED, DeliveryEvents, Said
from shared.ledger.envelope import Fact
from shared.ledger.ledger import Ledger
from shared.runtime.errors import ConflictError
from tests.support.builders import NOON, a_cause
from tests.support.places import MANY, at_once

BY = a_cause("key:0123456789abcdef")
EVENT = "message:c:1:2"  # a message's own key may have colons
ABOUT = replace(first_try(EVENT, "notion", at=NOON), revision=7)


def test_of_a_delivery_of_which_nothing_was_said_there_is_nothing(any_ledger: Ledger) -> None:
    assert DeliveryEvents(any_ledger).last(EVENT, "notion") == Said()


def a_wish(event_id: str = EVENT) -> Fact:
    return Fact(type=RETRY_REQUESTED, time=NOON, data={"event_id": event_id, "sinks": ["notion"]})


def a_failure() -> Fact:
    said = {"event_id": EVENT, "event_type": "task.created", "sink": "notion", "attempts": 1}
    return Fact(type=FAILED, time=NOON, data=said | {"in_doubt": False, "answer": "400", "title": "Tape"})


def test_what_was_said_last_is_known_with_its_event(any_ledger: Ledger) -> None:
    events = DeliveryEvents(any_ledger)
    failed = events.say(a_failure(), ABOUT, after=Said(), cause=BY)
    first = events.last(EVENT, "notion")
    assert first == Said(type=FAILED, event_id=failed.id, at=NOON, version=1, revision=7)
    asked = events.say(a_wish(), ABOUT, after=first, cause=BY)
    assert events.last(EVENT, "notion") == Said(type=RETRY_REQUESTED, event_id=asked.id, at=NOON, version=2, revision=7)
    assert (failed.id, asked.id) == ("delivery:message:c:1:2:notion:1", "delivery:message:c:1:2:notion:2")
    assert any_ledger.event(asked.id) == asked


def test_deliveries_are_told_apart_by_event_and_sink(any_ledger: Ledger) -> None:
    events = DeliveryEvents(any_ledger)
    events.say(a_wish(), ABOUT, after=Said(), cause=BY)
    assert events.last(EVENT, "shopify") == Said() == events.last("message:c:1", "notion")


def test_of_many_who_say_something_at_once_one_is_heard(racing_ledger: Ledger) -> None:
    events = DeliveryEvents(racing_ledger)

    def say(_: int) -> bool:
        try:
            events.say(a_wish(), ABOUT, after=Said(), cause=BY)
        except ConflictError:
            return False
        return True

    assert at_once(say).count(True) == 1
    assert MANY > 1
    assert events.last(EVENT, "notion").version == 1
