"""CardQueue: what happens to a listing, or a claim that asks people -> its card in Discord, once, which follows it."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from functions.post_cards.claim_cards import ClaimCards
from functions.post_cards.listing_cards import ListingCards, WorthALook
from functions.post_cards.service import Ports, follow
from shared.runtime import wiring, wiring_blackboard, wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, observed
from shared.runtime.queue import Consumer
from shared.runtime.settings import settings
from shared.runtime.wiring_sinks import APPLY

board = wiring_blackboard.blackboard()
listings = wiring_listings.listings()
deliveries = wiring.deliveries()


def handle(event: Mapping[str, Any]) -> timedelta | None:
    came = follow(event, _ports())
    status = came.delivery.status if came.delivery else None
    logger.info("card", status=status, reason=came.delivery and came.delivery.last_error, edits=came.edited)
    if came.edited:
        count("CardsEdited", came.edited)
    return came.wait


def _ports() -> Ports:
    known = settings()
    worth = WorthALook(
        minimum_profit=Decimal(known.card_minimum_profit or 0),
        minimum_confidence=Decimal(known.card_minimum_confidence or 0),
    )
    return Ports(
        kinds={
            "listing": ListingCards(listings=listings, channel_id=known.discord_cards_channel_id, worth=worth),
            "claim": ClaimCards(board=board, channel_id=known.discord_questions_channel_id),
        },
        deliveries=deliveries,
        discord=wiring.discord() if _is_live() else None,
        clock=system_clock,
    )


def _is_live() -> bool:
    """Where the stack says so, and there is a token."""
    if settings().sink_mode != APPLY:
        return False
    return bool(str(wiring.secret(settings().discord_secret, "json")().get("bot_token", "")).strip())


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return consume(event, context)
