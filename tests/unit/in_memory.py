"""What the rules' tests stand on: a clock that is held still, and a shelf of listings that others write to."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from tests.support.builders import NOON, a_cause, a_listing


class HeldClock:
    """Says the same until it is put on."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def put_on(self, *, days: float = 0, seconds: float = 0) -> None:
        self.now += timedelta(days=days, seconds=seconds)


class ContestedListings(LedgerListings):
    """Just before each of the first writes, a rival does something of its own to the shelf."""

    def __init__(self, rival: Callable[[LedgerListings], object] | None = None, *, times: int = 1) -> None:
        self._rival, self._left = rival, times
        self.free = LedgerListings(ledger := MemoryLedger())
        super().__init__(ledger)

    def save(self, listing: Listing, cause: Cause) -> Listing:
        if self._rival and self._left:
            self._left -= 1
            self._rival(self.free)
        return super().save(listing, cause)


def shelf_with(*listings: Listing) -> LedgerListings:
    shelf = LedgerListings(MemoryLedger())
    for listing in listings or (a_listing(),):
        shelf.save(listing, a_cause())
    return shelf


def shelf_in(state: State) -> LedgerListings:
    return shelf_with(a_listing(state))


def happened_to(listings: LedgerListings, listing_id: str) -> list[str]:
    return [event.type for event in listings.history(listing_id)]
