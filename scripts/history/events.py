"""A ledger of any size to look things up in: lives of listings, people who act now and then, something rare."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from shared.ledger.envelope import Event, event_id
from shared.ledger.items import Item, event_item

LIFE: Final = (
    "listing.created",
    "listing.state.messaging",
    "listing.state.negotiating",
    "listing.state.purchased",
    "listing.state.received",
    "listing.state.listed",
    "listing.state.sold",
    "listing.amended",
)
RARE: Final = "listing.operation_failed"  # there are `FEW` of them, however many events there are
COMMON: Final = LIFE[0]
FEW: Final = 50
_APART: Final = timedelta(seconds=20)
_DATA: Final = {"title": "Sony A6400 body, boxed, 4k shutter count", "details": {"purchase_price": "360.00"}}


def trace_of(life: int) -> str:
    return sha256(f"life {life}".encode()).hexdigest()[:32]


def subject_of(life: int) -> str:
    return f"listing-{life:08}"


def person_of(life: int) -> str:
    """Who amends a listing: everybody some fifty of them."""
    return f"key:{life // FEW:012x}"


def correlation_of(life: int) -> str:
    """What a caller calls it."""
    return f"order {life}"


def events(number: int, *, until: datetime) -> Iterator[Event]:
    """The oldest first, the last of them shortly before that moment. A multiple of a thousand."""
    begin = until - number * _APART
    return islice(_lives(number, begin), number)


def _lives(number: int, begin: datetime) -> Iterator[Event]:
    every = number // FEW // len(LIFE)  # so many lives lie between two that go wrong
    for place in range(number):
        life, step = divmod(place, len(LIFE))
        goes_wrong = step == len(LIFE) - 2 and life % every == 0
        yield _event(life, step, begin + place * _APART, type=RARE if goes_wrong else LIFE[step])


def _event(life: int, step: int, time: datetime, **changes: Any) -> Event:
    is_by_hand = step == len(LIFE) - 1
    return Event(
        id=event_id("LISTING", subject_of(life), step + 1),
        source="switchyard.listings",
        subject=subject_of(life),
        version=step + 1,
        time=time,
        actor=person_of(life) if is_by_hand else "webhook:scraper",
        trace_id=trace_of(life),
        correlation_id=correlation_of(life) if is_by_hand else trace_of(life),
        data=_DATA,
        **changes,
    )


def asked_for(run_id: str, at: datetime) -> Event:
    """The event that says of a run when it was asked for."""
    return Event(
        id=event_id("SAGA", run_id, 1),
        type="saga.created",
        source="switchyard.control",
        subject=run_id,
        version=1,
        time=at,
        actor="key:x",
        trace_id=run_id,
        correlation_id=run_id,
    )


def item_of(event: Event) -> Item:
    return event_item(event.id.partition(":")[0].upper(), event)
