"""A listing: one thing on offer somewhere, from the moment it is found until it is sold or given up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from shared.ledger.envelope import Fact, to_text
from shared.listings.lifecycle import DETAILS, State, step
from shared.listings.marketplace_url import normalised
from shared.runtime.errors import InvalidInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one scrape said of one thing on offer."""

    job_id: str
    url: str
    title: str
    price: Decimal
    currency: str  # ISO 4217
    product_id: int
    brand: str
    model: str
    confidence: Decimal  # 0..100
    estimated_profit: Decimal | None

    @property
    def listing_id(self) -> str:
        return listing_id(self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Prices are in `currency`; times are UTC; `facts` have happened and wait to be recorded."""

    id: str
    product_id: int  # of an external catalogue: what the product is does not matter here
    brand: str
    model: str
    title: str
    marketplace_url: str
    asking_price: Decimal
    currency: str
    confidence: Decimal
    scraper_job_id: str
    state: State
    changed_at: datetime  # its state or its price
    found_at: datetime
    last_seen_at: datetime
    times_seen: int = 1
    estimated_profit: Decimal | None = None
    messaging_at: datetime | None = None
    negotiating_at: datetime | None = None
    purchased_at: datetime | None = None
    received_at: datetime | None = None
    listed_at: datetime | None = None
    sold_at: datetime | None = None
    cancelled_at: datetime | None = None
    conversation_thread_id: str | None = None
    seller_messenger_id: str | None = None
    negotiated_price: Decimal | None = None
    purchase_price: Decimal | None = None
    shipping_cost: Decimal | None = None
    photos: tuple[str, ...] = ()
    ebay_listing_id: str | None = None
    ebay_asking_price: Decimal | None = None
    ebay_sold_price: Decimal | None = None
    ebay_fees: Decimal | None = None
    final_profit: Decimal | None = None
    last_error: str | None = None
    version: int = 0  # as stored; the facts are not counted
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @classmethod
    def found(cls, sighting: Sighting, *, at: datetime) -> "Listing":
        identity = sighting.listing_id
        what = {
            "product_id": sighting.product_id,
            "brand": sighting.brand,
            "model": sighting.model,
            "title": sighting.title,
            "marketplace_url": sighting.url,
            "asking_price": sighting.price,
            "currency": sighting.currency,
            "confidence": sighting.confidence,
            "estimated_profit": sighting.estimated_profit,
            "scraper_job_id": sighting.job_id,
        }
        created = _fact("listing.created", at, identity, what)
        return cls(
            id=identity,
            state=State.FOUND,
            changed_at=at,
            found_at=at,
            last_seen_at=at,
            facts=(created,),
            **what,  # type: ignore[arg-type]
        )

    def seen(self, sighting: Sighting, *, at: datetime) -> "Listing":
        """Met again by another scrape: counted, and at another price repriced.

        Another currency counts as another price only until a price is agreed: what was agreed, and paid, is in
        the one the listing has.
        """
        again = replace(self, times_seen=self.times_seen + 1, last_seen_at=at)
        counted = {"scraper_job_id": sighting.job_id, "times_seen": again.times_seen}
        if not self._is_repriced_by(sighting):
            return again._with(_fact("listing.seen", at, self.id, counted))
        repriced = replace(
            again,
            changed_at=at,
            asking_price=sighting.price,
            currency=sighting.currency,
            estimated_profit=sighting.estimated_profit,
        )
        prices = {
            "currency": sighting.currency,
            "from_price": self.asking_price,
            "to_price": sighting.price,
            "estimated_profit": sighting.estimated_profit,
        }
        return repriced._with(_fact("listing.price_changed", at, self.id, counted | prices))

    def moved(
        self, target: State, *, at: datetime, actor: str, reason: str | None, details: Mapping[str, Any]
    ) -> "Listing":
        """The listing after a step into `target`, with what the step brings.

        Raises IllegalTransitionError where the table has no such step, InvalidInputError where a detail is
        missing or has no place there.
        """
        step(self.state, target)
        _check(target, details)
        happened: dict[str, Any] = {f"{target.lower()}_at": at, **details}
        if self.shipping_cost is not None and "shipping_cost" in details:
            happened["shipping_cost"] += self.shipping_cost  # to us, then to the buyer: both were paid
        after = replace(self, state=target, changed_at=at, **happened)
        if target is State.SOLD:
            after = replace(after, final_profit=after.profit())
        change = {
            "from_state": self.state,
            "to_state": target,
            "triggered_by": actor,
            "reason": reason,
            "details": _plain(dict(details)),
        }
        return after._with(_fact(f"listing.state.{target.lower()}", at, self.id, change))

    def profit(self) -> Decimal | None:
        """What is left of the sale: sold - purchase - shipping - fees. None where it was never bought or sold."""
        if self.ebay_sold_price is None or self.purchase_price is None:
            return None
        costs = self.purchase_price + (self.shipping_cost or 0) + (self.ebay_fees or 0)
        return self.ebay_sold_price - costs

    def _is_repriced_by(self, sighting: Sighting) -> bool:
        if sighting.currency == self.currency:
            return sighting.price != self.asking_price
        return self.negotiated_price is None and self.purchase_price is None

    def _with(self, fact: Fact) -> "Listing":
        return replace(self, facts=(*self.facts, fact))


def listing_id(url: str) -> str:
    """The same for every spelling of one address, so that one address is one listing. Raises InvalidInputError."""
    return str(uuid5(NAMESPACE_URL, normalised(url)))


def _check(target: State, details: Mapping[str, Any]) -> None:
    expected = DETAILS[target]
    if missing := sorted(expected.required - details.keys()):
        raise InvalidInputError(f"a step to {target} needs {', '.join(missing)}")
    if unknown := sorted(details.keys() - expected.known):
        raise InvalidInputError(f"a step to {target} does not take {', '.join(unknown)}")


def _fact(event_type: str, at: datetime, identity: str, data: Mapping[str, Any]) -> Fact:
    return Fact(type=event_type, time=at, data=_plain({"listing_id": identity, **data}))


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As JSON says it: money as text, times as ISO 8601."""
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    match value:
        case Decimal():
            return amount(value)
        case datetime():
            return to_text(value)
        case tuple():
            return list(value)
        case _:
            return value


def amount(value: Decimal) -> str:
    """A decimal in plain digits, without zeros that say nothing: 400.50 -> 400.5, 4E+2 -> 400."""
    return format(value.normalize(), "f")
