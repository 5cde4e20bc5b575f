"""Listings put on eBay through its Sell Inventory API: an item, an offer of that item, and the offer published.

Source, unless another is named: developer.ebay.com/api-docs/sell/inventory (1.18).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from html import escape
from typing import Any, Final, TypeVar
from unicodedata import category
from urllib.parse import quote, urlencode

from shared.listings.listing import Listing
from shared.listings.selling import Published, SellingTerms
from shared.runtime.http import Answer, Call, Service, ServiceError, Verdict

_Given = TypeVar("_Given")
_Read = TypeVar("_Read")

SCOPE: Final = "https://api.ebay.com/oauth/api_scope/sell.inventory"  # the same for the sandbox
TOKEN_PATH: Final = "/identity/v1/oauth2/token"
_ITEMS: Final = "/sell/inventory/v1/inventory_item"
_OFFERS: Final = "/sell/inventory/v1/offer"
_FORMAT: Final = "FIXED_PRICE"

MOST_PHOTOS: Final = 24
_LONGEST_TITLE: Final = 80
_LONGEST_ASPECT: Final = 65
_LONGEST_LOCATION_KEY: Final = 36
_LONGEST_PARAGRAPH: Final = 200  # escaped and in a paragraph, three of them fit into the 4,000 of a description
_LONGEST_SAYING: Final = 300  # characters of eBay's own words that are kept

# eBay's `errorId`. 25002 is any mistake of a user's, an offer that is there already among them: look before deciding.
_USER_MISTAKE: Final = 25002
_NOTHING_THERE: Final = frozenset(
    {25702, 25710, 25713}
)  # item, entity, offer; 25713 with 404 where an item has no offer


@dataclass(frozen=True, slots=True)
class Marketplace:
    currency: str  # ISO 4217: the only one it trades in
    language: str  # its own where it has several; an item in another one is not found there


# Currencies: getCurrencies of the Metadata API. Languages: "Marketplace ID values" of eBay's REST request components.
MARKETPLACES: Final = {
    "EBAY_AT": Marketplace("EUR", "de-AT"),
    "EBAY_AU": Marketplace("AUD", "en-AU"),
    "EBAY_BE": Marketplace("EUR", "nl-BE"),
    "EBAY_CA": Marketplace("CAD", "en-CA"),
    "EBAY_CH": Marketplace("CHF", "de-CH"),
    "EBAY_DE": Marketplace("EUR", "de-DE"),
    "EBAY_ES": Marketplace("EUR", "es-ES"),
    "EBAY_FR": Marketplace("EUR", "fr-FR"),
    "EBAY_GB": Marketplace("GBP", "en-GB"),
    "EBAY_HK": Marketplace("HKD", "zh-HK"),
    "EBAY_IE": Marketplace("EUR", "en-IE"),
    "EBAY_IT": Marketplace("EUR", "it-IT"),
    "EBAY_MY": Marketplace("MYR", "en-US"),
    "EBAY_NL": Marketplace("EUR", "nl-NL"),
    "EBAY_PH": Marketplace("PHP", "en-PH"),
    "EBAY_PL": Marketplace("PLN", "pl-PL"),
    "EBAY_SG": Marketplace("SGD", "en-US"),
    "EBAY_US": Marketplace("USD", "en-US"),
}

# ConditionEnum; which of them a category takes, only eBay knows.
CONDITIONS: Final = (
    "NEW",
    "LIKE_NEW",
    "NEW_OTHER",
    "NEW_WITH_DEFECTS",
    "CERTIFIED_REFURBISHED",
    "EXCELLENT_REFURBISHED",
    "VERY_GOOD_REFURBISHED",
    "GOOD_REFURBISHED",
    "SELLER_REFURBISHED",
    "USED_EXCELLENT",
    "USED_VERY_GOOD",
    "USED_GOOD",
    "USED_ACCEPTABLE",
    "PRE_OWNED_EXCELLENT",
    "PRE_OWNED_FAIR",
    "FOR_PARTS_OR_NOT_WORKING",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A listing and its terms, with nothing missing."""

    listing: Listing
    terms: SellingTerms
    marketplace: Marketplace
    price: Decimal  # to the cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What eBay has of an offer. `ebay_listing_id` only while it is published."""

    id: str
    marketplace_id: str
    ebay_listing_id: str | None
    price: str | None
    currency: str | None


class EbayInventory:
    """Puts listings on eBay directly. Each try looks before it does what must not be done twice."""

    def __init__(self, service: Service, terms: Callable[[], SellingTerms]) -> None:
        self._service = service
        self._terms = terms

    def missing(self, listing: Listing) -> list[str]:
        return missing(listing, self._terms())

    def find(self, listing: Listing) -> Published | None:
        """What an earlier try put there, on whichever marketplace. Raises ServiceError."""
        return self._live(self._offers(listing), listing)

    def publish(self, listing: Listing, photos: Sequence[str]) -> Published:
        """Put it there; again after an interruption anywhere, it is there once. Raises ServiceError.

        AMBIGUOUS where an answer was lost: `find` it, or publish again, which looks too.
        """
        offers = self._offers(listing)
        if live := self._live(offers, listing):
            return live
        deal = self._deal(listing, photos)
        self._ask(put_item(deal, photos))
        return self._published(self._offered(deal, offers), deal)

    def _offers(self, listing: Listing) -> list[Offer]:
        try:
            return self._read(read_offers, self._ask(find_offers(listing)))
        except ServiceError as error:
            if _NOTHING_THERE.isdisjoint(error_ids(error.answer)):
                raise
            return []

    def _live(self, offers: Iterable[Offer], listing: Listing) -> Published | None:
        offer = next((offer for offer in offers if offer.ebay_listing_id), None)
        if offer is None or offer.ebay_listing_id is None:
            return None
        if offer.currency != listing.currency:
            raise self._error(Verdict.TERMINAL, f"it is there in {offer.currency}, and here in {listing.currency}")
        return Published(ebay_listing_id=offer.ebay_listing_id, price=self._read(read_price, offer))

    def _deal(self, listing: Listing, photos: Sequence[str]) -> Deal:
        terms = self._terms()
        lacking = missing(listing, terms)
        if not photos or not all(photo.startswith("https://") for photo in photos):
            lacking.append("photos at https addresses")
        if lacking or terms.marketplace_id is None or listing.target_price is None:
            raise self._error(Verdict.TERMINAL, f"cannot be published without {'; '.join(lacking)}")
        place = MARKETPLACES[terms.marketplace_id]
        return Deal(listing=listing, terms=terms, marketplace=place, price=to_cents(listing.target_price))

    def _offered(self, deal: Deal, offers: Iterable[Offer]) -> str:
        """The id of the one offer that there is then."""
        offer_id = _same_marketplace(offers, deal)
        if offer_id is None:
            try:
                return self._read(read_offer_id, self._ask(create_offer(deal)))
            except ServiceError as error:
                offer_id = self._in_the_way(error, deal)
        self._ask(update_offer(offer_id, deal))
        return offer_id

    def _in_the_way(self, error: ServiceError, deal: Deal) -> str:
        """The offer because of which there cannot be another. Raises the error where there is none."""
        if _USER_MISTAKE not in error_ids(error.answer):
            raise error
        offer_id = named_offer(error.answer) or _same_marketplace(self._offers(deal.listing), deal)
        if offer_id is None:
            raise error
        return offer_id

    def _published(self, offer_id: str, deal: Deal) -> Published:
        try:
            answer = self._ask(publish_offer(offer_id))
        except ServiceError as error:
            if error.verdict is not Verdict.TERMINAL:
                raise
            # Refused, perhaps because somebody else's try has just done it.
            offer = self._read(read_offer, self._ask(get_offer(offer_id)))
            if live := self._live([offer], deal.listing):
                return live
            raise
        return Published(ebay_listing_id=self._read(read_listing_id, answer), price=deal.price)

    def _ask(self, call: Call) -> Answer:
        try:
            return self._service.ask(call)
        except ServiceError as error:
            raise in_ebays_words(error, call) from None

    def _read(self, read: Callable[[_Given], _Read], given: _Given) -> _Read:
        """What cannot be read says nothing of what was done: the next try looks."""
        try:
            return read(given)
        except ValueError as error:
            raise self._error(Verdict.RETRY_BACKOFF, f"its answer cannot be read: {error}") from None

    def _error(self, verdict: Verdict, said: str) -> ServiceError:
        return ServiceError(self._service.name, verdict, said)


def missing(listing: Listing, terms: SellingTerms) -> list[str]:
    """What publishing needs and is not known, in words for an operator.

    Source: developer.ebay.com/api-docs/sell/static/inventory/publishing-offers.html.
    """
    known = {
        "a category (its number)": _is_number(_category(listing, terms)),
        f"a condition (one of {', '.join(CONDITIONS)})": _condition(listing, terms) in CONDITIONS,
        "a fulfillment policy (its number)": _is_number(terms.fulfillment_policy_id),
        "a payment policy (its number)": _is_number(terms.payment_policy_id),
        "a return policy (its number)": _is_number(terms.return_policy_id),
        "a merchant location (its key)": 0 < len(terms.merchant_location_key or "") <= _LONGEST_LOCATION_KEY,
        "a target price": listing.target_price is not None and to_cents(listing.target_price) > 0,
        "a title": bool(_title(listing)),
        "a brand or a model": bool(_aspects(listing)),
        "photos": bool(listing.photos),
    }
    return _missing_marketplace(listing, terms) + [what for what, is_known in known.items() if not is_known]


def _missing_marketplace(listing: Listing, terms: SellingTerms) -> list[str]:
    place = MARKETPLACES.get(terms.marketplace_id or "")
    if place is None:
        return [f"a marketplace (one of {', '.join(MARKETPLACES)})"]
    if place.currency != listing.currency:
        return [f"a price in {place.currency} ({terms.marketplace_id} does not trade in {listing.currency})"]
    return []


def sku(listing: Listing) -> str:
    """The listing's id, as its digits and letters: eBay takes no others (25707), and 50 at most."""
    return listing.id.replace("-", "")


def put_item(deal: Deal, photos: Sequence[str]) -> Call:
    """Creates the item or replaces all of it."""
    item = {
        "availability": {"shipToLocationAvailability": {"quantity": 1}},
        "condition": _condition(deal.listing, deal.terms),
        "product": {
            "title": _title(deal.listing),
            "description": _description(deal.listing),
            "aspects": _aspects(deal.listing),
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
        "categoryId": _category(deal.listing, deal.terms),
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


def _same_marketplace(offers: Iterable[Offer], deal: Deal) -> str | None:
    return next((offer.id for offer in offers if offer.marketplace_id == deal.terms.marketplace_id), None)


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


def to_cents(price: Decimal) -> Decimal:
    """eBay's marketplaces here all have currencies of two decimals."""
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _category(listing: Listing, terms: SellingTerms) -> str | None:
    return listing.category_id or terms.category_id


def _condition(listing: Listing, terms: SellingTerms) -> str | None:
    return listing.condition or terms.condition


def _title(listing: Listing) -> str:
    return _cut(listing.title, _LONGEST_TITLE) or _cut(f"{listing.brand} {listing.model}", _LONGEST_TITLE)


def _description(listing: Listing) -> str:
    """HTML, which eBay shows as such, of text that is not ours."""
    paragraphs = (_cut(text, _LONGEST_PARAGRAPH) for text in (listing.title, listing.brand, listing.model))
    return "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)


def _aspects(listing: Listing) -> dict[str, list[str]]:
    values = {"Brand": _cut(listing.brand, _LONGEST_ASPECT), "Model": _cut(listing.model, _LONGEST_ASPECT)}
    return {name: [value] for name, value in values.items() if value}


def _cut(text: str, most: int) -> str:
    """One line of at most so many UTF-16 units, which is how those count who do not count characters."""
    line = " ".join("".join(" " if category(letter) in ("Cc", "Cs") else letter for letter in text).split())
    return line.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").rstrip()


def _one_line(said: str) -> str:
    """Without what stands behind an address: photos' have a signature there."""
    return _cut(re.sub(r"\?\S+", "?…", said), _LONGEST_SAYING)


def _language(deal: Deal) -> dict[str, str]:
    return {"Content-Language": deal.marketplace.language}


def _offer_path(offer_id: str) -> str:
    return f"{_OFFERS}/{quote(offer_id, safe='')}"


def _is_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit()


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
