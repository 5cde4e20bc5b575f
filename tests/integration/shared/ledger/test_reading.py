"""Finding one event by its id, and reading a part of a day, alike in memory and in DynamoDB."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from shared.ledger.envelope import Event
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.errors import NotFoundError
from tests.integration.shared.ledger.test_ledger import an_event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def keep(ledger: Ledger, *times: datetime, subject: str = "one") -> list[Event]:
    """One event of each time, of one aggregate."""
    events = tuple(an_event(subject, version, time=time) for version, time in enumerate(times, start=1))
    aggregate = Aggregate(kind="THING", id=subject, version=len(events), changed_at=times[-1])
    ledger.commit(Change(aggregate=aggregate, events=events))
    return list(events)


@pytest.mark.parametrize("subject", ["one", "with:colons:2", "d-0123.x@y"])
def test_an_event_is_found_by_its_id(any_ledger: Ledger, subject: str) -> None:
    kept = keep(any_ledger, NOON, NOON + MOMENT, subject=subject)
    assert [any_ledger.event(event.id) for event in kept] == kept


@pytest.mark.parametrize(
    "known_id", ["thing:one:2", "thing:two:1", "other:one:1", "thing:one:01", "THING:one:1", "one"]
)
def test_an_id_of_no_event_finds_none(any_ledger: Ledger, known_id: str) -> None:
    keep(any_ledger, NOON)
    with pytest.raises(NotFoundError):
        any_ledger.event(known_id)


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, None, [0, 1, 2, 3]),
        (0, None, [0, 1, 2, 3]),
        (1, None, [1, 2, 3]),
        (None, 2, [0, 1, 2]),
        (1, 2, [1, 2]),
        (2, 2, [2]),
        (None, -1, []),
        (4, None, []),
    ],
)
def test_a_part_of_a_day_has_both_its_ends(
    any_ledger: Ledger, since: int | None, until: int | None, found: list[int]
) -> None:
    keep(any_ledger, *(NOON + number * MOMENT for number in range(4)))
    span: Any = {"since": since, "until": until}
    times: Any = {name: None if number is None else NOON + number * MOMENT for name, number in span.items()}
    read = [(event.time - NOON) // MOMENT for event in any_ledger.timeline(NOON.date(), **times)]
    assert read == found
    backwards = any_ledger.timeline(NOON.date(), **times, newest_first=True)
    assert [(event.time - NOON) // MOMENT for event in backwards] == found[::-1]


def test_a_part_may_begin_or_end_outside_of_its_day(any_ledger: Ledger) -> None:
    kept = keep(any_ledger, NOON - timedelta(days=1), NOON, NOON + timedelta(days=1))
    far: Any = {"since": NOON - timedelta(days=9), "until": NOON + timedelta(days=9)}
    assert list(any_ledger.timeline(NOON.date(), **far)) == [kept[1]]


def test_a_day_is_one_of_utc_wherever_the_moment_was_told(any_ledger: Ledger) -> None:
    delhi = timezone(timedelta(hours=5, minutes=30))
    keep(any_ledger, datetime(2026, 3, 2, 3, tzinfo=delhi))
    assert len(list(any_ledger.timeline(NOON.date(), since=datetime(2026, 3, 2, 3, tzinfo=delhi)))) == 1
    assert list(any_ledger.timeline(NOON.date() + timedelta(days=1))) == []


def test_events_of_one_moment_have_one_order_however_often_they_are_read(any_ledger: Ledger) -> None:
    random = Random(7)
    for subject in range(40):
        keep(any_ledger, NOON + random.randrange(3) * MOMENT, subject=f"s-{subject}")
    for newest_first in (True, False):
        whole = [event.id for event in any_ledger.timeline(NOON.date(), newest_first=newest_first)]
        assert len(set(whole)) == 40
        again = [event.id for event in any_ledger.timeline(NOON.date(), newest_first=newest_first)]
        assert again == whole
    part = [event.id for event in any_ledger.timeline(NOON.date(), until=NOON + MOMENT, newest_first=True)]
    whole = [event.id for event in any_ledger.timeline(NOON.date(), newest_first=True)]
    assert part == whole[-len(part) :]


def test_a_long_day_is_read_in_order_to_its_end(any_ledger: Ledger) -> None:
    for subject in range(8):
        keep(any_ledger, *(NOON + (subject + number * 8) * MOMENT for number in range(20)), subject=f"s-{subject}")
    times = [event.time for event in any_ledger.timeline(NOON.date())]
    assert len(times) == 160
    assert all(one < other for one, other in pairwise(times))
