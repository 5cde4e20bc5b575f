"""Operators page through deliveries: none left out, none shown twice, newest first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.deliveries import pages as module
from shared.deliveries.delivery import OPEN, Status
from shared.deliveries.pages import Page
from shared.sinks.names import NAMES
from tests.support.builders import NOON
from tests.unit.shared.deliveries.shelf import TODAY, Shelf, named

MOMENT = timedelta(microseconds=1)

moments = st.integers(0, 2).map(lambda number: NOON + number * MOMENT)
plans = st.lists(
    st.tuples(
        moments, st.dictionaries(st.sampled_from(NAMES), st.none() | st.tuples(st.sampled_from(Status), moments))
    ),
    max_size=12,
)
limits = st.sampled_from([1, 2, 3, 5, 200])
sinks = st.none() | st.sampled_from(NAMES)


def filled(plan: Sequence[tuple[datetime, dict[str, tuple[Status, datetime] | None]]]) -> Shelf:
    """A message each, for these sinks, with records for some of them."""
    shelf = Shelf()
    for number, (at, wanted) in enumerate(plan):
        event = shelf.post(f"m-{number}", *sorted(wanted), at=at)
        for sink, known in wanted.items():
            if known:
                shelf.keep(event.id, sink, known[0], at=known[1])
    return shelf


@settings(max_examples=80)
@given(plans, limits, sinks, st.none() | st.sampled_from(sorted(set(Status) - OPEN)))
def test_the_pages_of_a_day_have_every_delivery_once_newest_event_first(
    plan: Any, limit: int, sink: str | None, status: Status | None
) -> None:
    shelf = filled(plan)
    pages = shelf.pages(limit=limit, sink=sink, status=status)
    expected = [
        (f"message:m-{number}:1", name)
        for number, (_, wanted) in enumerate(plan)
        for name, known in wanted.items()
        if sink in (None, name) and status in (None, known[0] if known else Status.PENDING)
    ] + (
        [(f"message:m-{n}:1", "notion") for n, (_, w) in enumerate(plan) if not w]
        if sink in (None, "notion") and not status
        else []
    )
    shown = [pair for page in pages for pair in named(page)]
    assert sorted(shown) == sorted(expected)
    times = [plan[int(event_id.split("-")[1][:-2])][0] for event_id, _ in shown]
    assert times == sorted(times, reverse=True)
    assert all(len(page) <= max(limit, len(NAMES)) for page in pages)


@settings(max_examples=80)
@given(plans, limits, sinks, st.sampled_from(sorted(OPEN)))
def test_the_pages_of_what_is_open_have_every_delivery_once_newest_change_first(
    plan: Any, limit: int, sink: str | None, status: Status
) -> None:
    pages = filled(plan).pages(limit=limit, sink=sink, status=status)
    expected = {
        (f"message:m-{number}:1", name): known[1]
        for number, (_, wanted) in enumerate(plan)
        for name, known in wanted.items()
        if known and known[0] is status and sink in (None, name)
    }
    shown = [pair for page in pages for pair in named(page)]
    assert sorted(shown) == sorted(expected)
    times = [expected[pair] for pair in shown]
    assert times == sorted(times, reverse=True)
    assert all(len(page) == limit for page in pages[:-1])


def test_many_events_of_one_moment_are_paged_through() -> None:
    shelf = Shelf()
    for number in range(250):
        shelf.post(f"m-{number}", "notion", "shopify")
    for limit in (1, 7, 200):
        shown = [pair for page in shelf.pages(limit=limit) for pair in named(page)]
        assert len(shown) == len(set(shown)) == 500


def test_a_page_reads_only_so_much_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LOOKED_AT", 10)
    shelf = Shelf()
    for number in range(35):
        event = shelf.post(f"m-{number}", at=NOON + number * MOMENT)
        if number % 12 == 0:
            shelf.keep(event.id, "notion", Status.DELIVERED)
    pages = shelf.pages(status=Status.DELIVERED, limit=2)
    assert [view.event_id for page in pages for view in page] == ["message:m-24:1", "message:m-12:1", "message:m-0:1"]
    assert len(pages) >= 4


def test_what_comes_between_two_pages_moves_nothing() -> None:
    shelf = Shelf()
    for number in range(4):
        shelf.post(f"m-{number}", at=NOON + number * MOMENT)
    first = shelf.page(limit=2)
    shelf.post("new", at=NOON + timedelta(minutes=1))
    second = shelf.page(limit=2, after=first.next_position)
    shown = [one.event_id for one in (*first.deliveries, *second.deliveries)]
    assert shown == [f"message:m-{number}:1" for number in (3, 2, 1, 0)]
    assert second.next_position is None


def test_what_goes_to_a_sink_without_being_a_message_is_shown_where_there_is_a_record() -> None:
    shelf = Shelf()
    event = shelf.post("m-1")
    shelf.keep(event.id, "notion", Status.FAILED)
    asked = shelf.ask(event.id)  # an event that is no message
    assert named(shelf.page().deliveries) == [(event.id, "notion")]
    shelf.keep(asked.id, "telegram", Status.DELIVERED)
    assert (asked.id, "telegram") in named(shelf.page().deliveries)


def test_the_events_of_another_day_are_in_another_list() -> None:
    shelf = Shelf()
    shelf.post("m-1", at=NOON - timedelta(days=1))
    assert shelf.page() == Page()
    assert len(shelf.page(day=TODAY - timedelta(days=1)).deliveries) == 1


def test_what_is_open_is_shown_whatever_its_day() -> None:
    shelf = Shelf()
    event = shelf.post("m-1", at=NOON - timedelta(days=100))
    shelf.keep(event.id, "notion", Status.FAILED, at=NOON - timedelta(days=99))
    assert named(shelf.page(status=Status.FAILED).deliveries) == [(event.id, "notion")]
