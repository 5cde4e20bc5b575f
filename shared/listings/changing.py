"""Changing a listing that others may be changing at the same moment."""

from collections.abc import Callable
from typing import Final, Protocol

from shared.ledger.envelope import Cause
from shared.listings.listing import Listing
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError

ATTEMPTS: Final = 10

Change = Callable[[Listing], Listing | None]  # None where nothing is left to change


class Listings(Protocol):
    def get(self, listing_id: str) -> Listing: ...
    def save(self, listing: Listing, cause: Cause) -> Listing: ...


def change_listing(
    listing_id: str, change: Change, cause: Cause, *, listings: Listings, pause: Pause
) -> tuple[Listing, bool]:
    """The listing as it then is, and whether this changed it. Over what others write, the change is made anew.

    Raises NotFoundError; what `change` raises; ConflictError where others write each time.
    """
    for _ in attempts(ATTEMPTS, pause=pause):
        listing = listings.get(listing_id)
        changed = change(listing)
        if changed is None:
            return listing, False
        try:
            return listings.save(changed, cause), True
        except ConflictError:
            continue
    raise ConflictError(f"listing {listing_id} is changed by others all the time; look at it again")
