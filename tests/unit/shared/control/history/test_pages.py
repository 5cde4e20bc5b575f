"""Pages of the history: whatever is wanted, in either order, nothing is left out, shown twice or looked at for long."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from shared.control.history.cleared import Cleared, Mark
from shared.control.history.pages import DAY_WEIGHS, MOST_BYTES, MOST_LOOKED_AT
from shared.control.history.showing import INDEX_LAG, Asked, page_of_history
from shared.control.history.wanted import COMMANDS, FIRST_MOMENT, Wanted
from shared.ledger.catalogue import SOURCES
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON
from tests.unit.shared.control.history.ledgers import SECOND, CountingLedger, a_row, an_event, ids, keep

AT = NOON + timedelta(days=2)


class Marks:
    def __init__(self, *marks: Mark) -> None:
        self._marks = marks

    def cleared(self) -> Cleared:
        return Cleared(self._marks)


def secret() -> bytes:
    return b"the key under the cursors"


def page(ledger: MemoryLedger, wanted: Wanted | None = None, **asked: Any) -> tuple[list[Event], str | None]:
    marks, at = asked.pop("marks", Marks()), asked.pop("at", AT)
    question = Asked(wanted=wanted or Wanted(), **asked)
    return page_of_history(question, ledger=ledger, marks=marks, secret=secret, at=at)


def pages(ledger: MemoryLedger, wanted: Wanted | None = None, **asked: Any) -> list[list[Event]]:
    """All of them, as somebody reads on."""
    found: list[list[Event]] = []
    cursor: str | None = None
    for _ in range(500):
        events, cursor = page(ledger, wanted, cursor=cursor, **asked)
        found.append(events)
        if cursor is None:
            return found
    raise AssertionError("it never ends")


def everything(ledger: MemoryLedger, wanted: Wanted | None = None, **asked: Any) -> list[str]:
    return [event.id for events in pages(ledger, wanted, **asked) for event in events]


@pytest.mark.parametrize("newest_first", [True, False])
def test_events_that_are_large_come_on_more_pages(newest_first: bool) -> None:
    ledger = MemoryLedger()
    kept = [an_event(time=NOON + number * SECOND, data={"said": "é" * 40_000}) for number in range(40)]
    keep(ledger, *kept)
    found = pages(ledger, newest_first=newest_first, limit=200)
    assert sorted(event.id for events in found for event in events) == sorted(event.id for event in kept)
    assert max(len(json.dumps([event.data for event in events])) for events in found) < 2 * MOST_BYTES


ACTORS, TYPES = ("key:anna", "webhook:scraper"), ("listing.created", "listing.seen", "claim.created")
MANY = [
    an_event(
        event_type.partition(".")[0].upper(),
        f"{event_type}-{actor}-{trace}-{place}",
        type=event_type,
        actor=actor,
        trace_id=trace,
        correlation_id=trace if place else "order 66",
        time=NOON - timedelta(hours=13 * place) + (trace == "t1") * SECOND,
    )
    for event_type, actor, trace, place in product(TYPES, ACTORS, ("t1", "t2"), range(3))
]
ONE = MANY[-1]  # of a claim


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"event_types": TYPES[:1]},
        {"event_types": TYPES},
        {"actor": ACTORS[0]},
        {"actor": ACTORS[1], "event_types": TYPES[2:]},
        {"actor": ACTORS[0], "event_types": TYPES[2:]},
        {"trace_id": "t1"},
        {"correlation_id": "order 66"},
        {"correlation_id": "t2"},
        {"trace_id": "t1", "correlation_id": "order 66", "event_types": TYPES[:1]},
        {"subject": ONE.subject},
        {"subject": f"claim:{ONE.subject}"},
        {"subject": f"listing:{ONE.subject}"},
        {"since": NOON - timedelta(hours=13), "until": NOON},
        {"since": NOON - timedelta(hours=13), "event_types": TYPES[:1]},
        {"until": NOON - timedelta(hours=13), "actor": ACTORS[1]},
    ],
    ids=str,
)
def test_pages_have_all_that_is_wanted_once_and_in_order(
    wanted: dict[str, Any], limit: int, newest_first: bool
) -> None:
    ledger, question = MemoryLedger(), Wanted(**wanted)
    keep(ledger, *MANY)
    expected = sorted((event for event in MANY if question.takes(event)), key=lambda event: (event.time, event.id))
    found = everything(ledger, question, limit=limit, newest_first=newest_first)
    assert found == (ids(expected)[::-1] if newest_first else ids(expected))


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_history_of_a_subject_is_in_the_order_of_its_versions(newest_first: bool) -> None:
    """Whatever the clocks of those say who wrote it."""
    ledger = MemoryLedger()
    kept = keep(ledger, *(an_event(subject="7", version=n, time=NOON - (n % 3) * SECOND) for n in range(1, 10)))
    found = everything(ledger, Wanted(subject="7"), limit=2, newest_first=newest_first)
    assert found == (ids(kept)[::-1] if newest_first else ids(kept))


def test_an_id_that_several_kinds_have_is_found_among_all_of_them_by_time() -> None:
    ledger = MemoryLedger()
    one = keep(ledger, *(an_event("SEARCHES", "main", n, time=NOON + 2 * n * SECOND) for n in range(1, 5)))
    two = keep(ledger, *(an_event("SINK", "main", n, time=NOON + (2 * n + 1) * SECOND) for n in range(1, 5)))
    expected = [event.id for pair in zip(one, two, strict=True) for event in pair]
    for limit in (1, 3, 50):
        assert everything(ledger, Wanted(subject="main"), limit=limit, newest_first=False) == expected
        assert everything(ledger, Wanted(subject="main"), limit=limit) == expected[::-1]


def test_a_delivery_is_named_by_the_event_it_is_of() -> None:
    ledger = MemoryLedger()
    kept = keep(ledger, an_event("DELIVERY", "message:m-1:1:notion", type="delivery.failed"))
    for subject in ("message:m-1:1:notion", "delivery:message:m-1:1:notion"):
        assert everything(ledger, Wanted(subject=subject)) == ids(kept)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("wanted", [{}, {"actor": "webhook:scraper"}, {"event_types": ("listing.created",)}], ids=str)
def test_many_events_of_one_moment_fill_pages_without_a_gap(wanted: dict[str, Any], newest_first: bool) -> None:
    ledger = MemoryLedger()
    kept = keep(ledger, *a_row(250, step=timedelta(0)))
    found = everything(ledger, Wanted(**wanted), limit=40, newest_first=newest_first)
    assert sorted(found) == sorted(event.id for event in kept)
    assert len(found) == len(kept)


def test_who_reads_on_is_not_shown_twice_what_comes_meanwhile() -> None:
    ledger = MemoryLedger()
    kept = keep(ledger, *a_row(4))
    first, cursor = page(ledger, limit=2)
    keep(ledger, *a_row(3, begin=NOON + timedelta(minutes=1)))
    rest, _ = page(ledger, limit=50, cursor=cursor)
    assert ids(first + rest) == ids(kept)[::-1]


@pytest.mark.parametrize(
    "other",
    [
        {"wanted": Wanted(actor="timer")},
        {"wanted": Wanted(with_commands=True)},
        {"wanted": Wanted(since=NOON)},
        {"newest_first": False},
        {"include_cleared": True},
    ],
    ids=str,
)
def test_a_cursor_is_good_for_its_own_question_only(other: dict[str, Any]) -> None:
    ledger = MemoryLedger()
    keep(ledger, *a_row(4))
    _, cursor = page(ledger, limit=2)
    assert cursor
    with pytest.raises(InvalidInputError, match="cursor"):
        page(ledger, other.pop("wanted", None), cursor=cursor, **other)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: f"A{text[1:]}", lambda text: "x", str.swapcase]
)
def test_a_cursor_that_somebody_made_is_refused(change: Callable[[str], str]) -> None:
    ledger = MemoryLedger()
    keep(ledger, *a_row(4))
    _, cursor = page(ledger, limit=2)
    assert cursor
    with pytest.raises(InvalidInputError, match="cursor"):
        page(ledger, limit=2, cursor=change(cursor))


def test_what_is_rare_gives_short_pages_and_not_slow_ones() -> None:
    ledger = CountingLedger()
    rows = a_row(MOST_LOOKED_AT + 50, actor="webhook:scraper", type="listing.seen", step=timedelta(milliseconds=1))
    keep(ledger, an_event(actor="webhook:scraper", type="listing.seen", trace_id="t2"), *rows)
    wanted = Wanted(actor="webhook:scraper", event_types=("listing.seen",), since=NOON + timedelta(days=1))
    for question in (Wanted(event_types=("listing.seen",), actor="webhook:chatterbot"), wanted):
        ledger.read = 0
        events, cursor = page(ledger, question)
        assert events == []
        assert ledger.read <= MOST_LOOKED_AT + 2
        assert (cursor is None) == (question is wanted)  # the index leaves the rest out


@pytest.mark.parametrize("newest_first", [True, False])
def test_empty_days_are_passed_over_a_month_at_a_time(newest_first: bool) -> None:
    ledger = CountingLedger()
    old = keep(ledger, an_event(time=FIRST_MOMENT + timedelta(days=3)))
    _, cursor = page(ledger, newest_first=newest_first)
    assert cursor
    assert ledger.asked <= MOST_LOOKED_AT // DAY_WEIGHS + 2
    assert everything(ledger, newest_first=newest_first) == ids(old)


@pytest.mark.parametrize("since", [datetime(1, 1, 1, tzinfo=UTC), None])
@pytest.mark.parametrize("until", [datetime(9999, 12, 31, tzinfo=UTC), None])
@pytest.mark.parametrize("newest_first", [True, False])
def test_time_without_bounds_comes_to_an_end(
    since: datetime | None, until: datetime | None, newest_first: bool
) -> None:
    ledger = MemoryLedger()
    kept = keep(ledger, *a_row(3))
    read = pages(ledger, Wanted(since=since, until=until), newest_first=newest_first)
    assert [event.id for events in read for event in events] == (ids(kept)[::-1] if newest_first else ids(kept))
    assert len(read) < 20


def test_the_newest_are_shown_at_once_and_the_oldest_first_only_when_none_can_come_before_them() -> None:
    ledger = MemoryLedger()
    kept = keep(ledger, *a_row(3, begin=AT - INDEX_LAG - SECOND))
    assert everything(ledger, at=AT) == ids(kept)[::-1]
    assert everything(ledger, at=AT, newest_first=False) == ids(kept)[:2]


def test_what_is_cleared_is_shown_to_who_asks_for_it() -> None:
    ledger = MemoryLedger()
    old, new = keep(ledger, an_event(), an_event(time=NOON + SECOND))
    marks = Marks(Mark(before=new.time))
    assert everything(ledger, marks=marks) == [new.id]
    assert everything(ledger, marks=marks, include_cleared=True) == [new.id, old.id]


def test_commands_are_counted_on_no_page_of_who_may_not_see_them() -> None:
    ledger = MemoryLedger()
    command: dict[str, Any] = {"kind": "COMMAND", "type": "command.invoked", "source": COMMANDS}
    rows: Sequence[Event] = [an_event(**command, time=NOON + n * SECOND) for n in range(5)]
    listings = a_row(5)
    keep(ledger, *rows, *listings)
    assert everything(ledger, limit=2) == ids(listings)[::-1]
    assert len(everything(ledger, Wanted(with_commands=True), limit=2)) == 10
    assert everything(ledger, Wanted(event_types=("command.invoked",))) == []


def test_an_id_alone_is_asked_for_once_of_each_kind() -> None:
    ledger = CountingLedger()
    keep(ledger, an_event(subject="7"))
    assert len(everything(ledger, Wanted(subject="7"))) == 1
    assert ledger.asked == len(SOURCES)
