"""What the ledger in this process holds, put there and looked at without a function."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.photos import sent
from shared.listings.settings import SELLING
from shared.runtime import wiring, wiring_listings
from shared.runtime.clock import system_clock
from shared.scraping.rotation import Search
from tests.support import posted
from tests.support.builders import a_cause, a_listing
from tests.support.in_process import client

URL = "https://market.example/item/1"
CHAT = -1001234567890
# What eBay's stand-in knows; see there.
TERMS = {
    "marketplace_id": "EBAY_GB",
    "category_id": "31388",
    "condition": "USED_EXCELLENT",
    "fulfillment_policy_id": "6101",
    "payment_policy_id": "6102",
    "return_policy_id": "6103",
    "merchant_location_key": "leeds",
}
# What every sink can take.
SOLD_AND_DUE: Mapping[str, Any] = {
    "event_type": "sale.recorded",
    "content": "Sold the tripod, to be handed over at three",
    "created_at": "2026-03-01T12:00:00Z",
    "scheduled_for": "2026-03-01T15:00:00Z",
    "item": "Tripod",
    "price": "25.50",
}


def keep(listing: Listing) -> tuple[Listing, Event]:
    """As recorded, with its last event."""
    kept = wiring_listings.listings().save(listing, a_cause())
    return kept, wiring_listings.listings().history(kept.id)[-1]


def keep_listing(state: State = State.FOUND, *, url: str = URL, **changes: Any) -> tuple[Listing, Event]:
    """A listing that has just come into a state."""
    return keep(a_listing(state, at=system_clock(), url=url, **changes))


def keep_sent_photo(file_id: str, *, state: State = State.PURCHASED, url: str = URL) -> tuple[Listing, Event]:
    """A listing of which somebody sent a photo to the bot."""
    listing = a_listing(state, at=system_clock(), url=url)
    return keep(sent(listing, file_id=file_id, file_unique_id="AQADx", update_id=7, at=system_clock()))


def put_photo(listing: Listing, name: str = "front.png") -> str:
    """A file in the bucket that begins as a picture does; its key."""
    key = f"listings/{listing.id}/{name}"
    client("s3").put_object(Bucket="files", Key=key, Body=b"\x89PNG\r\n\x1a\n" + bytes(8), ContentType="image/png")
    return key


def decide_terms(values: Mapping[str, str] = TERMS) -> None:
    wiring.settings_store().save(SELLING, values, a_cause(), version=0, at=system_clock())


def keep_searches(*brands: str) -> None:
    """A rotation of one search for each."""
    searches: Sequence[Search] = [Search(id=brand.lower(), brand=brand, search="Camera") for brand in brands]
    changed = wiring_listings.rotation().get().with_searches(searches, at=system_clock())
    wiring_listings.rotation().save(changed, a_cause())


def keep_message(message_id: str = "m-1", *, sinks: Sequence[str] = (), **changes: Any) -> Event:
    """The event of a message that says what every sink can take: when it is, and what was sold."""
    said = {**SOLD_AND_DUE, **changes}
    return posted.keep_message(wiring.ledger(), message_id, sinks=tuple(sinks), at=system_clock(), **said)
