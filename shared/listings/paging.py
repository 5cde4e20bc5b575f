"""Paging through listings."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.runtime.cursor import seal, unseal

MAX_LOOKED_AT: Final = 2_000  # listings read for one page; a rare brand gives short pages, never slow ones


class Listings(Protocol):
    def newest(
        self, states: Collection[State], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Listing]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which listings, and from where on."""

    state: State | None = None
    brand: str | None = None  # upper or lower case
    trouble: str | None = None  # `retry` or `person`: who has to act
    limit: int = 50
    offset: int = 0
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"listings|{self.state or ''}|{(self.brand or '').casefold()}|{self.trouble or ''}"

    def takes(self, listing: Listing) -> bool:
        is_brand = self.brand is None or listing.brand.casefold() == self.brand.casefold()
        next_to_act = listing.trouble.next if listing.trouble else None
        return is_brand and self.trouble in (None, next_to_act)


@dataclass(slots=True)
class Page:
    listings: list[Listing]
    next_cursor: str | None


def list_listings(wanted: Wanted, *, listings: Listings, secret: Callable[[], bytes]) -> Page:
    """One page, newest change first. Raises InvalidInputError for a cursor that is not of this list.

    A cursor knows what is left to skip, so with one the offset says nothing.
    """
    place = unseal(wanted.cursor, scope=wanted.scope, secret=secret()) if wanted.cursor else None
    found, following = page_at(place, wanted, listings=listings)
    cursor = seal(following, scope=wanted.scope, secret=secret()) if following else None
    return Page(listings=found, next_cursor=cursor)


def page_at(place: str | None, wanted: Wanted, *, listings: Listings) -> tuple[list[Listing], str | None]:
    """The page at a place in the list, at its beginning where there is none, and the place of the next."""
    before, to_skip = None, wanted.offset
    if place:
        skip, _, before = place.partition("|")
        to_skip = int(skip)
    states = [wanted.state] if wanted.state else list(State)
    page: list[Listing] = []
    last = ""
    found = listings.newest(states, before=before, at_a_time=wanted.limit + 1)
    for looked_at, (position, listing) in enumerate(found):
        if len(page) == wanted.limit or looked_at == MAX_LOOKED_AT:
            return page, f"{to_skip}|{last}"
        last = position
        if not wanted.takes(listing):
            continue
        if to_skip:
            to_skip -= 1
            continue
        page.append(listing)
    return page, None
