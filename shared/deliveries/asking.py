"""What became of one event at its sinks; asking for it once more; saying that what is in doubt is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.deliveries.delivery import Delivery, DeliveryRecords, Status
from shared.deliveries.events import CONFIRMED, RETRY_REQUESTED, DeliveryEvents, Said
from shared.ledger.catalogue import SOURCES
from shared.ledger.envelope import Cause, Event, Fact, address_of
from shared.ledger.ledger import Ledger
from shared.runtime.errors import ContradictionError, NotFoundError

ASKED_AGAIN_AFTER: Final = timedelta(minutes=15)  # a retry that nothing was heard of may be asked for once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with an event at a sink it goes to. Without a record it was not begun yet."""

    event_id: str
    sink: str
    record: Delivery | None = None

    @property
    def status(self) -> Status:
        return self.record.status if self.record else Status.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    ledger: Ledger
    records: DeliveryRecords
    said: DeliveryEvents


def of_event(event_id: str, *, ledger: Ledger, records: DeliveryRecords) -> list[Standing]:
    """Every place the event goes to. Raises NotFoundError."""
    event = ledger.event(event_id)
    known = records.of_event(event_id)
    waiting = sorted(set(sinks_of(event)) - {delivery.sink for delivery in known})
    return [standing(delivery) for delivery in known] + [Standing(event_id=event_id, sink=sink) for sink in waiting]


def standing(delivery: Delivery) -> Standing:
    return Standing(event_id=delivery.event_id, sink=delivery.sink, record=delivery)


def rests(known: Delivery) -> bool:
    """It did not get there, and nothing happens any more unless somebody asks for it."""
    return known.is_given_up or known.status in (Status.DRY_RUN, Status.SKIPPED)


def sinks_of(event: Event) -> Sequence[str]:
    """Where it goes as it says itself; what goes somewhere as a notice says nothing of it."""
    return event.data["sinks"] if event.source == SOURCES["MESSAGE"] else ()


def is_asked_for(known: Delivery, last: Said, *, at: datetime) -> bool:
    """Somebody has asked for it once more, and nothing was heard of that yet."""
    is_asked = last.type == RETRY_REQUESTED and last.event_id != known.trigger
    return is_asked and last.at is not None and at - last.at < ASKED_AGAIN_AFTER


def ask_again(event_id: str, sink: str, cause: Cause, *, ports: Ports, at: datetime) -> Event:
    """The event that asks for it. Raises NotFoundError, ContradictionError where nothing is to be asked for."""
    known, said = _known(event_id, sink, ports), ports.said
    _check_is_over(known)
    last = said.last(event_id, sink)
    if is_asked_for(known, last, at=at):
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
    if sink in sinks_of(ports.ledger.event(event_id)):
        raise ContradictionError("it was not begun yet: it is on its way, or its sink is paused")
    raise NotFoundError(f"there is no delivery of {event_id} to {sink}")


def _check_is_over(known: Delivery) -> None:
    if known.status in (Status.DELIVERED, Status.ACCEPTED):
        raise ContradictionError("it is delivered; it is not brought there twice")
    if not rests(known):
        raise ContradictionError("it is tried again by itself; see retry_at")
