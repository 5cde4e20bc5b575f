"""Operators page through deliveries: none left out, none shown twice, newest first; and ask for one again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.serve_admin import deliveries as service
from functions.serve_admin.deliveries import (
    ASKED_AGAIN_AFTER,
    Ports,
    Wanted,
    ask_again,
    confirm,
    list_deliveries,
    of_event,
)
from functions.serve_admin.delivery_views import DeliveryView
from shared.deliveries.delivery import OPEN, Delivery, MemoryDeliveries, Status, first_try
from shared.deliveries.events import RETRY_REQUESTED, DeliveryEvents
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, ContradictionError, InvalidInputError, NotFoundError
from shared.sinks.names import NAMES
from tests.support.builders import NOON, a_cause
from tests.support.posted import keep_message

TODAY = NOON.date()
MOMENT = timedelta(microseconds=1)
BY = a_cause("key:anna")


class Shelf:
    """Events of messages, and records of what became of them."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.records = MemoryDeliveries()
        self.said = DeliveryEvents(self.ledger)

    def post(self, name: str, *sinks: str, at: datetime = NOON) -> Event:
        return keep_message(self.ledger, name, sinks=sinks or ("notion",), at=at)

    def keep(self, event_id: str, sink: str, status: Status, *, at: datetime = NOON, **said: Any) -> None:
        self.records.save(replace(first_try(event_id, sink, at=at), status=status, **said))

    def page(self, **wanted: Any) -> tuple[list[DeliveryView], str | None]:
        asked = Wanted(**{"day": TODAY} | wanted)
        return list_deliveries(asked, ledger=self.ledger, records=self.records, secret=lambda: b"secret")

    def pages(self, **wanted: Any) -> list[list[DeliveryView]]:
        pages, cursor = [], None
        while True:
            page, cursor = self.page(**wanted, cursor=cursor)
            pages.append(page)
            if cursor is None:
                return pages

    def ask(self, event_id: str, sink: str = "notion", *, at: datetime = NOON) -> Event:
        return ask_again(event_id, sink, BY, ports=self.ports(), at=at)

    def ports(self, said: DeliveryEvents | None = None) -> Ports:
        return Ports(ledger=self.ledger, records=self.records, said=said or self.said)


def named(views: Sequence[DeliveryView]) -> list[tuple[str, str]]:
    return [(view.event_id, view.sink) for view in views]


# pages

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
    monkeypatch.setattr(service, "MAX_LOOKED_AT", 10)
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
    first, cursor = shelf.page(limit=2)
    shelf.post("new", at=NOON + timedelta(minutes=1))
    second, end = shelf.page(limit=2, cursor=cursor)
    assert [view.event_id for view in (*first, *second)] == [f"message:m-{number}:1" for number in (3, 2, 1, 0)]
    assert end is None


def test_what_goes_to_a_sink_without_being_a_message_is_shown_where_there_is_a_record() -> None:
    shelf = Shelf()
    event = shelf.post("m-1")
    shelf.keep(event.id, "notion", Status.FAILED)
    asked = shelf.ask(event.id)  # an event that is no message
    assert named(shelf.page()[0]) == [(event.id, "notion")]
    shelf.keep(asked.id, "telegram", Status.DELIVERED)
    assert (asked.id, "telegram") in named(shelf.page()[0])


def test_the_events_of_another_day_are_in_another_list() -> None:
    shelf = Shelf()
    shelf.post("m-1", at=NOON - timedelta(days=1))
    assert shelf.page() == ([], None)
    assert len(shelf.page(day=TODAY - timedelta(days=1))[0]) == 1


def test_what_is_open_is_shown_whatever_its_day() -> None:
    shelf = Shelf()
    event = shelf.post("m-1", at=NOON - timedelta(days=100))
    shelf.keep(event.id, "notion", Status.FAILED, at=NOON - timedelta(days=99))
    assert named(shelf.page(status=Status.FAILED)[0]) == [(event.id, "notion")]


# cursors


@pytest.fixture
def shelf() -> Shelf:
    """Three messages, each failed at two sinks."""
    shelf = Shelf()
    for number in range(3):
        event = shelf.post(f"m-{number}", "notion", "shopify", at=NOON + number * MOMENT)
        for sink in ("notion", "shopify"):
            shelf.keep(event.id, sink, Status.FAILED, at=NOON + number * MOMENT)
    return shelf


LISTS: list[dict[str, Any]] = [
    {},
    {"sink": "notion"},
    {"sink": "shopify"},
    {"status": Status.FAILED},
    {"status": Status.FAILED, "sink": "notion"},
]


@pytest.mark.parametrize("of", LISTS, ids=str)
@pytest.mark.parametrize("to", LISTS, ids=str)
def test_a_cursor_is_good_for_its_own_list_only(shelf: Shelf, of: dict[str, Any], to: dict[str, Any]) -> None:
    _, cursor = shelf.page(limit=1, **of)
    assert cursor
    if of == to:
        shelf.page(limit=2, cursor=cursor, **to)
    else:
        with pytest.raises(InvalidInputError):
            shelf.page(limit=1, cursor=cursor, **to)


def test_a_cursor_of_a_day_is_not_good_for_another(shelf: Shelf) -> None:
    _, cursor = shelf.page(limit=1)
    with pytest.raises(InvalidInputError):
        shelf.page(limit=1, cursor=cursor, day=TODAY + timedelta(days=1))


def test_a_list_of_what_is_open_goes_on_over_midnight(shelf: Shelf) -> None:
    """It has no day of its own: `day` is only what the clock said."""
    _, cursor = shelf.page(limit=1, status=Status.FAILED)
    page, _ = shelf.page(limit=1, status=Status.FAILED, cursor=cursor, day=TODAY + timedelta(days=1))
    assert len(page) == 1


@pytest.mark.parametrize("cursor", ["x", "A" * 1_024, "ü", "=", "2026-03-01T12:00:00.000000Z|1"])
def test_a_cursor_that_was_not_given_out_is_refused(shelf: Shelf, cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        shelf.page(cursor=cursor)


# of one event


def test_an_event_is_shown_with_every_sink_it_goes_to() -> None:
    shelf = Shelf()
    event = shelf.post("m-1", "telegram", "notion", "discord")
    shelf.keep(event.id, "notion", Status.DELIVERED, external_id="page 1", url="https://notion.example/1")
    delivered, *waiting = of_event(event.id, ledger=shelf.ledger, records=shelf.records)
    assert (delivered.sink, delivered.status, delivered.attempts) == ("notion", "delivered", 1)
    assert (delivered.external_id, delivered.url) == ("page 1", "https://notion.example/1")
    assert [(view.sink, view.status, view.attempts) for view in waiting] == [
        ("discord", "pending", 0),
        ("telegram", "pending", 0),
    ]
    assert {view.changed_at for view in waiting} == {None}


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
