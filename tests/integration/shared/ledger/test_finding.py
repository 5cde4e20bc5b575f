"""Finding events by their type, actor, trace and correlation, alike in memory and in DynamoDB."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

import pytest

from shared.ledger.envelope import Event
from shared.ledger.ledger import Aggregate, By, Change, Ledger
from tests.integration.shared.ledger.test_ledger import an_event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
SPANS: list[tuple[int | None, int | None, list[int]]] = [
    (None, None, [0, 1, 2, 3]),
    (1, None, [1, 2, 3]),
    (None, 2, [0, 1, 2]),
    (2, 2, [2]),
    (3, 1, []),
    (4, None, []),
]
WHAT = {By.TYPE: "type", By.ACTOR: "actor", By.TRACE: "trace_id", By.CORRELATION: "correlation_id"}

_subjects = count()


def keep(ledger: Ledger, *said: dict[str, Any]) -> list[Event]:
    """One event for each, a moment apart, each of an aggregate of its own."""
    events = []
    for number, changes in enumerate(said):
        event = an_event(f"s-{next(_subjects)}", 1, **{"time": NOON + number * MOMENT} | changes)
        aggregate = Aggregate(kind="THING", id=event.subject, version=1, changed_at=event.time)
        ledger.commit(Change(aggregate=aggregate, events=(event,)))
        events.append(event)
    return events


def moments(events: Iterator[Event] | Sequence[Event]) -> list[int]:
    return [(event.time - NOON) // MOMENT for event in events]


@pytest.mark.parametrize("by", By)
def test_who_looks_for_a_value_finds_what_has_it_and_nothing_else(any_ledger: Ledger, by: By) -> None:
    kept = keep(any_ledger, *({WHAT[by]: value} for value in ("blue", "red", "blue", "blue and red", "blue")))
    assert list(any_ledger.found(by, "blue")) == [kept[0], kept[2], kept[4]]
    assert list(any_ledger.found(by, "blue", newest_first=True)) == [kept[4], kept[2], kept[0]]
    assert list(any_ledger.found(by, "green")) == []


@pytest.mark.parametrize("by", By)
def test_a_value_is_found_in_a_part_of_the_time_with_both_its_ends(any_ledger: Ledger, by: By) -> None:
    keep(any_ledger, *[{WHAT[by]: "blue"}] * 4)
    for since, until, found in SPANS:
        ends = {"since": since, "until": until}
        span: Any = {name: None if number is None else NOON + number * MOMENT for name, number in ends.items()}
        assert moments(list(any_ledger.found(by, "blue", **span))) == found
        assert moments(list(any_ledger.found(by, "blue", **span, newest_first=True))) == found[::-1]


@pytest.mark.parametrize("by", By)
def test_a_few_at_a_time_are_read_to_the_end_and_over_any_number_of_days(any_ledger: Ledger, by: By) -> None:
    kept = keep(any_ledger, *({WHAT[by]: "blue", "time": NOON + timedelta(days=40 * n)} for n in range(11)))
    assert list(any_ledger.found(by, "blue", at_a_time=2)) == kept
    assert list(islice(any_ledger.found(by, "blue", newest_first=True, at_a_time=2), 3)) == kept[:-4:-1]


def test_what_has_a_correlation_id_is_found_whether_or_not_its_trace_has_the_same(any_ledger: Ledger) -> None:
    one, two = "1" * 32, "2" * 32
    kept = keep(
        any_ledger,
        {"trace_id": one, "correlation_id": one},
        {"trace_id": one, "correlation_id": "order 66"},
        {"trace_id": two, "correlation_id": one},
        {"trace_id": two, "correlation_id": "order 66"},
        {"trace_id": two, "correlation_id": two},
    )
    assert list(any_ledger.found(By.CORRELATION, one)) == [kept[0], kept[2]]
    assert list(any_ledger.found(By.CORRELATION, "order 66")) == [kept[1], kept[3]]
    assert list(any_ledger.found(By.TRACE, one)) == kept[:2]
    assert list(any_ledger.found(By.CORRELATION, one, newest_first=True)) == [kept[2], kept[0]]


def test_events_of_one_moment_are_found_in_one_order_however_often(any_ledger: Ledger) -> None:
    keep(any_ledger, *({"actor": "timer", "time": NOON + number % 2 * MOMENT} for number in range(24)))
    whole = [event.id for event in any_ledger.found(By.ACTOR, "timer")]
    assert len(set(whole)) == 24
    assert [event.id for event in any_ledger.found(By.ACTOR, "timer", at_a_time=3)] == whole


@pytest.mark.parametrize(
    ("after", "before", "versions"),
    [
        (0, None, [1, 2, 3, 4, 5]),
        (2, None, [3, 4, 5]),
        (0, 4, [1, 2, 3]),
        (1, 4, [2, 3]),
        (3, 4, []),
        (4, 2, []),
        (0, 1, []),
        (5, None, []),
    ],
)
def test_a_part_of_a_history_has_neither_of_its_ends(
    any_ledger: Ledger, after: int, before: int | None, versions: list[int]
) -> None:
    first = an_event("one", 1)
    events = tuple(replace(first, id=f"thing:one:{n}", version=n) for n in range(1, 6))
    any_ledger.commit(
        Change(aggregate=Aggregate(kind="THING", id="one", version=5, changed_at=NOON), events=events),
    )
    part: Any = {"after": after, "before": before, "at_a_time": 2}
    assert [event.version for event in any_ledger.history("THING", "one", **part)] == versions
    backwards = any_ledger.history("THING", "one", **part, newest_first=True)
    assert [event.version for event in backwards] == versions[::-1]
