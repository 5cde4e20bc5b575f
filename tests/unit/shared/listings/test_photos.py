"""Photos of a listing: which are images, where they lie, how many there are, when an album is complete."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.ledger.catalogue import recorded
from shared.listings import photos
from shared.listings.lifecycle import State
from shared.runtime.errors import IllegalTransitionError
from tests.support.builders import NOON, a_cause, a_listing, a_sighting

HERE = a_listing(State.RECEIVED)
WEBP = b"RIFF\x24\x00\x00\x00WEBP"
LATER = NOON + timedelta(seconds=7)


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif", "image/jpeg"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\xff\xd8", None),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\r", "image/png"),
        (b"\x89PNG\n\x1a\n", None),  # mended on its way
        (b"\x89PNG", None),
        (WEBP, "image/webp"),
        (WEBP[:11], None),
        (b"RIFF\x24\x00\x00\x00WAVE", None),
        (b"WEBP", None),
        (b"GIF89a", None),
        (b"%PDF-1.7", None),
        (b"<svg xmlns", None),
        (b"<html>", None),
        (b"MZ", None),
        (b" \xff\xd8\xff", None),
        (b"", None),
    ],
)
def test_an_image_is_known_by_how_it_begins(first: bytes, expected: str | None) -> None:
    assert photos.media_type_of(first) == expected
    assert photos.media_type_of(first + bytes(100)) in (expected, photos.media_type_of(first[: photos.MAGIC_BYTES]))


@pytest.mark.parametrize("media_type", photos.EXTENSIONS)
def test_every_upload_has_a_place_of_its_own_in_the_folder_of_its_listing(media_type: str) -> None:
    keys = {photos.new_key("7", media_type) for _ in range(50)}
    assert len(keys) == 50
    assert all(key.startswith("listings/7/") and key.endswith(photos.EXTENSIONS[media_type]) for key in keys)


def test_a_photo_sent_again_lies_in_the_same_place_and_another_in_another() -> None:
    assert photos.telegram_key("7", "AQAD-x_1", "image/png") == "listings/7/telegram-AQAD-x_1.png"
    assert photos.telegram_key("7", "a", "image/png") != photos.telegram_key("7", "b", "image/png")


@pytest.mark.parametrize("state", State)
def test_photos_are_taken_of_what_was_bought_and_of_what_is_here(state: State) -> None:
    listing = a_listing(state)
    assert photos.takes_photos(listing) == (state in (State.PURCHASED, State.RECEIVED))
    if not photos.takes_photos(listing):
        with pytest.raises(IllegalTransitionError, match=f"in {state} takes no photos"):
            photos.sent(listing, file_id="f", file_unique_id="u", update_id=1, at=NOON)


def test_new_photos_are_added_behind_those_there_are_and_told_of() -> None:
    some = photos.added(HERE, ["a", "b"], at=NOON)
    assert some
    more = photos.added(some, ["b", "c"], at=LATER)
    assert more
    assert (more.photos, more.changed_at) == (("a", "b", "c"), LATER)
    assert [fact.data["photos"] for fact in more.facts[-2:]] == [["a", "b"], ["c"]]
    assert recorded("LISTING", more.id, more.facts, after=0, cause=a_cause())


@pytest.mark.parametrize("keys", [[], ["a"], ["a", "a"]])
def test_photos_it_has_already_change_nothing(keys: list[str]) -> None:
    listing = photos.added(HERE, ["a"], at=NOON)
    assert listing
    assert photos.added(listing, keys, at=LATER) is None


@pytest.mark.parametrize(("there", "room"), [(0, 24), (1, 23), (23, 1), (24, 0)])
def test_there_are_never_more_photos_than_ebay_shows(there: int, room: int) -> None:
    full = replace(HERE, photos=tuple(f"old{n}" for n in range(there)))
    more = photos.added(full, [f"new{n}" for n in range(30)], at=NOON)
    assert there + room == photos.MAX_PHOTOS
    assert (len(more.photos) if more else None) == (photos.MAX_PHOTOS if room else None)


def test_an_album_is_waited_for_and_uploads_are_not() -> None:
    uploaded = replace(HERE, photos=("listings/7/a.jpg",), changed_at=NOON)
    by_telegram = replace(HERE, photos=("listings/7/a.jpg", "listings/7/telegram-b.jpg"), changed_at=NOON)
    assert photos.settled_at(uploaded) == photos.settled_at(HERE) == NOON
    assert photos.settled_at(by_telegram) == NOON + photos.ALBUM_SETTLES_AFTER
    more = photos.added(by_telegram, ["x"], at=LATER)
    assert more
    assert photos.settled_at(more) == LATER + photos.ALBUM_SETTLES_AFTER


def test_a_scrape_at_the_same_price_does_not_put_off_an_album() -> None:
    album = replace(HERE, photos=("listings/7/telegram-b.jpg",), changed_at=NOON)
    assert photos.settled_at(album.seen(a_sighting(), at=LATER)) == NOON + photos.ALBUM_SETTLES_AFTER
