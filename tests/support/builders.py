"""What tests talk about: matches, jobs, sightings, listings, causes. Every argument is a detail worth naming."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from shared.ledger.envelope import Cause
from shared.listings.deadlines import Deadlines
from shared.listings.lifecycle import TRANSITIONS, State
from shared.listings.listing import Listing, Sighting

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
JOB = UUID("6f1d1f5e-7a52-4c0b-9f3e-1b1f3c1f0a01")

DEADLINES = Deadlines(
    periods={
        State.FOUND: timedelta(days=3),
        State.MESSAGING: timedelta(days=7),
        State.NEGOTIATING: timedelta(days=14),
    }
)

# What a step needs beside the state itself.
STEP_DETAILS: dict[State, dict[str, Any]] = {
    State.PURCHASED: {"purchase_price": Decimal(300)},
    State.LISTED: {"ebay_listing_id": "110011", "ebay_asking_price": Decimal(520)},
    State.SOLD: {"ebay_sold_price": Decimal(500), "ebay_fees": Decimal(50)},
}


def a_cause(actor: str = "webhook:scraper", trace_id: str = "0af7651916cd43dd8448eb211c80319c") -> Cause:
    return Cause(actor=actor, trace_id=trace_id, correlation_id=trace_id)


def a_match(url: str = "https://market.example/item/1", **changes: Any) -> dict[str, Any]:
    """As a scraper sends it; `changes` go to the match, or with `listing__price=…` to a part of it."""
    match: dict[str, Any] = {
        "listing": {"url": url, "title": "Sony A6400, boxed", "price": 400.0, "location": "Leeds"},
        "product": {"id": 230, "brand": "Sony", "model": "a6400", "full_name": "Sony Alpha 6400"},
        "confidence": 95.0,
        "reasons": ["title", "price"],
        "potential_profit": 100.0,
    }
    for name, value in changes.items():
        part, _, inner = name.partition("__")
        if inner:
            match[part][inner] = value
        else:
            match[part] = value
    return match


def a_job(*matches: dict[str, Any], job_id: UUID | str | None = None, **changes: Any) -> dict[str, Any]:
    return {"job_id": str(job_id or uuid4()), "brand": "Sony", "matches": list(matches or [a_match()]), **changes}


def a_sighting(url: str = "https://market.example/item/1", **changes: Any) -> Sighting:
    told: dict[str, Any] = {
        "job_id": str(JOB),
        "url": url,
        "title": "Sony A6400, boxed",
        "price": Decimal(400),
        "currency": "GBP",
        "product_id": 230,
        "brand": "Sony",
        "model": "a6400",
        "confidence": Decimal(95),
        "estimated_profit": Decimal(100),
    }
    return Sighting(**told | changes)


def a_listing(state: State = State.FOUND, *, at: datetime = NOON, **sighting: Any) -> Listing:
    """A listing that went the shortest way to `state`, its facts not recorded yet."""
    listing = Listing.found(a_sighting(**sighting), at=at, deadlines=DEADLINES)
    for step in _way_to(state):
        details = STEP_DETAILS.get(step, {})
        listing = listing.moved(step, at=at, actor="key:test", reason=None, details=details, deadlines=DEADLINES)
    return listing


def _way_to(target: State) -> list[State]:
    ways: list[list[State]] = [[State.FOUND]]
    for way in ways:
        if way[-1] is target:
            return way[1:]
        ways += [[*way, following] for following in TRANSITIONS[way[-1]]]
    raise AssertionError(f"no way leads to {target}")
