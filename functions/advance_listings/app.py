"""ListingQueue: something happened to a listing -> what follows from it by itself."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from functions.advance_listings.service import PHOTO_LINK_SECONDS, News, Ports, advance
from shared.ledger.envelope import from_text, is_replayed
from shared.runtime import wiring, wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, observed
from shared.runtime.queue import Consumer, cause_of

listings = wiring_listings.listings()
settings_store = wiring.settings_store()
deliveries = wiring.deliveries()
deadlines = wiring_listings.deadlines()


def handle(event: Mapping[str, Any]) -> timedelta | None:
    news = News(
        id=event["id"],
        type=event["type"],
        time=from_text(event["time"]),
        listing_id=event["subject"],
        data=event["data"],
        cause=cause_of(event),
        is_replayed=is_replayed(event),
    )
    wait = advance(news, ports())
    count("ListingsAdvanced")
    return wait


def ports() -> Ports:
    """Services are looked up each time: which there are, the secrets say, and those may change."""
    return Ports(
        listings=listings,
        settings=settings_store,
        deliveries=deliveries,
        link=lambda key: wiring.files().link(key, PHOTO_LINK_SECONDS),  # S3's client is built when it is needed
        fetch_photo=lambda *photo: wiring_listings.telegram_photos().fetch(*photo),
        messenger=wiring_listings.chatterbot,
        seller=wiring_listings.seller,
        deadlines=deadlines,
        clock=system_clock,
        pause=time.sleep,
    )


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return consume(event, context)
