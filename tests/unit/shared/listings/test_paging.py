"""Operators page through listings: none left out, none shown twice, newest change first."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.paging import MAX_LOOKED_AT, Page, Wanted, list_listings
from shared.listings.store import LedgerListings
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON, a_cause, a_listing

NUMBER = 12
BRANDS = ["Sony", "Canon", "SONY"]


def url(number: int) -> str:
    return f"https://market.example/{number}"


def add(listings: LedgerListings, number: int) -> None:
    state = list(State)[number % 3]
    listing = a_listing(
        state, at=NOON + timedelta(minutes=number // 2), url=url(number), brand=BRANDS[number % len(BRANDS)]
    )
    listings.save(listing, a_cause())


@pytest.fixture
def shelf() -> LedgerListings:
    """Twelve listings in three states, two of each minute, two thirds of them of one brand in two spellings."""
    listings = LedgerListings(MemoryLedger())
    for number in range(NUMBER):
        add(listings, number)
    return listings


def page(listings: LedgerListings, **wanted: Any) -> Page:
    return list_listings(Wanted(**wanted), listings=listings, secret=lambda: b"secret")


def ids(page: Page) -> list[str]:
    return [listing.id for listing in page.listings]


def everything(listings: LedgerListings, **wanted: Any) -> list[str]:
    """Page after page, as far as there are any."""
    found: list[str] = []
    cursor = None
    for _ in range(100):
        shown = page(listings, cursor=cursor, **wanted)
        found += ids(shown)
        cursor = shown.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def in_order(listings: LedgerListings) -> list[Listing]:
    return sorted((x for _, x in listings.newest(list(State))), key=lambda x: (x.changed_at, x.id), reverse=True)


@pytest.mark.parametrize("limit", range(1, NUMBER + 2))
def test_pages_of_any_size_show_every_listing_once_and_in_order(shelf: LedgerListings, limit: int) -> None:
    assert everything(shelf, limit=limit) == [listing.id for listing in in_order(shelf)]


@pytest.mark.parametrize("limit", range(1, NUMBER + 2))
def test_a_page_is_full_unless_it_is_the_last(shelf: LedgerListings, limit: int) -> None:
    first = page(shelf, limit=limit)
    assert len(first.listings) == min(limit, NUMBER)
    assert (first.next_cursor is None) == (limit >= NUMBER)


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
@pytest.mark.parametrize("state", State)
def test_one_state_is_shown_without_the_others(shelf: LedgerListings, state: State, limit: int) -> None:
    expected = [listing.id for listing in in_order(shelf) if listing.state is state]
    assert everything(shelf, state=state, limit=limit) == expected


@pytest.mark.parametrize("limit", [1, 3, 50])
@pytest.mark.parametrize(
    ("brand", "number"), [("sony", 8), ("SONY", 8), ("sOnY", 8), ("canon", 4), ("Nikon", 0), ("Son", 0)]
)
def test_a_brand_is_found_in_upper_or_lower_case(shelf: LedgerListings, brand: str, number: int, limit: int) -> None:
    expected = [listing.id for listing in in_order(shelf) if listing.brand.lower() == brand.lower()]
    assert everything(shelf, brand=brand, limit=limit) == expected
    assert len(expected) == number


@pytest.mark.parametrize("brand", [None, "sony"])
@pytest.mark.parametrize("offset", [0, 1, 5, 7, 8, 12, 1_000])
def test_an_offset_skips_so_many_of_what_was_asked_for(shelf: LedgerListings, offset: int, brand: str | None) -> None:
    whole = everything(shelf, brand=brand)
    assert ids(page(shelf, brand=brand, offset=offset, limit=3)) == whole[offset : offset + 3]


def test_a_listing_found_between_two_pages_shifts_nothing(shelf: LedgerListings) -> None:
    expected = [listing.id for listing in in_order(shelf)]
    first = page(shelf, limit=5)
    add(shelf, NUMBER + 1)
    assert ids(first) + ids(page(shelf, limit=50, cursor=first.next_cursor)) == expected


@pytest.mark.parametrize(
    "other",
    [{"state": State.MESSAGING}, {"state": None}, {"brand": "canon"}, {"brand": None}],
    ids=str,
)
def test_a_cursor_of_another_list_is_refused(shelf: LedgerListings, other: dict[str, Any]) -> None:
    wanted = {"state": State.FOUND, "brand": "sony"}
    cursor = page(shelf, limit=1, **wanted).next_cursor
    assert cursor
    assert page(shelf, cursor=cursor, **wanted).listings
    with pytest.raises(InvalidInputError):
        page(shelf, cursor=cursor, **(wanted | other))


def test_a_cursor_is_good_for_pages_of_another_size_and_a_brand_in_other_letters(shelf: LedgerListings) -> None:
    cursor = page(shelf, limit=2, brand="sony").next_cursor
    assert ids(page(shelf, limit=50, brand="SONY", cursor=cursor)) == everything(shelf, brand="sony")[2:]


@pytest.mark.parametrize("cursor", ["junk", "A" * 200, "é", " "])
def test_a_cursor_that_we_did_not_make_is_refused(shelf: LedgerListings, cursor: str) -> None:
    with pytest.raises(InvalidInputError):
        page(shelf, cursor=cursor)


class LongShelf(LedgerListings):
    """More listings than are looked at for one page, all of one brand but for the very last."""

    def __init__(self, number: int) -> None:
        super().__init__(MemoryLedger())
        self.looked_at = 0
        common, rare = a_listing(brand="Common"), a_listing(brand="Rare")
        self._all = [(f"{n:06}", replace(common if n else rare, id=str(n))) for n in range(number, -1, -1)]

    def newest(
        self, states: Collection[State], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Listing]]:
        for position, listing in self._all:
            if before is None or position < before:
                self.looked_at += 1
                yield position, listing


@pytest.mark.parametrize("number", [MAX_LOOKED_AT - 1, MAX_LOOKED_AT, MAX_LOOKED_AT + 1, 2 * MAX_LOOKED_AT + 5])
def test_a_rare_brand_gives_short_pages_that_lead_on(number: int) -> None:
    assert everything(LongShelf(number), brand="rare", limit=3) == ["0"]


def test_what_is_to_be_skipped_is_skipped_across_short_pages() -> None:
    assert everything(LongShelf(MAX_LOOKED_AT + 5), brand="rare", offset=1) == []
    assert everything(LongShelf(MAX_LOOKED_AT + 5), brand="rare", offset=0) == ["0"]


def test_no_page_is_looked_for_longer_than_it_may_take() -> None:
    shelf = LongShelf(3 * MAX_LOOKED_AT)
    short = page(shelf, brand="rare")
    assert (short.listings, short.next_cursor is None) == ([], False)
    assert shelf.looked_at <= MAX_LOOKED_AT + 1
