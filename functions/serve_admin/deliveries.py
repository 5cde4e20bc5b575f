"""Reading deliveries, and asking for one again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import merge
from itertools import islice
from typing import Final

from functions.serve_admin.delivery_views import DeliveryView, delivery_view, waiting_view
from shared.deliveries.delivery import OPEN, Delivery, DeliveryRecords, Status
from shared.deliveries.events import CONFIRMED, RETRY_REQUESTED, DeliveryEvents
from shared.ledger.catalogue import SOURCES
from shared.ledger.envelope import Cause, Event, Fact, address_of, from_text, to_text
from shared.ledger.ledger import Ledger
from shared.runtime.cursor import seal, unseal
from shared.runtime.errors import ContradictionError, InvalidInputError, NotFoundError
from shared.sinks.names import NAMES

MAX_LOOKED_AT: Final = 1_000  # events read for one page
ASKED_AGAIN_AFTER: Final = timedelta(minutes=15)  # a retry that nothing was heard of may be asked for once more
_AT_A_TIME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which deliveries, and from where on; `day` is that of the events (UTC)."""

    sink: str | None = None
    status: Status | None = None
    day: date
    limit: int = 50
    cursor: str | None = None

    @property
    def is_open(self) -> bool:
        """Of those somebody may have to see to, whatever their day."""
        return self.status is not None and self.status in OPEN

    @property
    def scope(self) -> str:
        return f"deliveries|{self.sink or ''}|{self.status or ''}|{'' if self.is_open else self.day}"

    @property
    def sinks(self) -> tuple[str, ...]:
        return (self.sink,) if self.sink else NAMES

    def takes(self, view: DeliveryView) -> bool:
        return self.status is None or view.status == self.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    ledger: Ledger
    records: DeliveryRecords
    said: DeliveryEvents


@dataclass(slots=True)
class Page:
    deliveries: list[DeliveryView] = field(default_factory=list)
    next_position: str | None = None


def of_event(event_id: str, *, ledger: Ledger, records: DeliveryRecords) -> list[DeliveryView]:
    """Every place the event goes to. Raises NotFoundError."""
    event = ledger.event(event_id)
    known = records.of_event(event_id)
    waiting = sorted(set(_sinks_of(event)) - {delivery.sink for delivery in known})
    return [delivery_view(delivery) for delivery in known] + [waiting_view(event_id, sink) for sink in waiting]


def list_deliveries(
    wanted: Wanted, *, ledger: Ledger, records: DeliveryRecords, secret: Callable[[], bytes]
) -> tuple[list[DeliveryView], str | None]:
    """One page, newest first, and the cursor of the next. Raises InvalidInputError for a cursor not of this list."""
    after = unseal(wanted.cursor, scope=wanted.scope, secret=secret()) if wanted.cursor else None
    if wanted.is_open:
        page = _open(wanted, after, records=records)
    else:
        page = _of_day(wanted, after, ledger=ledger, records=records)
    position = page.next_position
    return page.deliveries, seal(position, scope=wanted.scope, secret=secret()) if position else None


def ask_again(
    event_id: str,
    sink: str,
    cause: Cause,
    *,
    ports: Ports,
    at: datetime,
) -> Event:
    """The event that asks for it. Raises NotFoundError, ContradictionError where nothing is to be asked for."""
    known, said = _known(event_id, sink, ports), ports.said
    _check_is_over(known)
    last = said.last(event_id, sink)
    is_asked = last.type == RETRY_REQUESTED and last.event_id != known.trigger
    if is_asked and last.at and at - last.at < ASKED_AGAIN_AFTER:
        raise ContradictionError("somebody has asked for it already; it is on its way")
    fact = Fact(type=RETRY_REQUESTED, time=at, data={"event_id": event_id, "sinks": [sink]})
    return said.say(fact, known, after=last, cause=cause)


def confirm(event_id: str, sink: str, cause: Cause, *, ports: Ports, at: datetime) -> Delivery:
    """Somebody has looked, and it is there. Raises NotFoundError; ContradictionError where there is no doubt."""
    known = _known(event_id, sink, ports)
    if known.status is not Status.IN_DOUBT or not known.is_given_up:
        raise ContradictionError("only what is in doubt, and not tried again by itself, can be confirmed")
    last = ports.said.last(event_id, sink)
    if (last.type, last.revision) != (CONFIRMED, known.revision):
        fact = Fact(type=CONFIRMED, time=at, data={"event_id": event_id, "sink": sink})
        ports.said.say(fact, known, after=last, cause=cause)
    return ports.records.save(known.ended(Status.DELIVERED, at=at))


def _known(event_id: str, sink: str, ports: Ports) -> Delivery:
    """Raises NotFoundError; ContradictionError for what was not begun yet."""
    address_of(event_id)  # what is no event's id is no key to look for
    known = ports.records.get(event_id, sink)
    if known is not None:
        return known
    if sink in _sinks_of(ports.ledger.event(event_id)):
        raise ContradictionError("it was not begun yet: it is on its way, or its sink is paused")
    raise NotFoundError(f"there is no delivery of {event_id} to {sink}")


def _check_is_over(known: Delivery) -> None:
    if known.status in (Status.DELIVERED, Status.ACCEPTED):
        raise ContradictionError("it is delivered; it is not brought there twice")
    if not (known.is_given_up or known.status in (Status.DRY_RUN, Status.SKIPPED)):
        raise ContradictionError("it is tried again by itself; see retry_at")


def _open(wanted: Wanted, after: str | None, *, records: DeliveryRecords) -> Page:
    """Newest change first; what changed at the same moment for the same event is in the order of the sinks."""
    assert wanted.status is not None
    columns = [records.newest(sink, wanted.status, before=_before(after, sink, wanted.sinks)) for sink in wanted.sinks]
    newest_first = merge(*columns, key=lambda pair: pair[0], reverse=True)
    found = list(islice(newest_first, wanted.limit + 1))
    shown = found[: wanted.limit]
    page = Page([delivery_view(delivery) for _, delivery in shown])
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


def _of_day(wanted: Wanted, after: str | None, *, ledger: Ledger, records: DeliveryRecords) -> Page:
    """All of one day's events, page by page: what was delivered stands in no other list."""
    until, looked_at_then = _place(after)
    numbered = _numbered(ledger.timeline(wanted.day, until=until, newest_first=True))
    left = ((number, event) for number, event in numbered if not (event.time == until and number <= looked_at_then))
    page, looked_at, position = Page(), 0, after
    while chunk := list(islice(left, _AT_A_TIME)):
        views = _views([event for _, event in chunk], wanted, records)
        for number, event in chunk:
            if looked_at == MAX_LOOKED_AT or (looked_at and not _has_room(page, views[event.id], wanted)):
                page.next_position = position
                return page
            page.deliveries += views[event.id]
            position, looked_at = f"{to_text(event.time)}|{number}", looked_at + 1
    return page


def _has_room(page: Page, views: Sequence[DeliveryView], wanted: Wanted) -> bool:
    """The deliveries of one event stay together."""
    return len(page.deliveries) + max(len(views), 1) <= wanted.limit


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


def _views(events: Sequence[Event], wanted: Wanted, records: DeliveryRecords) -> dict[str, list[DeliveryView]]:
    """Those that are wanted, by event."""
    known = records.get_many([(event.id, sink) for event in events for sink in wanted.sinks])
    return {event.id: [view for view in _all(event, wanted.sinks, known) if wanted.takes(view)] for event in events}


def _all(event: Event, sinks: Sequence[str], known: dict[tuple[str, str], Delivery]) -> Iterator[DeliveryView]:
    for sink in sinks:
        delivery = known.get((event.id, sink))
        if delivery:
            yield delivery_view(delivery)
        elif sink in _sinks_of(event):
            yield waiting_view(event.id, sink)


def _sinks_of(event: Event) -> Sequence[str]:
    return event.data["sinks"] if event.source == SOURCES["MESSAGE"] else ()


def check_sink(name: str) -> str:
    """Raises NotFoundError."""
    if name not in NAMES:
        raise NotFoundError(f"there is no sink {name[:50]}; there are {', '.join(NAMES)}")
    return name


def check_filters(event_id: str | None, sink: str | None, day: date | None, cursor: str | None) -> None:
    """Raises InvalidInputError."""
    if sink is not None and sink not in NAMES:
        raise InvalidInputError(f"sink: there are {', '.join(NAMES)}")
    if event_id is not None and (day is not None or cursor is not None):
        raise InvalidInputError("event_id goes with sink and status only")
