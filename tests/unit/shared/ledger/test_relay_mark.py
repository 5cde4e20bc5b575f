"""How far the relay has come, and how long what comes behind has been waiting."""

from datetime import timedelta
from typing import Any

import pytest

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Fact
from shared.ledger.ledger import Aggregate, Change
from shared.ledger.memory import MemoryLedger
from shared.ledger.relay_mark import Mark, RelayMark, lag
from shared.state.memory import MemoryState
from tests.support.builders import NOON, a_cause
from tests.unit.in_memory import HeldClock


@pytest.fixture
def ledger() -> MemoryLedger:
    """With an event at noon, and one an hour later."""
    ledger = MemoryLedger()
    for number, hours in enumerate((0, 1)):
        data = {"job": "x", "parameters": {}}
        facts = [Fact(type="job.requested", time=NOON + timedelta(hours=hours), data=data)]
        events = recorded("JOB", f"job-{number}", facts, after=0, cause=a_cause())
        job = Aggregate(kind="JOB", id=f"job-{number}", version=1, changed_at=events[0].time)
        ledger.commit(Change(aggregate=job, events=events))
    return ledger


class CountingState(MemoryState):
    """`puts`: how often something was written."""

    puts = 0

    def put(self, key: str, value: Any, *, ttl: int | None = None) -> None:
        self.puts += 1
        super().put(key, value, ttl=ttl)


def a_mark(seconds: float = 0, *, took: float = 1) -> Mark:
    at = NOON + timedelta(seconds=seconds)
    return Mark(at=at, event=at - timedelta(seconds=took))


def test_as_long_as_all_is_well_a_note_is_made_now_and_then() -> None:
    clock = HeldClock()
    state = CountingState(clock=clock)
    mark = RelayMark(state, clock=clock)
    assert mark.get() is None
    for _ in range(25):  # one a second
        mark.relayed(clock() - timedelta(seconds=1))
        clock.put_on(seconds=1)
    assert state.puts == 3
    assert mark.get() == a_mark(20)


def test_who_is_behind_notes_it_each_time_and_that_it_has_caught_up() -> None:
    clock = HeldClock()
    state = CountingState(clock=clock)
    mark = RelayMark(state, clock=clock)
    for took in (1, 300, 200, 1, 1):
        mark.relayed(clock() - timedelta(seconds=took))
        clock.put_on(seconds=1)
    assert state.puts == 4
    assert mark.get() == a_mark(3)


@pytest.mark.parametrize(
    ("mark", "waits"),
    [
        (None, timedelta(minutes=90)),
        (a_mark(-60), timedelta(minutes=90)),  # both events are waiting
        (a_mark(-5), timedelta(minutes=30)),  # the first may have been relayed without a note
        (a_mark(3_600), timedelta(seconds=1)),
        (a_mark(3_600, took=300), timedelta(minutes=5)),
    ],
)
def test_what_happened_long_after_the_note_is_waiting(
    ledger: MemoryLedger, mark: Mark | None, waits: timedelta
) -> None:
    assert lag(mark, ledger=ledger, at=NOON + timedelta(minutes=90)) == waits


def test_it_looks_over_midnight_and_no_further_than_a_day(ledger: MemoryLedger) -> None:
    assert lag(a_mark(), ledger=ledger, at=NOON + timedelta(hours=20)) == timedelta(hours=19)
    assert lag(None, ledger=ledger, at=NOON + timedelta(days=3)) == timedelta()
