"""Changing a listing for somebody in Discord: once, and not over what they have not seen."""

from typing import Final

from functions.run_commands.command import Use
from shared.ledger.envelope import Event
from shared.listings.changing import Change, change_listing
from shared.listings.listing import Listing
from shared.runtime.errors import ContradictionError, InvalidInputError
from shared.runtime.money import money

# After these a button still does what whoever presses it thinks it does.
_QUIET: Final = frozenset(
    {
        "listing.seen",
        "listing.operation_failed",
        "listing.trouble_ended",
        "listing.deadline_approaching",
        "listing.photo_sent",
        "listing.photos_added",
    }
)
_NEWS: Final = {
    "listing.deadline_extended": "it was given more time",
    "listing.retry_requested": "somebody has asked for that to be tried a moment ago",
}


class BehindError(ContradictionError):
    """The listing has gone on since the button was shown."""

    def __init__(self, listing: Listing, said: str) -> None:
        super().__init__(f"{said}; look again")
        self.listing = listing


def change_for(use: Use, listing_id: str, change: Change, *, seen: int | None = None) -> Listing:
    """The listing as it then is; `seen` is the version that was shown, None where none was.

    What an earlier try of this use has done is not done again. Raises NotFoundError, BehindError, ConflictError and
    what `change` raises.
    """
    listings = use.ports.listings
    if use.is_repeated and is_done(use, listing_id):
        return listings.get(listing_id)
    checked = _unless_behind(use, seen, change)
    return change_listing(listing_id, checked, use.cause, listings=listings, pause=use.ports.pause)[0]


def is_done(use: Use, listing_id: str) -> bool:
    """Whether an earlier try of this use has changed the listing. Raises NotFoundError."""
    return any(event.trace_id == use.cause.trace_id for event in use.ports.listings.history(listing_id))


def _unless_behind(use: Use, seen: int | None, change: Change) -> Change:
    def checked(listing: Listing) -> Listing | None:
        if seen is not None and seen > listing.version:
            raise InvalidInputError("this is no button of ours")
        if seen is not None and listing.version != seen and (news := _news_since(use, seen, listing)):
            raise BehindError(listing, _in_words(listing, news))
        return change(listing)

    return checked


def _news_since(use: Use, seen: int, listing: Listing) -> list[Event]:
    history = use.ports.listings.history(listing.id)
    return [event for event in history if event.version > seen and event.type not in _QUIET]


def _in_words(listing: Listing, news: list[Event]) -> str:
    types = [event.type for event in news]
    if any(kind.startswith("listing.state.") for kind in types):
        return f"it is {listing.state} by now"
    if "listing.price_changed" in types:
        return f"it is offered for {money(listing.asking_price, listing.currency)} by now"
    if "listing.reply_received" in types:
        return "the seller has answered"
    return _NEWS.get(types[-1], "somebody has changed it")
