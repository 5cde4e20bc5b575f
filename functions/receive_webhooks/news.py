"""News of a listing from the services around: it moves, or the news is old, or it cannot be true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from shared.ledger.envelope import Cause
from shared.listings.changing import Change, Listings, change_listing
from shared.listings.contracts import DealConfirmed, Declined, ItemSold, MessageSent, ReplyReceived
from shared.listings.deadlines import Deadlines
from shared.listings.lifecycle import State, is_past, way
from shared.listings.listing import Listing
from shared.listings.trouble import troubled
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.errors import (
    ContradictionError,
    IllegalTransitionError,
    InvalidInputError,
)

# What must be the same where both sides know it: else the news is of something else.
_SAME: Final = ("conversation_thread_id", "ebay_listing_id")
# What cannot be said twice in different words.
_SAID_ONCE: Final = ("purchase_price", "ebay_sold_price")


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A listing is said to be in `target`. `details` are what the listing keeps, `currency` that of its amounts."""

    name: str
    listing_id: str
    target: State
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    currency: str | None = None
    ebay_listing_id: str | None = None
    is_money: bool = False  # somebody has to know of it even where it comes too late


def of_message_sent(told: MessageSent) -> News:
    return News(name="message_sent", listing_id=str(told.listing_id), target=State.MESSAGING, details=_contact(told))


def of_reply(told: ReplyReceived) -> News:
    details = _contact(told) | ({"negotiated_price": told.price} if told.price is not None else {})
    return News(name="reply_received", listing_id=str(told.listing_id), target=State.NEGOTIATING, details=details)


def of_deal(told: DealConfirmed) -> News:
    prices = {"negotiated_price": told.price, "purchase_price": told.price}
    shipping = {"shipping_cost": told.shipping} if told.shipping is not None else {}
    return News(
        name="deal_confirmed",
        listing_id=str(told.listing_id),
        target=State.PURCHASED,
        details=_contact(told) | prices | shipping,
        currency=told.currency,
        is_money=True,
    )


def of_refusal(told: Declined) -> News:
    reason = told.reason or "the seller declined"
    return News(name="declined", listing_id=str(told.listing_id), target=State.CANCELLED, reason=reason)


def of_sale(told: ItemSold) -> News:
    amounts = {"ebay_sold_price": told.sold_price, "ebay_fees": told.fees, "shipping_cost": told.shipping}
    return News(
        name="item_sold",
        listing_id=str(told.listing_id),
        target=State.SOLD,
        details={name: value for name, value in amounts.items() if value is not None},
        currency=told.currency,
        ebay_listing_id=told.ebay_listing_id,
        is_money=True,
    )


def hear(
    news: News, cause: Cause, *, listings: Listings, deadlines: Deadlines, clock: Clock, pause: Pause
) -> tuple[Listing, bool]:
    """The listing as it then is, and whether the news changed it.

    Raises NotFoundError; IllegalTransitionError where it comes too early or too late, ContradictionError and
    InvalidInputError where it cannot be true; ConflictError where others keep changing the listing.
    """

    def change(listing: Listing) -> Listing | None:
        _check(news, listing)
        if is_past(listing.state, news.target):
            return _brought_later(listing, news, cause, deadlines=deadlines, at=clock())
        return _moved(listing, news, cause, deadlines=deadlines, clock=clock)

    try:
        return change_listing(news.listing_id, change, cause, listings=listings, pause=pause)
    except (IllegalTransitionError, ContradictionError, InvalidInputError):
        note = partial(_noted, news, change, at=clock())
        change_listing(news.listing_id, note, cause, listings=listings, pause=pause)
        raise


def _moved(listing: Listing, news: News, cause: Cause, *, deadlines: Deadlines, clock: Clock) -> Listing:
    if news.target is State.CANCELLED and listing.purchased_at is not None:
        raise IllegalTransitionError(f"the listing was bought and is {listing.state}; a seller cannot decline it now")
    return listing.moved_through(
        news.target, at=clock(), actor=cause.actor, reason=news.reason, details=news.details, deadlines=deadlines
    )


def _check(news: News, listing: Listing) -> None:
    if news.currency not in (None, listing.currency):
        raise InvalidInputError(f"the amounts of this listing are in {listing.currency}")
    said = {**news.details, "ebay_listing_id": news.ebay_listing_id}
    for name in (*_SAME, *_SAID_ONCE):
        known, told = getattr(listing, name), said.get(name)
        if known is not None and told is not None and known != told:
            raise ContradictionError(f"the listing is {listing.state}, and its {name} is another one")


def _noted(news: News, change: Change, listing: Listing, *, at: datetime) -> Listing | None:
    """Money may have changed hands, and it is not on record: somebody has to know, and once is enough.

    What only comes too early is sent again. What fits by now, since somebody was faster, is no trouble.
    """
    if not news.is_money:
        return None
    try:
        change(listing)
    except (IllegalTransitionError, ContradictionError, InvalidInputError) as refusal:
        is_early = isinstance(refusal, IllegalTransitionError) and bool(way(listing.state, news.target))
        known = listing.trouble
        is_known = known is not None and (known.operation, known.answer) == (news.name, str(refusal))
        return None if is_early or is_known else troubled(listing, news.name, str(refusal), at=at, final=True)
    return None


def _brought_later(listing: Listing, news: News, cause: Cause, *, deadlines: Deadlines, at: datetime) -> Listing | None:
    """What is news though the step is not: another price, or costs that a step by hand did not bring."""
    if listing.state is not news.target:
        return None
    if listing.state is State.NEGOTIATING:
        return _answered(listing, news, deadlines=deadlines, at=at)
    costs = _costs_brought_later(listing, news)
    if not costs:
        return None
    return listing.amended(costs, at=at, actor=cause.actor, reason="told after the step")


def _costs_brought_later(listing: Listing, news: News) -> dict[str, Any]:
    """What a step by hand did not bring: the shipping of a deal, or the fees of a sale, and its shipping with them."""
    shipping, fees = news.details.get("shipping_cost"), news.details.get("ebay_fees")
    if listing.state is State.PURCHASED and listing.shipping_cost is None and shipping is not None:
        return {"shipping_cost": shipping}
    if listing.state is State.SOLD and listing.ebay_fees is None and fees is not None:
        paid = {} if shipping is None else {"shipping_cost": shipping + (listing.shipping_cost or 0)}
        return {"ebay_fees": fees, **paid}
    return {}


def _answered(listing: Listing, news: News, *, deadlines: Deadlines, at: datetime) -> Listing | None:
    """Copies of one webhook come within the hour."""
    changed = {name: value for name, value in news.details.items() if getattr(listing, name) != value}
    if not changed and at - listing.changed_at <= timedelta(hours=1):
        return None
    return listing.answered(changed, at=at, deadlines=deadlines)


def _contact(told: MessageSent) -> dict[str, Any]:
    return {
        name: getattr(told, name) for name in ("conversation_thread_id", "seller_messenger_id") if getattr(told, name)
    }
