"""The events of a period: each is counted once, in its hour or day, and reading has an end."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.status import activity
from shared.status.activity import Activity, read_activity
from shared.status.period import Period
from tests.support.builders import NOON
from tests.support.digests import happen

SECOND = timedelta(seconds=1)


def nowhere(_: Event) -> Sequence[str]:
    return ()


def read(ledger: MemoryLedger, period: Period = Period.DAILY) -> Activity:
    return read_activity(ledger, period, NOON, places_of=nowhere)


@pytest.mark.parametrize("period", list(Period))
def test_a_period_begins_with_its_first_moment_and_ends_before_the_next_one(period: Period) -> None:
    ledger, since = MemoryLedger(), NOON - period.length
    happen(ledger, since - SECOND, since, since + SECOND, NOON - SECOND, NOON, NOON + SECOND)
    seen = read(ledger, period)
    assert seen.total == 3
    assert len(seen.bars) == period.parts
    assert (seen.bars[0].total(), seen.bars[-1].total()) == ((2, 1) if period.parts > 1 else (3, 3))


@given(st.lists(st.integers(0, 7 * 24 * 3_600 - 1), max_size=30))
def test_each_event_stands_in_the_part_in_which_it_happened(seconds: list[int]) -> None:
    ledger, since = MemoryLedger(), NOON - Period.WEEKLY.length
    happen(ledger, *(since + timedelta(seconds=number) for number in seconds))
    seen = read(ledger, Period.WEEKLY)
    assert [bar.total() for bar in seen.bars] == [
        sum(number // 86_400 == day for number in seconds) for day in range(7)
    ]
    assert seen.types.total() == sum(seen.groups.values()) == len(seconds)


def test_reading_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "MOST_EVENTS", 3)
    ledger = MemoryLedger()
    happen(ledger, *(NOON - number * SECOND for number in range(1, 4)))
    assert (read(ledger).total, read(ledger).is_cut) == (3, False)
    happen(ledger, NOON - timedelta(hours=20))
    seen = read(ledger)
    assert (seen.total, seen.is_cut, seen.is_bound_cut) == (3, True, True)
    assert seen.bars[-1].total() == 3  # the newest


def test_what_is_bound_for_sinks_is_kept_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "MOST_DELIVERIES", 5)
    ledger = MemoryLedger()
    happen(ledger, *(NOON - number * SECOND for number in range(1, 4)))
    seen = read_activity(ledger, Period.NOW, NOON, places_of=lambda _: ("discord", "telegram"))
    assert [sink for _, sink in seen.bound_for] == ["discord", "telegram"] * 2
    assert len({event_id for event_id, _ in seen.bound_for}) == 2
    assert (seen.is_bound_cut, seen.is_cut, seen.total) == (True, False, 3)
