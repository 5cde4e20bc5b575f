"""What a listing becomes on eBay: on which marketplace, in which words, for which price; and what is missing for it."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Final
from unicodedata import category

from shared.listings.listing import Listing
from shared.listings.selling import SellingTerms

_LONGEST_TITLE: Final = 80
_LONGEST_ASPECT: Final = 65
_LONGEST_LOCATION_KEY: Final = 36
_LONGEST_PARAGRAPH: Final = 200  # escaped and in a paragraph, three of them fit into the 4,000 of a description


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


def missing(listing: Listing, terms: SellingTerms) -> list[str]:
    """What publishing needs and is not known, in words for an operator.

    Source: developer.ebay.com/api-docs/sell/static/inventory/publishing-offers.html.
    """
    known = {
        "a category (its number)": _is_number(category_of(listing, terms)),
        f"a condition (one of {', '.join(CONDITIONS)})": condition_of(listing, terms) in CONDITIONS,
        "a fulfillment policy (its number)": _is_number(terms.fulfillment_policy_id),
        "a payment policy (its number)": _is_number(terms.payment_policy_id),
        "a return policy (its number)": _is_number(terms.return_policy_id),
        "a merchant location (its key)": 0 < len(terms.merchant_location_key or "") <= _LONGEST_LOCATION_KEY,
        "a target price": listing.target_price is not None and to_cents(listing.target_price) > 0,
        "a title": bool(title_of(listing)),
        "a brand or a model": bool(aspects_of(listing)),
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


def to_cents(price: Decimal) -> Decimal:
    """eBay's marketplaces here all have currencies of two decimals."""
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP)


def category_of(listing: Listing, terms: SellingTerms) -> str | None:
    return listing.category_id or terms.category_id


def condition_of(listing: Listing, terms: SellingTerms) -> str | None:
    return listing.condition or terms.condition


def title_of(listing: Listing) -> str:
    return cut(listing.title, _LONGEST_TITLE) or cut(f"{listing.brand} {listing.model}", _LONGEST_TITLE)


def description_of(listing: Listing) -> str:
    """HTML, which eBay shows as such, of text that is not ours."""
    paragraphs = (cut(text, _LONGEST_PARAGRAPH) for text in (listing.title, listing.brand, listing.model))
    return "".join(f"<p>{escape(text)}</p>" for text in paragraphs if text)


def aspects_of(listing: Listing) -> dict[str, list[str]]:
    values = {"Brand": cut(listing.brand, _LONGEST_ASPECT), "Model": cut(listing.model, _LONGEST_ASPECT)}
    return {name: [value] for name, value in values.items() if value}


def cut(text: str, most: int) -> str:
    """One line of at most so many UTF-16 units, which is how those count who do not count characters."""
    line = " ".join("".join(" " if category(letter) in ("Cc", "Cs") else letter for letter in text).split())
    return line.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").rstrip()


def _is_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit()
