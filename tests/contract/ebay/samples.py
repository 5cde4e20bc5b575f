"""A listing that can be put on eBay, and the terms for it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.selling import SellingTerms
from tests.support.builders import NOON

PHOTOS = ("https://photos.example/1.jpg?X-Amz-Signature=abc", "https://photos.example/2.jpg?X-Amz-Signature=def")
TERMS = SellingTerms(
    marketplace_id="EBAY_GB",
    category_id="31388",
    condition="USED_EXCELLENT",
    fulfillment_policy_id="6101",
    payment_policy_id="6102",
    return_policy_id="6103",
    merchant_location_key="leeds",
)
_RECEIVED = Listing(
    id="3668b72f-2493-5f9e-afaf-5cf1988a2fe0",
    product_id=230,
    brand="Sony",
    model="a6400",
    title="Sony A6400, boxed",
    marketplace_url="https://market.example/item/1",
    asking_price=Decimal(400),
    currency="GBP",
    confidence=Decimal(95),
    scraper_job_id="6f1d1f5e-7a52-4c0b-9f3e-1b1f3c1f0a01",
    state=State.RECEIVED,
    changed_at=NOON,
    found_at=NOON,
    last_seen_at=NOON,
    photos=("1.jpg", "2.jpg"),
    target_price=Decimal("499.5"),
)


def a_received_listing(**changes: Any) -> Listing:
    return replace(_RECEIVED, **changes)


def some_terms(**changes: Any) -> SellingTerms:
    return replace(TERMS, **changes)
