"""What arrives about listings, checked by pydantic before anything else sees it."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from shared.listings.lifecycle import State
from shared.listings.listing import Sighting
from shared.listings.marketplace_url import MAX_URL_LENGTH
from shared.listings.photos import MAX_BYTES, MAX_PHOTOS
from shared.runtime.currency import CURRENCIES
from shared.runtime.line import line, one_line

MAX_MATCHES = 1_000  # in one call
_CENT_FRACTION = Decimal("0.0001")  # finer than any currency; takes the dust off a scraper's float arithmetic
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_AMOUNT_SCHEMA = {
    "anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,4})?$"}],
    "examples": ["400.00", 400],
}


def _plain_number(value: Any) -> Any:
    """Python reads more texts as numbers than JSON's writers mean: 1_000, or the digits of other scripts."""
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise PydanticCustomError("amount", "a decimal number is needed")
    return value


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_CENT_FRACTION, ROUND_HALF_EVEN).normalize() + 0


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError("currency", "this is no currency of ISO 4217")
    return code


Amount = Annotated[
    Decimal,
    BeforeValidator(_plain_number),
    Field(ge=-999_999_999, le=999_999_999, allow_inf_nan=False),
    AfterValidator(_rounded),
    WithJsonSchema(_AMOUNT_SCHEMA),
]
Price = Annotated[Amount, Field(ge=0)]
Score = Annotated[
    Decimal,
    BeforeValidator(_plain_number),
    Field(ge=0, le=100, allow_inf_nan=False),
    AfterValidator(_rounded),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), AfterValidator(_known_currency)]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=MAX_URL_LENGTH)]
Identifier = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=256),
    AfterValidator(one_line),
]
Condition = Annotated[str, StringConstraints(pattern=r"^[A-Z_]{3,40}$"), Field(description="eBay's ConditionEnum")]
CategoryId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$"), Field(description="eBay's")]


class Offer(BaseModel):
    """What the marketplace shows. More fields (location …) are welcome and left alone."""

    url: Url
    title: line(512)  # type: ignore[valid-type]
    price: Price
    currency: Currency | None = None


class Product(BaseModel):
    """Which product of the catalogue the scraper takes it for."""

    id: Annotated[int, Field(strict=True, ge=0, le=2**53)]
    brand: line(128)  # type: ignore[valid-type]
    model: line(256)  # type: ignore[valid-type]


class Match(BaseModel):
    """One offer matched to one product. More fields (reasons …) are welcome and left alone."""

    listing: Offer
    product: Product
    confidence: Score
    potential_profit: Amount | None = None

    def sighting(self, job_id: UUID, default_currency: str) -> Sighting:
        return Sighting(
            job_id=str(job_id),
            url=self.listing.url,
            title=self.listing.title,
            price=self.listing.price,
            currency=self.listing.currency or default_currency,
            product_id=self.product.id,
            brand=self.product.brand,
            model=self.product.model,
            confidence=self.confidence,
            estimated_profit=self.potential_profit,
        )


class JobComplete(BaseModel):
    """A scrape job's result. Matches are checked one by one, so that a bad one does not spoil the others."""

    job_id: UUID
    brand: line(128) | None = None  # type: ignore[valid-type]
    brands: Annotated[list[line(128)], Field(max_length=100)] | None = None  # type: ignore[valid-type]
    matches: Annotated[list[Any], Field(max_length=MAX_MATCHES)]


class Refused(BaseModel):
    """A match that was not taken, by its place in the call, and why."""

    index: int
    reason: str


class JobAccepted(BaseModel):
    accepted: bool
    created_listings: int
    skipped: Annotated[int, Field(description="Known before, or twice in this call")]
    refused: list[Refused]


class Transition(BaseModel):
    """A step of the lifecycle, with what it brings. A step to PURCHASED needs `purchase_price`, to LISTED
    `ebay_listing_id` and `ebay_asking_price`, to SOLD `ebay_sold_price`."""

    model_config = ConfigDict(extra="forbid")

    to_state: State
    reason: line(1_000) | None = None  # type: ignore[valid-type]
    conversation_thread_id: Identifier | None = None
    seller_messenger_id: Identifier | None = None
    negotiated_price: Price | None = None
    purchase_price: Price | None = None
    shipping_cost: Annotated[
        Price | None, Field(description="Added, the first time, to what was paid for shipping before")
    ] = None
    condition: Condition | None = None
    category_id: CategoryId | None = None
    target_price: Price | None = None
    ebay_listing_id: Identifier | None = None
    ebay_asking_price: Price | None = None
    ebay_sold_price: Price | None = None
    ebay_fees: Price | None = None

    def details(self) -> dict[str, Any]:
        """The fields that were given, as a listing keeps them."""
        return {name: value for name, value in self if name not in ("to_state", "reason") and value is not None}


class Received(BaseModel):
    """The thing is here and photographed; said again, it puts right what was said before.

    What is left out is taken from the settings of selling. The first time, `photos` are needed.
    """

    model_config = ConfigDict(extra="forbid")

    photos: Annotated[
        list[line(256)] | None,  # type: ignore[valid-type]
        Field(min_length=1, max_length=MAX_PHOTOS, description="Keys of uploads, all of them"),
    ] = None
    shipping_cost: Annotated[
        Price | None, Field(description="Added, the first time, to what was paid for shipping before")
    ] = None
    condition: Condition | None = None
    category_id: CategoryId | None = None
    target_price: Annotated[Price | None, Field(description="What it should be offered for")] = None

    def details(self) -> dict[str, Any]:
        given = {name: value for name, value in self if value is not None}
        return given | ({"photos": tuple(self.photos)} if self.photos is not None else {})


class WantedUpload(BaseModel):
    """A photo somebody wants to upload: its type, and its size in bytes to the letter."""

    model_config = ConfigDict(extra="forbid")

    content_type: Literal["image/jpeg", "image/png", "image/webp"]
    size: Annotated[int, Field(strict=True, ge=1, le=MAX_BYTES)]


class WantedUploads(BaseModel):
    model_config = ConfigDict(extra="forbid")

    photos: Annotated[list[WantedUpload], Field(min_length=1, max_length=MAX_PHOTOS)]


class Retry(BaseModel):
    """Try what is due: write to the seller (FOUND), list on eBay (RECEIVED)."""

    model_config = ConfigDict(extra="forbid")

    confirmed_not_done: Annotated[
        bool, Field(description="You have looked, and the try that is in doubt has done nothing")
    ] = False


class Extension(BaseModel):
    """More time, until a moment or by so many days."""

    model_config = ConfigDict(extra="forbid")

    deadline_at: AwareDatetime | None = None
    days: Annotated[float | None, Field(gt=0, le=365, allow_inf_nan=False)] = None
    reason: line(1_000) | None = None  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _says_one_of_them(self) -> "Extension":
        if (self.deadline_at is None) == (self.days is None):
            raise PydanticCustomError("extension", "say either deadline_at or days")
        return self


class MessagingChoice(BaseModel):
    """When sellers are written to without anybody's doing; what is left out is at its default again."""

    model_config = ConfigDict(extra="forbid")

    automatic: bool = True
    minimum_confidence: Score = Decimal(0)
    minimum_profit: Annotated[Amount | None, Field(description="None: also where the profit is not known")] = None


class SellingChoice(BaseModel):
    """What is the same for every offer on eBay, unless the listing says otherwise."""

    model_config = ConfigDict(extra="forbid")

    marketplace_id: Annotated[str, StringConstraints(pattern=r"^EBAY_[A-Z_]{2,20}$")] | None = None
    category_id: CategoryId | None = None
    condition: Condition | None = None
    fulfillment_policy_id: CategoryId | None = None
    payment_policy_id: CategoryId | None = None
    return_policy_id: CategoryId | None = None
    merchant_location_key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,36}$")] | None = None


class AboutListing(BaseModel):
    """A webhook about one listing. More fields are welcome and left alone."""

    listing_id: UUID


class MessageSent(AboutListing):
    """The message is with the seller."""

    conversation_thread_id: Identifier | None = None
    seller_messenger_id: Identifier | None = None


class ReplyReceived(MessageSent):
    """The seller has answered; `price` is what is asked now."""

    price: Price | None = None


class DealConfirmed(MessageSent):
    """The seller sells, for this price and this shipping."""

    price: Price
    shipping: Price | None = None
    currency: Currency | None = None


class Declined(AboutListing):
    """The seller does not sell."""

    reason: line(1_000) | None = None  # type: ignore[valid-type]


class ItemSold(AboutListing):
    """The item was sold on eBay: for how much, and what that cost."""

    sold_price: Price
    fees: Price | None = None
    shipping: Annotated[Price | None, Field(description="To the buyer; added to what was paid for shipping before")] = (
        None
    )
    currency: Currency | None = None
    ebay_listing_id: Identifier | None = None


class Heard(BaseModel):
    """Where the listing stands after a webhook; `changed` is false where it said what was known."""

    listing_id: UUID
    state: State
    version: int
    changed: bool
