"""A listing's timer has gone off: remind, give up, give more time, or see that it is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from shared.ledger.envelope import Cause
from shared.listings.deadlines import Deadlines
from shared.listings.listing import Listing
from shared.listings.timer import Due, Verdict, expired, postponed, reminded, verdict
from shared.runtime.attempts import Pause, attempts
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, DependencyError

ATTEMPTS: Final = 10  # over a listing that others change at the same moment


class Listings(Protocol):
    def get(self, listing_id: str) -> Listing: ...
    def save(self, listing: Listing, cause: Cause) -> Listing: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """The timer of one entry, which has waited until that moment."""

    listing_id: str
    entered_version: int
    waited_until: datetime


def act_on(
    timer: Timer, cause: Cause, *, listings: Listings, deadlines: Deadlines, clock: Clock, pause: Pause
) -> datetime | None:
    """Do what is due; return when the timer has to go off next, None where it is over.

    It is the wait that says what time it is: whoever started it would not be told early. Raises NotFoundError;
    DependencyError where others keep changing the listing.
    """
    for _ in attempts(ATTEMPTS, pause=pause):
        listing = listings.get(timer.listing_id)
        due = verdict(listing, entered_version=timer.entered_version, at=timer.waited_until)
        changed = _changed(listing, due, timer, cause, deadlines=deadlines, at=clock())
        if changed is None:
            return due.until
        try:
            listings.save(changed, cause)
        except ConflictError:
            continue  # somebody was faster: see what is due now
        return due.until
    raise DependencyError(f"listing {timer.listing_id} is changed by others all the time")


def _changed(
    listing: Listing, due: Verdict, timer: Timer, cause: Cause, *, deadlines: Deadlines, at: datetime
) -> Listing | None:
    match due.due:
        case Due.REMIND:
            return reminded(listing, at=at)
        case Due.POSTPONE:
            assert due.until is not None, "what is postponed has a new time"
            return postponed(listing, due.until, at=timer.waited_until)
        case Due.EXPIRE:
            return expired(listing, at=at, actor=cause.actor, deadlines=deadlines)
        case _:
            return None
