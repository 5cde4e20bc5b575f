"""Stretches of time, and the events in them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from shared.control.proxies.span import LONGEST, Events, Span
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON
from tests.support.proxied import MemoryEvents, happened

DAY = timedelta(days=1)


def test_what_is_not_said_ends_now_and_is_so_long() -> None:
    assert Span.of(None, None, at=NOON, length=DAY) == Span(since=NOON - DAY, until=NOON)
    assert Span.of(None, NOON - DAY, at=NOON, length=DAY).since == NOON - 2 * DAY


def test_moments_are_taken_in_utc() -> None:
    east = timezone(timedelta(hours=5))
    span = Span.of(datetime(2026, 3, 1, 4, tzinfo=east), None, at=NOON, length=DAY)
    assert span.since == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert [day.isoformat() for day in span.days()] == ["2026-03-01", "2026-02-28"]


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (NOON, NOON),
        (NOON + DAY, None),
        (NOON - LONGEST - timedelta(seconds=1), None),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5))), None),
        (None, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))),
        (None, datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_span_that_is_none_is_refused(since: datetime | None, until: datetime | None) -> None:
    with pytest.raises(InvalidInputError):
        Span.of(since, until, at=NOON, length=DAY)


def test_events_come_newest_first_over_days_and_ends_are_included() -> None:
    ledger = MemoryEvents(*(happened("key.created", version=hours + 1, ago=hours) for hours in range(60)))
    found = list(Events(ledger, Span(since=NOON - 2 * DAY, until=NOON)))
    assert [event.version for event in found] == list(range(1, 50))
    assert len(ledger.days) == 3


def test_no_more_than_so_many_are_read_and_that_is_said() -> None:
    ledger = MemoryEvents(*(happened("key.created", version=number, ago=number) for number in range(1, 5)))
    span = Span(since=NOON - DAY, until=NOON)
    cut, whole = Events(ledger, span, most=3), Events(ledger, span, most=4)
    assert (len(list(cut)), cut.is_cut) == (3, True)
    assert (len(list(whole)), whole.is_cut) == (4, False)
