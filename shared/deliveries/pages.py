"""Lists of deliveries, newest first, page by page: those somebody may have to see to, and all of a day's events."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from heapq import merge
from itertools import islice
from typing import Final

from shared.deliveries.asking import Standing, sinks_of, standing
from shared.deliveries.delivery import OPEN, Delivery, DeliveryRecords, Status
from shared.ledger.envelope import Event, from_text, to_text
from shared.ledger.ledger import Ledger

MAX_LOOKED_AT: Final = 1_000  # events read for one page
_AT_A_TIME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which deliveries, and from where on: `after` is where another page ended; `day` is that of the events (UTC)."""

    sinks: Sequence[str]  # in an order that stays
    status: Status | None = None
    day: date
    limit: int = 50
    after: str | None = None

    @property
    def is_open(self) -> bool:
        """Of those somebody may have to see to, whatever their day."""
        return self.status is not None and self.status in OPEN

    def takes(self, one: Standing) -> bool:
        return one.sink in self.sinks and self.status in (None, one.status)


@dataclass(slots=True)
class Page:
    """`next_position`: where the next one begins; None where there is none."""

    deliveries: list[Standing] = field(default_factory=list)
    next_position: str | None = None


def list_deliveries(wanted: Wanted, *, ledger: Ledger, records: DeliveryRecords) -> Page:
    """Raises ValueError for a place that is none."""
    if wanted.is_open:
        return _open(wanted, records=records)
    return _of_day(wanted, ledger=ledger, records=records)


def _open(wanted: Wanted, *, records: DeliveryRecords) -> Page:
    """Newest change first; what changed at the same moment for the same event is in the order of the sinks."""
    assert wanted.status is not None
    columns = [
        records.newest(sink, wanted.status, before=_before(wanted.after, sink, wanted.sinks)) for sink in wanted.sinks
    ]
    newest_first = merge(*columns, key=lambda pair: pair[0], reverse=True)
    found = list(islice(newest_first, wanted.limit + 1))
    shown = found[: wanted.limit]
    page = Page([standing(delivery) for _, delivery in shown])
    if len(found) > len(shown):
        position, delivery = shown[-1]
        page.next_position = f"{position}|{delivery.sink}"
    return page


def _before(after: str | None, sink: str, sinks: Sequence[str]) -> str | None:
    """From where on a sink's deliveries follow: those at the very place do where its turn had not come yet."""
    if after is None:
        return None
    position, _, last = after.rpartition("|")
    return f"{position} " if sinks.index(sink) > sinks.index(last) else position


def _of_day(wanted: Wanted, *, ledger: Ledger, records: DeliveryRecords) -> Page:
    """All of one day's events, page by page: what was delivered stands in no other list."""
    until, looked_at_then = _place(wanted.after)
    numbered = _numbered(ledger.timeline(wanted.day, until=until, newest_first=True))
    left = ((number, event) for number, event in numbered if not (event.time == until and number <= looked_at_then))
    page, looked_at, position = Page(), 0, wanted.after
    while chunk := list(islice(left, _AT_A_TIME)):
        found = _standings([event for _, event in chunk], wanted, records)
        for number, event in chunk:
            if looked_at == MAX_LOOKED_AT or (looked_at and not _has_room(page, found[event.id], wanted)):
                page.next_position = position
                return page
            page.deliveries += found[event.id]
            position, looked_at = f"{to_text(event.time)}|{number}", looked_at + 1
    return page


def _has_room(page: Page, more: Sequence[Standing], wanted: Wanted) -> bool:
    """The deliveries of one event stay together."""
    return len(page.deliveries) + max(len(more), 1) <= wanted.limit


def _numbered(events: Iterator[Event]) -> Iterator[tuple[int, Event]]:
    """Each with its number among those of the same moment, from 1."""
    moment, number = None, 0
    for event in events:
        number = number + 1 if event.time == moment else 1
        moment = event.time
        yield number, event


def _place(after: str | None) -> tuple[datetime | None, int]:
    if after is None:
        return None, 0
    time, _, number = after.partition("|")
    return from_text(time), int(number)


def _standings(events: Sequence[Event], wanted: Wanted, records: DeliveryRecords) -> dict[str, list[Standing]]:
    """Those that are wanted, by event."""
    known = records.get_many([(event.id, sink) for event in events for sink in wanted.sinks])
    return {event.id: [one for one in _all(event, wanted.sinks, known) if wanted.takes(one)] for event in events}


def _all(event: Event, sinks: Sequence[str], known: dict[tuple[str, str], Delivery]) -> Iterator[Standing]:
    for sink in sinks:
        delivery = known.get((event.id, sink))
        if delivery or sink in sinks_of(event):
            yield Standing(event_id=event.id, sink=sink, record=delivery)
