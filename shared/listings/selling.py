"""What putting a listing on eBay needs, and what comes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from shared.listings.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class SellingTerms:
    """What is the same for every listing, unless the listing says otherwise; operators set it."""

    marketplace_id: str | None = None  # EBAY_GB, EBAY_US …
    category_id: str | None = None
    condition: str | None = None  # eBay's ConditionEnum: USED_EXCELLENT …
    fulfillment_policy_id: str | None = None
    payment_policy_id: str | None = None
    return_policy_id: str | None = None
    merchant_location_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An offer that is live on eBay; the price is in the listing's currency."""

    ebay_listing_id: str
    price: Decimal


class Seller(Protocol):
    """Who puts listings on eBay: the lister service, or eBay's own API. Raises ServiceError."""

    def missing(self, listing: Listing) -> list[str]:
        """What has to be known before anything is asked for, in words an operator understands."""

    def find(self, listing: Listing) -> Published | None:
        """What an earlier try put there; None where there surely is nothing."""

    def publish(self, listing: Listing, photos: Sequence[str]) -> Published:
        """Put it there. `photos` are addresses that are good for an hour."""
