"""What arrives about listings, checked by pydantic before anything else sees it."""

import re
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any
from unicodedata import category
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from shared.listings.currency import CURRENCIES
from shared.listings.lifecycle import State
from shared.listings.listing import Sighting
from shared.listings.marketplace_url import MAX_URL_LENGTH

MAX_MATCHES = 1_000  # in one call
_CENT_FRACTION = Decimal("0.0001")  # finer than any currency; takes the dust off a scraper's float arithmetic
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
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


def _one_line(text: str) -> str:
    if any(category(letter) in _BREAKS for letter in text):
        raise PydanticCustomError("one_line", "control characters and line breaks are not allowed")
    return text


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError("currency", "this is no currency of ISO 4217")
    return code


def text(longest: int) -> Any:
    """One line of text: trimmed, not empty, at most so many characters."""
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=longest),
        AfterValidator(_one_line),
    ]


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
Identifier = text(256)


class Offer(BaseModel):
    """What the marketplace shows. More fields (location …) are welcome and left alone."""

    url: Url
    title: text(512)  # type: ignore[valid-type]
    price: Price
    currency: Currency | None = None


class Product(BaseModel):
    """Which product of the catalogue the scraper takes it for."""

    id: Annotated[int, Field(strict=True, ge=0, le=2**53)]
    brand: text(128)  # type: ignore[valid-type]
    model: text(256)  # type: ignore[valid-type]


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
    brand: text(128) | None = None  # type: ignore[valid-type]
    brands: Annotated[list[text(128)], Field(max_length=100)] | None = None  # type: ignore[valid-type]
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
    reason: text(1_000) | None = None  # type: ignore[valid-type]
    conversation_thread_id: Identifier | None = None  # type: ignore[valid-type]
    seller_messenger_id: Identifier | None = None  # type: ignore[valid-type]
    negotiated_price: Price | None = None
    purchase_price: Price | None = None
    shipping_cost: Annotated[Price | None, Field(description="Added to what was paid for shipping before")] = None
    photos: Annotated[list[text(1_024)], Field(max_length=24)] | None = None  # type: ignore[valid-type]
    ebay_listing_id: Identifier | None = None  # type: ignore[valid-type]
    ebay_asking_price: Price | None = None
    ebay_sold_price: Price | None = None
    ebay_fees: Price | None = None

    def details(self) -> dict[str, Any]:
        """The fields that were given, as a listing keeps them."""
        given = {name: value for name, value in self if name not in ("to_state", "reason") and value is not None}
        return given | ({"photos": tuple(self.photos)} if self.photos is not None else {})
