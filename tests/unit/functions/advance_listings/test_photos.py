"""Photos: fetched when they were sent, waited for while an album comes in, and offered together."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.listings.lifecycle import State
from shared.listings.photos import ALBUM_SETTLES_AFTER, sent
from shared.listings.trouble import FETCH_PHOTO, LIST_ON_EBAY, troubled
from shared.runtime.http import ServiceError, Verdict
from tests.support.builders import NOON, a_listing
from tests.unit.functions.advance_listings.world import BOUGHT, World, here, photo_sent


def test_a_received_listing_is_offered_with_links_to_its_photos() -> None:
    world = World(here())
    assert world.advance(world.news("listing.state.received")) is None
    listing = world.listing
    assert world.seller
    assert world.seller.offered == [
        (world.id, ("https://files.example/listings/7/a.jpg", "https://files.example/listings/7/b.jpg"))
    ]
    assert (listing.state, listing.ebay_listing_id, listing.ebay_asking_price) == (State.LISTED, "110011", Decimal(520))


@pytest.mark.parametrize(("seconds", "left"), [(0, 10.0), (9.5, 0.5), (10, None), (60, None)])
def test_an_album_is_waited_for_until_it_has_settled(seconds: float, left: float | None) -> None:
    world = World(here(photos=("listings/7/telegram-a.jpg",)))
    assert timedelta(seconds=10) == ALBUM_SETTLES_AFTER
    world.clock.put_on(seconds=seconds)
    assert world.advance() == (None if left is None else timedelta(seconds=left))
    assert world.listing.state is (State.LISTED if left is None else State.RECEIVED)


def test_a_photo_of_a_purchase_says_that_it_is_here() -> None:
    world = World(BOUGHT)
    assert world.advance(photo_sent(world)) is None
    assert world.listing.state is State.RECEIVED
    assert world.listing.photos == (f"listings/{world.id}/telegram-photo1.jpg",)


def test_an_album_becomes_one_offer_with_all_its_photos_however_they_arrive() -> None:
    world = World(BOUGHT)
    for name in ("photo2", "photo1", "photo3", "photo2"):
        world.clock.put_on(seconds=3)
        world.advance(photo_sent(world, name))
        assert world.advance(world.news("listing.state.received")) == ALBUM_SETTLES_AFTER or name == "photo2"
    world.clock.put_on(seconds=10)
    world.advance(world.news("listing.state.received"))
    assert world.seller
    ((_, photos),) = world.seller.offered
    assert [photo.rpartition("-")[2] for photo in photos] == ["photo2.jpg", "photo1.jpg", "photo3.jpg"]
    assert world.happened.count("listing.state.received") == 1
    assert world.happened.count("listing.photos_added") == 2


@pytest.mark.parametrize("state", [s for s in State if s not in (State.PURCHASED, State.RECEIVED)])
def test_a_photo_of_what_takes_none_is_not_even_fetched(state: State) -> None:
    world = World(a_listing(state))
    before = world.listing
    assert world.advance(photo_sent(world)) is None
    assert (world.fetched, world.listing) == ([], before)


def test_a_photo_that_comes_late_is_left_out() -> None:
    """While it was fetched, the listing was offered."""
    world = World(here())

    def fetch(*_: str) -> str:
        world.advance(world.news("listing.state.received"))
        return "listings/7/telegram-late.jpg"

    world._fetch_photo = fetch  # type: ignore[method-assign, assignment]
    assert world.advance(photo_sent(world)) is None
    assert world.listing.state is State.LISTED
    assert "listings/7/telegram-late.jpg" not in world.listing.photos


@pytest.mark.parametrize(
    ("verdict", "is_final"),
    [
        (Verdict.RETRY_AFTER, False),
        (Verdict.RETRY_BACKOFF, False),
        (Verdict.TERMINAL, True),
        (Verdict.REFRESH_CREDENTIAL, True),
    ],
)
def test_a_photo_that_cannot_be_fetched_is_told_of(verdict: Verdict, is_final: bool) -> None:
    world = World(BOUGHT)
    world.photo_errors = [ServiceError("telegram", verdict, "429", retry_after=17)]
    assert world.advance(photo_sent(world)) == (None if is_final else timedelta(seconds=17))
    trouble = world.listing.trouble
    assert trouble
    assert (trouble.operation, trouble.next) == (FETCH_PHOTO, "person" if is_final else "retry")
    assert world.listing.state is State.PURCHASED


def test_a_photo_that_is_fetched_at_last_is_no_trouble_any_more() -> None:
    world = World(here())
    world.photo_errors = [ServiceError("telegram", Verdict.RETRY_BACKOFF, "502")]
    world.advance(photo_sent(world))
    assert world.listing.trouble
    world.advance(photo_sent(world))
    assert world.listing.trouble is None


def test_a_photo_that_is_lost_keeps_the_others_from_being_offered_no_longer_than_a_person_wants() -> None:
    world = World(troubled(here(), FETCH_PHOTO, "the file is no longer there", at=NOON, final=True))
    world.advance(world.ask())
    assert world.listing.state is State.LISTED


def test_a_photo_that_stays_away_for_a_day_is_for_a_person() -> None:
    """Telegram may be down; it may also have forgotten the file."""
    world = World(here())
    world.photo_errors = [ServiceError("telegram", Verdict.RETRY_BACKOFF, "502")] * 3
    news = photo_sent(world)
    assert world.advance(news) == timedelta(seconds=5)
    world.clock.put_on(seconds=60)
    assert world.advance(news) == timedelta(seconds=60)
    assert world.happened.count("listing.operation_failed") == 1  # not one for each try
    world.clock.put_on(seconds=86_401)
    assert world.advance(news) is None
    assert world.listing.trouble
    assert (world.listing.trouble.next, world.listing.trouble.times) == ("person", 2)


def test_a_photo_that_fails_does_not_hide_that_ebay_does_not_want_the_listing() -> None:
    world = World(troubled(here(), LIST_ON_EBAY, "422 no such category", at=NOON, final=True))
    world.photo_errors = [ServiceError("telegram", Verdict.RETRY_BACKOFF, "502")]
    news = photo_sent(world)
    for _ in range(2):
        world.advance(news)
    assert world.listing.trouble
    assert (world.listing.trouble.operation, world.listing.trouble.next) == (LIST_ON_EBAY, "person")


def test_a_lost_photo_does_not_keep_the_others_from_being_offered() -> None:
    world = World(troubled(here(), FETCH_PHOTO, "the file is no longer there", at=NOON, final=True))
    world.advance()
    assert world.listing.state is State.LISTED


def test_an_album_is_not_offered_while_one_of_its_photos_is_still_on_its_way() -> None:
    """A photo that Telegram keeps back for half a minute belongs to the offer too."""
    album = BOUGHT
    for number, name in enumerate(("first", "late")):
        album = sent(album, file_id=name, file_unique_id=name, update_id=number, at=NOON)
    world = World(album)
    world.advance(photo_sent(world, "first"))
    assert world.listing.photos_coming == ("late",)
    world.clock.put_on(seconds=60)
    assert world.advance(world.news("listing.state.received")) is not None
    assert [state_of(world), len(world.listing.photos)] == ["RECEIVED", 1]
    world.advance(photo_sent(world, "late"))
    world.clock.put_on(seconds=10)
    world.advance(world.news("listing.photos_added"))
    assert [state_of(world), len(world.listing.photos)] == ["LISTED", 2]


def state_of(world: World) -> str:
    return world.listing.state.value
