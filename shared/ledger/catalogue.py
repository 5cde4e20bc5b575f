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
    deadline_at: AwareDatetime | None
    reminder_at: AwareDatetime | None


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
    from_version: int  # of the event that had brought it into `from_state`
    deadline_at: AwareDatetime | None
    reminder_at: AwareDatetime | None
    title: str
    currency: str
    final_profit: Amount | None


class ListingDeadlineApproaching(EventData):
    """A listing has spent the better part of its time in a state; at the deadline it is given up."""

    listing_id: UUID
    state: ListingState
    deadline_at: AwareDatetime
    title: str


class ListingDeadlinePassed(EventData):
    """A listing stayed in a state for too long; `listing.state.cancelled` follows."""

    listing_id: UUID
    state: ListingState
    deadline_at: AwareDatetime


class ListingDeadlineExtended(EventData):
    """A listing was given more time: by an operator, or because a service it waits for is down."""

    listing_id: UUID
    state: ListingState
    from_deadline_at: AwareDatetime
    to_deadline_at: AwareDatetime
    reason: str | None


class ListingOperationFailed(EventData):
    """Something done for a listing failed; `next` says who acts, `in_doubt` that it may have been done all the same."""

    listing_id: UUID
    operation: str
    answer: str
    times: int
    in_doubt: bool
    next: Literal["retry", "person"]
    title: str


class ListingAmended(EventData):
    """What is known of a listing was put right, or came later than its step; it is where it was."""

    listing_id: UUID
    state: ListingState
    details: dict[str, Any]
    triggered_by: str
    reason: str | None


class ListingReplyReceived(EventData):
    """The seller of a listing in NEGOTIATING wrote again; its time there begins anew."""

    listing_id: UUID
    state: ListingState
    details: dict[str, Any]
    deadline_at: AwareDatetime | None


class ListingTroubleEnded(EventData):
    """Something that had failed for a listing has succeeded, without moving it."""

    listing_id: UUID
    operation: str


class ListingRetryRequested(EventData):
    """Somebody wants what is due in a listing's state to be tried now."""

    listing_id: UUID
    operation: str
    confirmed_not_done: bool


class ListingPhotoSent(EventData):
    """A photo of a listing was sent to the Telegram bot and has to be fetched."""

    listing_id: UUID
    file_id: str
    file_unique_id: str
    update_id: int


class ListingPhotosAdded(EventData):
    """More photos of a listing came after it was received."""

    listing_id: UUID
    photos: list[str]


class ScraperJobCreated(EventData):
    """The scraper took a search on."""

    job_id: UUID
    brands: list[str]
    search: str
    due_at: AwareDatetime


class Find(BaseModel):
    """One of the things a scrape found, for a notice."""

    brand: str
    model: str
    price: Amount
    currency: str
    estimated_profit: Amount | None
    url: str


class ScraperJobCompleted(EventData):
    """The scraper reported what it found. `best` are a few of the matches, the most profitable first."""

    job_id: UUID
    brands: list[str]
    matches: int
    created_listings: int
    skipped: int
    refused: int
    best: list[Find]


class ScraperJobOverdue(EventData):
    """The scraper has not reported a job in the time it has."""

    job_id: UUID
    brands: list[str]
    search: str
    due_at: AwareDatetime


class SearchesChanged(EventData):
    """An operator changed the list of searches."""

    searches: list[dict[str, Any]]


class SearchesAdvanced(EventData):
    """The next search of the list had its turn."""

    search_id: str
    brand: str
    search: str


class SearchesFailed(EventData):
    """The search whose turn it was could not be handed to the scraper."""

    search_id: str
    brand: str
    search: str
    answer: str


class SettingsChanged(EventData):
    """An operator changed how the system behaves."""

    name: str
    values: dict[str, Any]


class MessageRecorded(EventData):
    """A message was posted; its type is what the poster says it is, its tags and sinks what the rules made of it."""

    message_id: str
    origin: str
    content: str
    author: str | None
    channel: str | None
    created_at: AwareDatetime
    url: str | None
    scheduled_for: AwareDatetime | None
    duration_minutes: int | None
    attendees: list[str]
    location: str | None
    priority: str | None
    item: str | None
    price: Amount | None
    currency: str | None
    quantity: int | None
    metadata: dict[str, Any]  # what else the message said
    rules: list[str]  # those that fired, by name
    sinks: list[str]  # where it goes


class DeliveryFailed(EventData):
    """An event was given up for a sink; `in_doubt`: it may be there all the same."""

    event_id: str
    event_type: str
    sink: str
    attempts: int
    in_doubt: bool
    answer: str
    title: str


class DeliveryRetryRequested(EventData):
    """Somebody wants an event to be brought to a sink after all."""

    event_id: str
    sinks: list[str]


class DeliveryConfirmed(EventData):
    """An event was in doubt for a sink; somebody has looked, and it is there."""

    event_id: str
    sink: str


class SinkPaused(EventData):
    """Nothing is brought to a sink until somebody resumes it; what is for it waits."""

    sink: str
    reason: str | None


class SinkResumed(EventData):
    """A sink that was paused is served again."""

    sink: str
    reason: str | None


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
    "listing.deadline_approaching": ListingDeadlineApproaching,
    "listing.deadline_passed": ListingDeadlinePassed,
    "listing.deadline_extended": ListingDeadlineExtended,
    "listing.operation_failed": ListingOperationFailed,
    "listing.amended": ListingAmended,
    "listing.reply_received": ListingReplyReceived,
    "listing.trouble_ended": ListingTroubleEnded,
    "listing.retry_requested": ListingRetryRequested,
    "listing.photo_sent": ListingPhotoSent,
    "listing.photos_added": ListingPhotosAdded,
    "scraper.job.created": ScraperJobCreated,
    "scraper.job.completed": ScraperJobCompleted,
    "scraper.job.overdue": ScraperJobOverdue,
    "searches.changed": SearchesChanged,
    "searches.advanced": SearchesAdvanced,
    "searches.failed": SearchesFailed,
    "message.created": MessageRecorded,
    "task.created": MessageRecorded,
    "meeting.created": MessageRecorded,
    "sale.recorded": MessageRecorded,
    "delivery.failed": DeliveryFailed,
    "delivery.retry_requested": DeliveryRetryRequested,
    "delivery.confirmed": DeliveryConfirmed,
    "sink.paused": SinkPaused,
    "sink.resumed": SinkResumed,
    "settings.changed": SettingsChanged,
    "key.created": KeyCreated,
    "key.revoked": KeyRevoked,
}

# Who publishes events about which kind of aggregate.
SOURCES: Mapping[str, str] = {
    "LISTING": "switchyard.listings",
    "SCRAPER": "switchyard.scraping",
    "SEARCHES": "switchyard.scraping",
    "MESSAGE": "switchyard.messages",
    "DELIVERY": "switchyard.sinks",
    "SINK": "switchyard.sinks",
    "SETTINGS": "switchyard.settings",
    "KEY": "switchyard.keys",
}


# Of these kinds an event may have any type its poster gives it.
OPEN_KINDS: Mapping[str, type[EventData]] = {"MESSAGE": MessageRecorded}


def source_of(event_type: str) -> str:
    """Raises KeyError for a type that is not in the catalogue."""
    is_open = CATALOGUE[event_type] in OPEN_KINDS.values()
    return SOURCES["MESSAGE" if is_open else event_type.partition(".")[0].upper()]


def own_names() -> frozenset[str]:
    """The first parts of the types that are Switchyard's own: nobody else may use them."""
    mine = (name for name, model in CATALOGUE.items() if model not in OPEN_KINDS.values())
    return frozenset(name.partition(".")[0] for name in mine)


def _model(kind: str, event_type: str) -> type[EventData]:
    return OPEN_KINDS.get(kind) or CATALOGUE[event_type]


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
            tags=fact.tags,
            data=_model(kind, fact.type).model_validate(fact.data).model_dump(mode="json"),
        )
        for version, fact in enumerate(facts, start=after + 1)
    )
