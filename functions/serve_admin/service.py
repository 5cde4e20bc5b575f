"""What operators do with listings: page through them, and move one."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from shared.ledger.envelope import Cause
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.runtime.attempts import Pause, attempts
from shared.runtime.clock import Clock
from shared.runtime.cursor import seal, unseal
from shared.runtime.errors import ConflictError

ATTEMPTS: Final = 10  # over a listing that others change at the same moment
MAX_LOOKED_AT: Final = 2_000  # listings read for one page; a rare brand gives short pages, never slow ones


class Listings(Protocol):
    def get(self, listing_id: str) -> Listing: ...
    def save(self, listing: Listing, cause: Cause) -> Listing: ...
    def newest(
        self, states: Collection[State], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Listing]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which listings, and from where on."""

    state: State | None = None
    brand: str | None = None  # upper or lower case
    limit: int = 50
    offset: int = 0
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"listings|{self.state or ''}|{(self.brand or '').casefold()}"

    def takes(self, listing: Listing) -> bool:
        return self.brand is None or listing.brand.casefold() == self.brand.casefold()


@dataclass(slots=True)
class Page:
    listings: list[Listing]
    next_cursor: str | None


def list_listings(wanted: Wanted, *, listings: Listings, secret: Callable[[], bytes]) -> Page:
    """One page, newest change first. Raises InvalidInputError for a cursor that is not of this list.

    A cursor knows what is left to skip, so with one the offset says nothing.
    """
    before, to_skip = None, wanted.offset
    if wanted.cursor:
        skip, _, before = unseal(wanted.cursor, scope=wanted.scope, secret=secret()).partition("|")
        to_skip = int(skip)
    states = [wanted.state] if wanted.state else list(State)
    page = Page(listings=[], next_cursor=None)
    last = ""
    found = listings.newest(states, before=before, at_a_time=wanted.limit + 1)
    for looked_at, (position, listing) in enumerate(found):
        if len(page.listings) == wanted.limit or looked_at == MAX_LOOKED_AT:
            page.next_cursor = seal(f"{to_skip}|{last}", scope=wanted.scope, secret=secret())
            break
        last = position
        if not wanted.takes(listing):
            continue
        if to_skip:
            to_skip -= 1
            continue
        page.listings.append(listing)
    return page


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A step of one listing; `expected_version` is that of the listing the caller saw, None for any."""

    listing_id: str
    to_state: State
    reason: str | None
    details: dict[str, Any]
    expected_version: int | None = None


def move_listing(move: Move, cause: Cause, *, listings: Listings, clock: Clock, pause: Pause) -> Listing:
    """The listing after the step.

    Raises NotFoundError, IllegalTransitionError, InvalidInputError; ConflictError where the listing is not, or
    while we looked no longer, at the expected version. Without one, the step is tried on whatever it became.
    """
    for _ in attempts(ATTEMPTS, pause=pause):
        listing = listings.get(move.listing_id)
        if move.expected_version not in (None, listing.version):
            break
        moved = listing.moved(move.to_state, at=clock(), actor=cause.actor, reason=move.reason, details=move.details)
        try:
            return listings.save(moved, cause)
        except ConflictError:
            continue
    raise ConflictError(f"listing {move.listing_id} was changed by someone else; look at it again")
