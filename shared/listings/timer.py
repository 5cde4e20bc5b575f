"""What a listing's timer does when it goes off. It acts only on the entry into a state that it was made for."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.listings.deadlines import Deadlines
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.runtime.errors import IllegalTransitionError, InvalidInputError

POSTPONED_BY: Final = timedelta(days=1)
WAITED_FOR: Final = timedelta(days=14)  # since it was last told of


class Due(StrEnum):
    NOTHING = "nothing"  # the listing has moved on, or come to an end: the timer is over
    WAIT = "wait"  # it was given more time
    REMIND = "remind"
    EXPIRE = "expire"
    POSTPONE = "postpone"  # it is not the listing's fault: what it waits for is down


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    due: Due
    until: datetime | None = None  # when the timer has to go off next


def verdict(listing: Listing, *, entered_version: int, at: datetime) -> Verdict:
    """What is due at that moment, for the entry the timer was made for."""
    deadline = listing.deadline_at
    if listing.entered_version != entered_version or deadline is None:
        return Verdict(due=Due.NOTHING)
    if at < deadline:
        return _before(deadline, listing, at)
    if _waits_for_a_service(listing, at):
        return Verdict(due=Due.POSTPONE, until=at + POSTPONED_BY)
    return Verdict(due=Due.EXPIRE)


def _before(deadline: datetime, listing: Listing, at: datetime) -> Verdict:
    if listing.reminded_at or listing.reminder_at is None:
        return Verdict(due=Due.WAIT, until=deadline)
    if at >= listing.reminder_at:
        return Verdict(due=Due.REMIND, until=deadline)
    return Verdict(due=Due.WAIT, until=listing.reminder_at)


def _waits_for_a_service(listing: Listing, at: datetime) -> bool:
    """A failure that is not told anew is not tried anew: nobody waits for that service any more."""
    trouble = listing.trouble
    return trouble is not None and trouble.next == "retry" and at - trouble.last_at < WAITED_FOR


def reminded(listing: Listing, *, at: datetime) -> Listing:
    said = {"state": listing.state, "deadline_at": listing.deadline_at, "title": listing.title}
    return replace(listing, reminded_at=at).having("listing.deadline_approaching", at, said)


def expired(listing: Listing, *, at: datetime, actor: str, deadlines: Deadlines) -> Listing:
    """Given up: nothing has happened for too long."""
    said = {"state": listing.state, "deadline_at": listing.deadline_at}
    reason = f"nothing happened in {listing.state} until its deadline"
    passed = listing.having("listing.deadline_passed", at, said)
    return passed.moved(State.CANCELLED, at=at, actor=actor, reason=reason, details={}, deadlines=deadlines)


def extended(
    listing: Listing, deadline: datetime, *, at: datetime, reason: str | None, deadlines: Deadlines
) -> Listing:
    """The listing with more time, and a reminder of its own. Raises IllegalTransitionError, InvalidInputError."""
    if listing.deadline_at is None:
        raise IllegalTransitionError(f"a listing in {listing.state} has no deadline")
    if deadline <= listing.deadline_at:
        raise InvalidInputError("a deadline can only be moved to a later time")
    term = deadlines.until(deadline, at=at)
    later = replace(listing, deadline_at=deadline, reminder_at=term.reminder_at, reminded_at=None)
    return later.having("listing.deadline_extended", at, _extension(listing, deadline, reason))


def postponed(listing: Listing, deadline: datetime, *, at: datetime) -> Listing:
    """The listing with more time, because it waits for a service that is down. Nobody is reminded once more."""
    later = replace(listing, deadline_at=deadline)
    reason = "it waits for a service that is down"
    return later.having("listing.deadline_extended", at, _extension(listing, deadline, reason))


def _extension(listing: Listing, deadline: datetime, reason: str | None) -> dict[str, Any]:
    return {
        "state": listing.state,
        "from_deadline_at": listing.deadline_at,
        "to_deadline_at": deadline,
        "reason": reason,
    }
