"""The requests to eBay's Sell Inventory API, and what its answers say.

Source, unless another is named: developer.ebay.com/api-docs/sell/inventory (1.18).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import quote, urlencode

from shared.listings.ebay_deal import Deal, aspects_of, category_of, condition_of, cut, description_of, sku, title_of
from shared.listings.listing import Listing
from shared.runtime.http import Answer, Call, ServiceError, Verdict

_ITEMS: Final = "/sell/inventory/v1/inventory_item"
_OFFERS: Final = "/sell/inventory/v1/offer"
_FORMAT: Final = "FIXED_PRICE"
MOST_PHOTOS: Final = 24
_LONGEST_SAYING: Final = 300  # characters of eBay's own words that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What eBay has of an offer. `ebay_listing_id` only while it is published."""

    id: str
    marketplace_id: str
    ebay_listing_id: str | None
    price: str | None
    currency: str | None


def put_item(deal: Deal, photos: Sequence[str]) -> Call:
    """Creates the item or replaces all of it."""
    item = {
        "availability": {"shipToLocationAvailability": {"quantity": 1}},
        "condition": condition_of(deal.listing, deal.terms),
        "product": {
            "title": title_of(deal.listing),
            "description": description_of(deal.listing),
            "aspects": aspects_of(deal.listing),
            "imageUrls": list(photos[:MOST_PHOTOS]),
        },
    }
    path = f"{_ITEMS}/{sku(deal.listing)}"
    return Call(method="PUT", path=path, json=item, headers=_language(deal), repeatable=True)


def find_offers(listing: Listing) -> Call:
    """Without a marketplace: an item can be on only one, and a listing must not be on two because the terms changed."""
    query = urlencode({"sku": sku(listing), "format": _FORMAT})
    return Call(method="GET", path=f"{_OFFERS}?{query}", repeatable=True)


def create_offer(deal: Deal) -> Call:
    keys = {"sku": sku(deal.listing), "marketplaceId": deal.terms.marketplace_id, "format": _FORMAT}
    return Call(method="POST", path=_OFFERS, json={**keys, **_offer(deal)}, headers=_language(deal), repeatable=False)


def update_offer(offer_id: str, deal: Deal) -> Call:
    """Replaces all of the offer but its keys."""
    return Call(method="PUT", path=_offer_path(offer_id), json=_offer(deal), headers=_language(deal), repeatable=True)


def get_offer(offer_id: str) -> Call:
    return Call(method="GET", path=_offer_path(offer_id), repeatable=True)


def publish_offer(offer_id: str) -> Call:
    return Call(method="POST", path=f"{_offer_path(offer_id)}/publish", repeatable=False)


def _offer(deal: Deal) -> dict[str, Any]:
    return {
        "availableQuantity": 1,
        "categoryId": category_of(deal.listing, deal.terms),
        "includeCatalogProductDetails": False,  # the thing is used: its own photos, not the catalogue's
        "listingDuration": "GTC",
        "listingPolicies": {
            "fulfillmentPolicyId": deal.terms.fulfillment_policy_id,
            "paymentPolicyId": deal.terms.payment_policy_id,
            "returnPolicyId": deal.terms.return_policy_id,
        },
        "merchantLocationKey": deal.terms.merchant_location_key,
        "pricingSummary": {"price": {"value": format(deal.price, "f"), "currency": deal.marketplace.currency}},
    }


def read_offers(answer: Answer) -> list[Offer]:
    """Raises ValueError."""
    offers = _object(answer.json()).get("offers")
    if not isinstance(offers, list):
        raise ValueError("no list of offers")
    return [_read_offer(offer) for offer in offers]


def read_offer(answer: Answer) -> Offer:
    """Raises ValueError."""
    return _read_offer(answer.json())


def read_offer_id(answer: Answer) -> str:
    """Raises ValueError."""
    return _text(_object(answer.json()), "offerId")


def read_listing_id(answer: Answer) -> str:
    """Raises ValueError."""
    return _text(_object(answer.json()), "listingId")


def read_price(offer: Offer) -> Decimal:
    """Raises ValueError."""
    try:
        price = Decimal(offer.price or "")
    except InvalidOperation:
        raise ValueError("a price that is none") from None
    if not price.is_finite():
        raise ValueError("a price that is none")
    return price


def _read_offer(given: Any) -> Offer:
    offer = _object(given)
    price = _part(_part(offer, "pricingSummary"), "price")
    published = offer.get("status") == "PUBLISHED"
    return Offer(
        id=_text(offer, "offerId"),
        marketplace_id=_text(offer, "marketplaceId"),
        ebay_listing_id=_text(_part(offer, "listing"), "listingId") if published else None,
        price=price.get("value"),
        currency=price.get("currency"),
    )


def in_ebays_words(error: ServiceError, call: Call) -> ServiceError:
    """The same error, with what eBay said of it; what is eBay's own trouble is not for ever."""
    errors = read_errors(error.answer)
    if not errors:
        return error
    verdict = error.verdict
    if verdict is Verdict.TERMINAL and any(one.get("category") == "APPLICATION" for one in errors):
        verdict = Verdict.RETRY_BACKOFF if call.repeatable else Verdict.AMBIGUOUS
    said = "; ".join(f"{one.get('errorId')} {one.get('longMessage') or one.get('message')}" for one in errors)
    return type(error)(error.service, verdict, _one_line(said), retry_after=error.retry_after, answer=error.answer)


def read_errors(answer: Answer | None) -> list[Mapping[str, Any]]:
    """What stands in `errors`; warnings are not among them, they come with success."""
    body = answer.json() if answer else None
    errors = body.get("errors") if isinstance(body, dict) else None
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def error_ids(answer: Answer | None) -> set[int]:
    return {one["errorId"] for one in read_errors(answer) if isinstance(one.get("errorId"), int)}


def named_offer(answer: Answer | None) -> str | None:
    """The offer that an error is about, where it says so."""
    for error in read_errors(answer):
        for one in error.get("parameters") or []:
            if isinstance(one, dict) and one.get("name") == "offerId" and isinstance(one.get("value"), str):
                return str(one["value"])
    return None


def _one_line(said: str) -> str:
    """Without what stands behind an address: photos' have a signature there."""
    return cut(re.sub(r"\?\S+", "?…", said), _LONGEST_SAYING)


def _language(deal: Deal) -> dict[str, str]:
    return {"Content-Language": deal.marketplace.language}


def _offer_path(offer_id: str) -> str:
    return f"{_OFFERS}/{quote(offer_id, safe='')}"


def _object(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise ValueError("no JSON object")
    return given


def _part(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = whole.get(name)
    return part if isinstance(part, dict) else {}


def _text(whole: Mapping[str, Any], name: str) -> str:
    value = whole.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"no {name}")
    return value
