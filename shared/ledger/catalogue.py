"""The catalogue: every type of event there is, what it means, and the model of its data.

The table in docs/events.md is made from this file. Decimals, money above all, are text; times are ISO 8601 in UTC.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from shared.ledger.envelope import Cause, Event, Fact, event_id

Amount = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]
ListingState = Literal["FOUND", "MESSAGING", "NEGOTIATING", "PURCHASED", "RECEIVED", "LISTED", "SOLD", "CANCELLED"]


class EventData(BaseModel):
    """What one type of event says beyond its envelope. Nothing undeclared gets in."""

    model_config = ConfigDict(extra="forbid")


class ListingCreated(EventData):
    """A scraped match is new to us: it became a listing in FOUND."""

    listing_id: UUID
    product_id: int
    scraper_job_id: UUID
    brand: str
    model: str
    title: str
    marketplace_url: str
    asking_price: Amount
    currency: str
    confidence: Amount
    estimated_profit: Amount | None


class ListingSeen(EventData):
    """A later scrape met a listing again, unchanged."""

    listing_id: UUID
    scraper_job_id: UUID
    times_seen: int


class ListingPriceChanged(EventData):
    """A later scrape met a listing again at another price."""

    listing_id: UUID
    scraper_job_id: UUID
    times_seen: int
    currency: str
    from_price: Amount
    to_price: Amount
    estimated_profit: Amount | None


class ListingStateChanged(EventData):
    """A listing took a step of its lifecycle; the new state is the last part of the type."""

    listing_id: UUID
    from_state: ListingState
    to_state: ListingState
    triggered_by: str
    reason: str | None
    details: dict[str, Any]  # what the step brought with it: prices, ids


class KeyCreated(EventData):
    """An API key was made. The key itself is known only to whom it was shown."""

    key_id: str
    name: str
    role: str
    sources: list[str]
    expires_at: AwareDatetime | None


class KeyRevoked(EventData):
    """An API key was taken back; within a minute it opens nothing."""

    key_id: str
    name: str


CATALOGUE: Mapping[str, type[EventData]] = {
    "listing.created": ListingCreated,
    "listing.seen": ListingSeen,
    "listing.price_changed": ListingPriceChanged,
    "listing.state.messaging": ListingStateChanged,
    "listing.state.negotiating": ListingStateChanged,
    "listing.state.purchased": ListingStateChanged,
    "listing.state.received": ListingStateChanged,
    "listing.state.listed": ListingStateChanged,
    "listing.state.sold": ListingStateChanged,
    "listing.state.cancelled": ListingStateChanged,
    "key.created": KeyCreated,
    "key.revoked": KeyRevoked,
}

# Who publishes events about which kind of aggregate.
SOURCES: Mapping[str, str] = {"LISTING": "switchyard.listings", "KEY": "switchyard.keys"}


def recorded(kind: str, subject: str, facts: Sequence[Fact], *, after: int, cause: Cause) -> tuple[Event, ...]:
    """The facts as events in their place: versions follow `after`, the version now stored.

    Raises KeyError for a type that is not in the catalogue and pydantic's ValidationError for data that
    is not its model's: both are faults of ours, not of a caller.
    """
    return tuple(
        Event(
            id=event_id(kind, subject, version),
            type=fact.type,
            source=SOURCES[kind],
            subject=subject,
            version=version,
            time=fact.time,
            actor=cause.actor,
            trace_id=cause.trace_id,
            correlation_id=cause.correlation_id,
            causation_id=cause.causation_id,
            data=CATALOGUE[fact.type].model_validate(fact.data).model_dump(mode="json"),
        )
        for version, fact in enumerate(facts, start=after + 1)
    )
