"""A listing: one thing on offer somewhere, from the moment it is found until it is sold or given up."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from shared.ledger.envelope import Fact, event_id
from shared.listings.deadlines import NO_DEADLINES, Deadlines
from shared.listings.facts import fact, plain
from shared.listings.lifecycle import DETAILS, State, step, way
from shared.listings.marketplace_url import normalised
from shared.runtime.errors import InvalidInputError

_PAID_ONCE: Final = frozenset({"shipping_cost"})  # what adds up from step to step


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
class Trouble:
    """What went wrong when something was tried for a listing, until it succeeds."""

    operation: str  # message_seller, list_on_ebay, fetch_photo
    answer: str  # what was answered, in the service's words
    first_at: datetime
    last_at: datetime
    times: int
    in_doubt: bool  # it may have been done all the same
    next: str  # `retry`: it is tried again; `person`: somebody has to act
    about: str | None = None  # which of several: the photo that cannot be fetched


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
    entered_version: int = 1  # version of the event that brought it into its state
    deadline_at: datetime | None = None  # when its state ends by itself
    reminder_at: datetime | None = None
    reminded_at: datetime | None = None
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
    photos_coming: tuple[str, ...] = ()  # of Telegram's: sent, and not fetched yet
    condition: str | None = None  # eBay's ConditionEnum
    category_id: str | None = None  # eBay's
    target_price: Decimal | None = None  # what it should be offered for
    ebay_listing_id: str | None = None
    ebay_asking_price: Decimal | None = None
    ebay_sold_price: Decimal | None = None
    ebay_fees: Decimal | None = None
    final_profit: Decimal | None = None
    trouble: Trouble | None = None
    version: int = 0  # as stored; the facts are not counted
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @classmethod
    def found(cls, sighting: Sighting, *, at: datetime, deadlines: Deadlines) -> "Listing":
        identity = sighting.listing_id
        term = deadlines.term(State.FOUND, at=at)
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
            "deadline_at": term and term.deadline_at,
            "reminder_at": term and term.reminder_at,
        }
        created = fact("listing.created", at, identity, what)
        return cls(
            id=identity,
            state=State.FOUND,
            changed_at=at,
            found_at=at,
            last_seen_at=at,
            target_price=_target_price(sighting),
            facts=(created,),
            **what,  # type: ignore[arg-type]
        )

    def seen(self, sighting: Sighting, *, at: datetime) -> "Listing":
        """Met again by another scrape: counted, and at another price repriced.

        Another currency counts as another price only until the seller is written to: what is agreed, and paid, is
        in the one the listing has.
        """
        again = replace(self, times_seen=self.times_seen + 1, last_seen_at=at)
        counted = {"scraper_job_id": sighting.job_id, "times_seen": again.times_seen}
        if not self._is_repriced_by(sighting):
            return again.having("listing.seen", at, counted)
        repriced = replace(
            again,
            changed_at=at,
            asking_price=sighting.price,
            currency=sighting.currency,
            estimated_profit=sighting.estimated_profit,
            target_price=self._target_after(sighting),
        )
        prices = {
            "currency": sighting.currency,
            "from_price": self.asking_price,
            "to_price": sighting.price,
            "estimated_profit": sighting.estimated_profit,
        }
        return repriced.having("listing.price_changed", at, counted | prices)

    def moved(
        self,
        target: State,
        *,
        at: datetime,
        actor: str,
        reason: str | None,
        details: Mapping[str, Any],
        deadlines: Deadlines,
    ) -> "Listing":
        """The listing after a step into `target`, with what the step brings.

        Raises IllegalTransitionError where the table has no such step, InvalidInputError where a detail is
        missing or has no place there.
        """
        step(self.state, target)
        _check(target, details)
        term = deadlines.term(target, at=at)
        entered: dict[str, Any] = {
            "entered_version": self._next_version,
            "deadline_at": term and term.deadline_at,
            "reminder_at": term and term.reminder_at,
        }
        happened: dict[str, Any] = {f"{target.lower()}_at": at, "reminded_at": None, "trouble": None, **details}
        if self.shipping_cost is not None and "shipping_cost" in details:
            happened["shipping_cost"] += self.shipping_cost  # to us, then to the buyer: both were paid
        after = replace(self, state=target, changed_at=at, **entered, **happened)
        if target is State.SOLD:
            after = replace(after, final_profit=after.profit())
        change = {
            "from_state": self.state,
            "to_state": target,
            "triggered_by": actor,
            "reason": reason,
            "details": plain(details),
            "from_version": self.entered_version,
            "deadline_at": entered["deadline_at"],
            "reminder_at": entered["reminder_at"],
            "title": self.title,
            "currency": self.currency,
            "final_profit": after.final_profit,
        }
        return after.having(f"listing.state.{target.lower()}", at, change)

    def moved_through(
        self,
        target: State,
        *,
        at: datetime,
        actor: str,
        reason: str | None,
        details: Mapping[str, Any],
        deadlines: Deadlines,
    ) -> "Listing":
        """As `moved`, by way of the states that must lie between: news of them is still on its way, or was lost."""
        passed = way(self.state, target)[:-1]
        if any(DETAILS[state].required - details.keys() for state in passed):
            step(self.state, target)  # too much lies between: it says what is allowed
        listing, left = self, dict(details)
        for state in (*passed, target):
            brought = {name: value for name, value in left.items() if name in DETAILS[state].known}
            left = {name: value for name, value in left.items() if name not in brought or name not in _PAID_ONCE}
            listing = listing.moved(
                state,
                at=at,
                actor=actor,
                reason=reason,
                details=brought,
                deadlines=deadlines if state is target else NO_DEADLINES,
            )
        return listing

    @property
    def entry_id(self) -> str:
        """The id of the event that brought it into its state: the same for all that is done there."""
        return event_id("listing", self.id, self.entered_version)

    def amended(self, details: Mapping[str, Any], *, at: datetime, actor: str, reason: str | None) -> "Listing":
        """The listing with details put right, or brought later, without a step; the profit follows.

        Raises InvalidInputError for what its state does not know.
        """
        if unknown := sorted(details.keys() - DETAILS[self.state].known):
            raise InvalidInputError(f"in {self.state} there is no {', '.join(unknown)} to put right")
        after = replace(self, changed_at=at, **details)
        if self.state is State.SOLD:
            after = replace(after, final_profit=after.profit())
        said = {"state": self.state, "details": plain(details), "triggered_by": actor, "reason": reason}
        return after.having("listing.amended", at, said)

    def answered(self, details: Mapping[str, Any], *, at: datetime, deadlines: Deadlines) -> "Listing":
        """A seller who goes on talking: what is asked now, and the time of the state anew."""
        term = deadlines.term(self.state, at=at)
        renewed: dict[str, Any] = {"reminded_at": None}
        if term and self.deadline_at and term.deadline_at > self.deadline_at:
            renewed |= {"deadline_at": term.deadline_at, "reminder_at": term.reminder_at}
        after = replace(self, changed_at=at, **renewed, **details)
        said = {"state": self.state, "details": plain(details), "deadline_at": after.deadline_at}
        return after.having("listing.reply_received", at, said)

    def profit(self) -> Decimal | None:
        """What is left of the sale: sold - purchase - shipping - fees. None where it was never bought or sold."""
        if self.ebay_sold_price is None or self.purchase_price is None:
            return None
        costs = self.purchase_price + (self.shipping_cost or 0) + (self.ebay_fees or 0)
        return self.ebay_sold_price - costs

    def _is_repriced_by(self, sighting: Sighting) -> bool:
        if sighting.currency == self.currency:
            return sighting.price != self.asking_price
        return self.state is State.FOUND

    def _target_after(self, sighting: Sighting) -> Decimal | None:
        """Once it is bought, what an advertisement says of it says nothing any more."""
        if self.purchased_at is not None:
            return self.target_price
        target = _target_price(sighting)
        return self.target_price if target is None else target

    @property
    def _next_version(self) -> int:
        return self.version + len(self.facts) + 1

    def having(self, event_type: str, at: datetime, data: Mapping[str, Any]) -> "Listing":
        """The same with one more fact to be recorded."""
        return replace(self, facts=(*self.facts, fact(event_type, at, self.id, data)))


def listing_id(url: str) -> str:
    """The same for every spelling of one address, so that one address is one listing. Raises InvalidInputError."""
    return str(uuid5(NAMESPACE_URL, normalised(url)))


def _check(target: State, details: Mapping[str, Any]) -> None:
    expected = DETAILS[target]
    if missing := sorted(expected.required - details.keys()):
        raise InvalidInputError(f"a step to {target} needs {', '.join(missing)}")
    if unknown := sorted(details.keys() - expected.known):
        raise InvalidInputError(f"a step to {target} does not take {', '.join(unknown)}")


def _target_price(sighting: Sighting) -> Decimal | None:
    """A scraper's profit is what it expects a thing to sell for, less the price asked."""
    return None if sighting.estimated_profit is None else sighting.price + sighting.estimated_profit
