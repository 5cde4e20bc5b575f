"""A listing's timer has gone off: remind, give up, give more time, or see that it is over."""

from dataclasses import dataclass
from datetime import datetime

from shared.ledger.envelope import Cause
from shared.listings.changing import Listings, change_listing
from shared.listings.deadlines import Deadlines
from shared.listings.listing import Listing
from shared.listings.timer import Due, Verdict, expired, postponed, reminded, verdict
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock


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

    It is the wait that says what time it is: whoever started it would not be told early. Raises NotFoundError,
    ConflictError.
    """
    known: list[Verdict] = []

    def change(listing: Listing) -> Listing | None:
        due = verdict(listing, entered_version=timer.entered_version, at=timer.waited_until)
        known.append(due)
        return _changed(listing, due, timer, cause, deadlines=deadlines, at=clock())

    change_listing(timer.listing_id, change, cause, listings=listings, pause=pause)
    return known[-1].until  # of what was recorded: before that somebody may have been faster


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
