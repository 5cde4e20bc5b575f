"""Listings: which of their news are worth a card, and what the cards say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol

from shared.deliveries.delivery import DeliveryRecords
from shared.discord.answers import Reply
from shared.discord.cards import card_of, continued
from shared.discord.posted import ANSWERED, APPROACHING, CREATED, NEGOTIATING, REPRICED, Card, cards_of
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.sinks.sink import Detail

_EARLY: Final = frozenset({State.FOUND, State.MESSAGING})


class Listings(Protocol):
    def get(self, listing_id: str) -> Listing: ...
    def history(self, listing_id: str) -> list[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthALook:
    """Of what is new. Profit is in the listing's currency, and 0 where it is not known; confidence is 0..100."""

    minimum_profit: Decimal = Decimal(0)
    minimum_confidence: Decimal = Decimal(0)

    def takes(self, listing: Listing) -> bool:
        is_profitable = (listing.estimated_profit or Decimal(0)) >= self.minimum_profit
        return is_profitable and listing.confidence >= self.minimum_confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingLook:
    listing: Listing
    cards: Sequence[Card]
    worth: WorthALook

    def card(self) -> Reply:
        return card_of(self.listing)

    def former(self) -> Reply:
        return continued(self.listing)

    def skips(self, event: Detail) -> str | None:
        match event["type"]:
            case kind if kind == CREATED:
                return self._unless_new()
            case kind if kind == REPRICED:
                return "its card says so" if self.cards else self._unless_new()
            case kind if kind == NEGOTIATING:
                return self._unless_in(State.NEGOTIATING)
            case kind if kind == ANSWERED:
                says_a_price = "negotiated_price" in event["data"]["details"]
                return self._unless_in(State.NEGOTIATING) if says_a_price else "it says no price"
            case kind if kind == APPROACHING:
                return self._unless_approaching(event)
        return "nothing to post"

    def _unless_new(self) -> str | None:
        if self.listing.state not in _EARLY:
            return f"it is {self.listing.state} by now"
        return None if self.worth.takes(self.listing) else "not worth a look"

    def _unless_in(self, state: State) -> str | None:
        return None if self.listing.state is state else f"it is {self.listing.state} by now"

    def _unless_approaching(self, event: Detail) -> str | None:
        listing = self.listing
        if listing.state != event["data"]["state"]:
            return f"it is {listing.state} by now"
        if listing.reminded_at is None:
            return "it was given more time"
        is_unknown = listing.state is State.FOUND and not self.cards and not self.worth.takes(listing)
        return "not worth a look" if is_unknown else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCards:
    """`channel_id` is empty where they are shown nowhere."""

    listings: Listings
    channel_id: str
    worth: WorthALook = field(default_factory=WorthALook)

    def history(self, subject: str) -> list[Event]:
        return self.listings.history(subject)

    def look(self, subject: str, deliveries: DeliveryRecords) -> ListingLook:
        listing = self.listings.get(subject)
        return ListingLook(listing=listing, cards=cards_of(self.history(subject), deliveries), worth=self.worth)
