"""Events of listings."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.ledger.event_data import Amount, EventData

ListingState = Literal["FOUND", "MESSAGING", "NEGOTIATING", "PURCHASED", "RECEIVED", "LISTED", "SOLD", "CANCELLED"]


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


EVENTS: Mapping[str, type[EventData]] = {
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
}
