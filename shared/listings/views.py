"""What leaves about listings: the shapes callers are shown."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from shared.ledger.envelope import Event
from shared.listings.facts import amount
from shared.listings.lifecycle import State
from shared.listings.listing import Listing

# No bounds here: sums may be larger than anything that may be sent.
Amount = Annotated[
    Decimal,
    PlainSerializer(amount, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "examples": ["400", "399.5"]}),
]
Score = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]


class TroubleView(BaseModel):
    """What went wrong when something was tried for the listing, until it succeeds."""

    model_config = ConfigDict(from_attributes=True)

    operation: str
    answer: str
    first_at: AwareDatetime
    last_at: AwareDatetime
    times: int
    in_doubt: Annotated[bool, Field(description="It may have been done all the same")]
    next: Annotated[str, Field(description="`retry`: it is tried again; `person`: somebody has to act")]


class ListingView(BaseModel):
    """A listing as callers see it. Money is a decimal string, times are UTC."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    product_id: int
    brand: str
    model: str
    title: str
    marketplace_url: str
    asking_price: Amount
    currency: str
    confidence: Score
    estimated_profit: Amount | None
    scraper_job_id: UUID
    state: State
    version: Annotated[int, Field(description="Send it back as If-Match to move just what you saw")]
    changed_at: AwareDatetime
    found_at: AwareDatetime
    messaging_at: AwareDatetime | None
    negotiating_at: AwareDatetime | None
    purchased_at: AwareDatetime | None
    received_at: AwareDatetime | None
    listed_at: AwareDatetime | None
    sold_at: AwareDatetime | None
    cancelled_at: AwareDatetime | None
    times_seen: int
    last_seen_at: AwareDatetime
    conversation_thread_id: str | None
    seller_messenger_id: str | None
    negotiated_price: Amount | None
    purchase_price: Amount | None
    shipping_cost: Amount | None
    photos: list[str]
    photos_coming: Annotated[list[str], Field(description="Sent to the bot, not fetched yet")]
    ebay_listing_id: str | None
    ebay_asking_price: Amount | None
    ebay_sold_price: Amount | None
    ebay_fees: Amount | None
    final_profit: Amount | None
    condition: str | None
    category_id: str | None
    target_price: Amount | None
    deadline_at: Annotated[AwareDatetime | None, Field(description="When it is given up if nothing happens")]
    trouble: TroubleView | None

    @classmethod
    def of(cls, listing: Listing) -> "ListingView":
        return cls.model_validate(listing)


class ListingPage(BaseModel):
    listings: list[ListingView]
    limit: int
    next_cursor: Annotated[str | None, Field(description="Null at the end")]


class Upload(BaseModel):
    """Where one photo goes: PUT it to `url` with just these headers."""

    key: str
    url: str
    headers: dict[str, str]


class Uploads(BaseModel):
    uploads: list[Upload]
    expires_in: Annotated[int, Field(description="Seconds")]


class MessagingView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    automatic: bool
    minimum_confidence: Score
    minimum_profit: Amount | None


class SellingView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    marketplace_id: str | None
    category_id: str | None
    condition: str | None
    fulfillment_policy_id: str | None
    payment_policy_id: str | None
    return_policy_id: str | None
    merchant_location_key: str | None


class SettingsView(BaseModel):
    """What operators have decided; what nobody has decided is at its default, version 0."""

    messaging: MessagingView
    messaging_version: int
    selling: SellingView
    selling_version: int


class Step(BaseModel):
    """One step of a listing's life."""

    id: str
    version: int
    from_state: State | None
    to_state: State
    transitioned_at: AwareDatetime
    triggered_by: str
    reason: str | None
    metadata: dict[str, Any]


class History(BaseModel):
    listing_id: UUID
    history: Annotated[list[Step], Field(description="Oldest first")]


def step_of(event: Event) -> Step | None:
    """The step an event tells of; None where it tells of something else."""
    if event.type == "listing.created":
        data = event.data
        metadata = {"job_id": data["scraper_job_id"], "brand": data["brand"], "trace_id": event.trace_id}
        return _step(event, None, State.FOUND, None, metadata)
    if event.type.startswith("listing.state."):
        data = event.data
        metadata = {**data["details"], "trace_id": event.trace_id}
        return _step(event, data["from_state"], data["to_state"], data["reason"], metadata)
    return None


def _step(event: Event, origin: str | None, target: str, reason: str | None, metadata: dict[str, Any]) -> Step:
    return Step(
        id=event.id,
        version=event.version,
        from_state=State(origin) if origin else None,
        to_state=State(target),
        transitioned_at=event.time,
        triggered_by=event.actor,
        reason=reason,
        metadata=metadata,
    )
