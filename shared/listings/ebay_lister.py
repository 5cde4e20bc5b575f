"""The eBay lister service: asked to put a listing on eBay. The contract is docs/services.md."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlencode

from shared.listings.facts import amount
from shared.listings.listing import Listing
from shared.listings.selling import Published
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

NAME: Final = "ebay"
_HIGHEST: Final = Decimal(999_999_999)
_FINEST: Final = Decimal("0.0001")


def publish_call(listing: Listing, photos: Sequence[str], *, callback_url: str) -> Call:
    return Call(
        method="POST",
        path="/listings",
        headers={"Idempotency-Key": listing.entry_id},
        json={
            "listing_id": listing.id,
            "product_id": listing.product_id,
            "brand": listing.brand,
            "model": listing.model,
            "title": listing.title,
            "price": None if listing.target_price is None else amount(listing.target_price),
            "currency": listing.currency,
            "condition": listing.condition,
            "category_id": listing.category_id,
            "photos": list(photos),
            "callback_url": callback_url,
        },
        repeatable=False,
    )


def find_call(listing_id: str) -> Call:
    return Call(method="GET", path=f"/listings?{urlencode({'listing_id': listing_id})}", repeatable=True)


class EbayLister:
    """A `Seller` that leaves eBay to a service."""

    def __init__(self, service: Service, *, callback_url: str) -> None:
        self._service = service
        self._callback_url = callback_url

    def missing(self, listing: Listing) -> list[str]:
        """What else the service wants to know, it says."""
        known = {"a target price": listing.target_price is not None, "photos": bool(listing.photos)}
        return [what for what, is_known in known.items() if not is_known]

    def find(self, listing: Listing) -> Published | None:
        answer = self._service.look_up(find_call(listing.id))
        listings = _listings(answer, listing.id)
        return _published(listings[0], answer) if listings else None

    def publish(self, listing: Listing, photos: Sequence[str]) -> Published:
        answer = self._service.ask(publish_call(listing, photos, callback_url=self._callback_url))
        return _published(answer.json(), answer)


def _listings(answer: Answer, listing_id: str) -> list[dict[str, Any]]:
    """Those that are this listing of ours. Raises ServiceError where the answer cannot be read."""
    said = answer.json()
    listings = said.get("listings") if isinstance(said, dict) else None
    if not isinstance(listings, list) or not all(isinstance(one, dict) for one in listings):
        raise ServiceError(NAME, Verdict.AMBIGUOUS, "its list cannot be read", answer=answer)
    return [one for one in listings if one.get("listing_id", listing_id) == listing_id]


def _published(said: Any, answer: Answer) -> Published:
    """Raises ServiceError: who answers yes without saying what, may have done it."""
    price = _price(said.get("price")) if isinstance(said, dict) else None
    identity = said.get("ebay_listing_id") if isinstance(said, dict) else None
    if price is None or not isinstance(identity, str) or not 0 < len(identity) <= 256:
        raise ServiceError(NAME, Verdict.AMBIGUOUS, f"{answer.status} without a listing and its price", answer=answer)
    return Published(ebay_listing_id=identity, price=price)


def _price(value: Any) -> Decimal | None:
    try:
        price = Decimal(str(value))
    except InvalidOperation:
        return None
    if not price.is_finite() or not 0 <= price <= _HIGHEST:
        return None
    return price.quantize(_FINEST).normalize()
