"""Listings as tests lead them through their lives."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from shared.listings.listing import listing_id as id_of
from tests.stand_ins.client import StandIns
from tests.stand_ins.photos import content as a_photo
from tests.support.api import Api
from tests.support.builders import a_job, a_match
from tests.support.waiting import eventually

BUYS = ["reply-received", "deal-confirmed"]  # what sellers say who sell
REPLIES = ["reply-received"]
SELLS = ["item-sold"]


class Lives:
    def __init__(self, api: Api, services: StandIns) -> None:
        self.api = api
        self.services = services

    def found(self, **match: Any) -> str:
        """A listing of its own, just reported; its title is like no other."""
        url = match.pop("url", None) or f"https://market.example/item/{uuid4().hex}"
        told = a_match(url, **({"listing__title": f"Sony A6400 {uuid4().hex[:12]}"} | match))
        assert self.api.report(a_job(told)).json()["created_listings"] == 1
        return id_of(url)

    def reach(self, listing_id: str, *states: str) -> dict[str, Any]:
        """The listing, as soon as it is in one of these states."""
        return self.when(listing_id, lambda listing: listing["state"] in states)

    def when(self, listing_id: str, is_so: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The listing, as soon as that is so."""
        seen: dict[str, Any] = {}

        def look() -> bool:
            seen.update(self.api.listing(listing_id))
            return bool(is_so(seen))

        try:
            eventually(look)
        except AssertionError as error:
            raise AssertionError(f"{error}: {seen}") from None
        return seen

    def bought(self, **match: Any) -> str:
        """A listing in PURCHASED, as a seller sells it who was written to."""
        self.services.set("chatterbot", script=BUYS)
        listing_id = self.found(**match)
        self.reach(listing_id, "PURCHASED")
        return listing_id

    def listed(self, **match: Any) -> str:
        """A listing that is on eBay."""
        listing_id = self.bought(**match)
        self.receive(listing_id)
        self.reach(listing_id, "LISTED")
        return listing_id

    def sold(self, **match: Any) -> dict[str, Any]:
        """A listing at its end, with all it went through."""
        self.services.set("ebay", script=SELLS)
        listing_id = self.bought(**match)
        self.receive(listing_id)
        return self.reach(listing_id, "SOLD")

    def receive(self, listing_id: str, *photos: bytes, **told: Any) -> list[str]:
        """It is here and photographed: the keys of the photos."""
        keys = self.api.upload(listing_id, *(photos or (a_photo(None),)))
        self.api.receive(listing_id, keys, **told).raise_for_status()
        return keys
