"""What the relay has lost gets to the bus after all, with all else of that time, or it is said that it did not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from shared.control.letters.republishing import republisher
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import DependencyError
from tests.support.builders import NOON
from tests.support.posted import keep_message


class MemoryBus:
    """Takes `room` events and no more."""

    def __init__(self, room: int = 10_000) -> None:
        self.published: list[Event] = []
        self.room = room

    def publish(self, events: Sequence[Event]) -> int:
        taken = events[: self.room - len(self.published)]
        self.published += taken
        return len(taken)


def shelf(*moments: datetime) -> MemoryLedger:
    ledger = MemoryLedger()
    for number, moment in enumerate(moments):
        keep_message(ledger, f"m-{number}", at=moment)
    return ledger


SECOND = timedelta(seconds=1)


def test_all_that_was_written_in_that_time_is_published_both_ends_included() -> None:
    bus = MemoryBus()
    ledger = shelf(NOON - SECOND, NOON, NOON + SECOND, NOON + 2 * SECOND, NOON + 3 * SECOND)
    assert republisher(ledger, bus)(NOON, NOON + 2 * SECOND) == 3
    assert [event.time for event in bus.published] == [NOON, NOON + SECOND, NOON + 2 * SECOND]


def test_days_are_no_bounds() -> None:
    bus = MemoryBus()
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    ledger = shelf(midnight - SECOND, midnight, midnight + timedelta(days=1))
    assert republisher(ledger, bus)(midnight - 2 * SECOND, midnight + timedelta(days=1)) == 3


def test_many_are_published_a_few_at_a_time() -> None:
    bus = MemoryBus()
    ledger = shelf(*(NOON + number * SECOND for number in range(250)))
    assert republisher(ledger, bus)(NOON, NOON + timedelta(hours=1)) == len(bus.published) == 250


def test_nothing_is_nothing() -> None:
    assert republisher(MemoryLedger(), MemoryBus())(NOON, NOON + SECOND) == 0


@pytest.mark.parametrize("room", [0, 1, 99, 100, 120])
def test_where_the_bus_does_not_take_all_that_is_said(room: int) -> None:
    ledger = shelf(*(NOON + number * SECOND for number in range(150)))
    with pytest.raises(DependencyError, match="the bus"):
        republisher(ledger, MemoryBus(room))(NOON, NOON + timedelta(hours=1))
