"""What operators do with one listing beside moving it: photos that are there and are photos, and more time."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.files.store import MemoryFiles
from shared.listings.acting import (
    UPLOAD_SECONDS,
    check_photos,
    received,
    upload_links,
    upload_links_of_any_size,
    with_more_time,
)
from shared.listings.contracts import Extension, Received, WantedUpload
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.photos import MAX_BYTES
from shared.runtime.errors import IllegalTransitionError, InvalidInputError
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing

ANNA = a_cause("key:anna")
BOUGHT = a_listing(State.PURCHASED)
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
KEY = f"listings/{BOUGHT.id}/a.jpg"
MOMENT = timedelta(microseconds=1)


def files_with(content: bytes = JPEG, content_type: str = "image/jpeg", *, key: str = KEY) -> MemoryFiles:
    files = MemoryFiles()
    files.put(key, content, content_type)
    return files


def more_time(listing: Listing, *, at: Any = NOON, **said: Any) -> Listing:
    return with_more_time(listing, Extension.model_validate(said), at=at, deadlines=DEADLINES)


def test_what_was_uploaded_and_is_a_photo_is_taken() -> None:
    check_photos(BOUGHT.id, [KEY], files=files_with())
    check_photos(BOUGHT.id, [], files=MemoryFiles())


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        (f"listings/{BOUGHT.id}/b.jpg", "was not uploaded"),
        (f"listings/{a_listing(url='https://market.example/2').id}/a.jpg", "no photo of this listing"),
        ("reports/a.jpg", "no photo of this listing"),
        (f"listings/{BOUGHT.id}", "no photo of this listing"),
        ("", "no photo of this listing"),
    ],
)
def test_a_key_of_something_else_is_refused_even_if_it_is_there(key: str, complaint: str) -> None:
    files = files_with(key=key if complaint.startswith("no photo") else KEY)
    with pytest.raises(InvalidInputError, match=complaint):
        check_photos(BOUGHT.id, [key], files=files)


@pytest.mark.parametrize(
    ("content", "content_type", "complaint"),
    [
        (b"", "image/jpeg", "no image of a type and size"),
        (JPEG, "image/gif", "no image of a type and size"),
        (JPEG, "text/html", "no image of a type and size"),
        (PNG, "image/jpeg", "says it is image/jpeg, and is not"),
        (b"<svg>", "image/png", "says it is image/png, and is not"),
        (JPEG + bytes(MAX_BYTES), "image/jpeg", "no image of a type and size"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_photo_is_refused_whatever_it_says_it_is(content: bytes, content_type: str, complaint: str) -> None:
    with pytest.raises(InvalidInputError, match=complaint):
        check_photos(BOUGHT.id, [KEY], files=files_with(content, content_type))


def test_one_bad_photo_is_enough_and_none_is_named_twice() -> None:
    with pytest.raises(InvalidInputError, match="was not uploaded"):
        check_photos(BOUGHT.id, [KEY, f"listings/{BOUGHT.id}/b.jpg"], files=files_with())
    with pytest.raises(InvalidInputError, match="named twice"):
        check_photos(BOUGHT.id, [KEY, KEY], files=files_with())


def test_every_upload_has_a_link_of_its_own_for_just_its_type_and_size() -> None:
    wanted = [WantedUpload(content_type="image/png", size=5), WantedUpload(content_type="image/jpeg", size=7)]
    links = upload_links(BOUGHT, wanted, files=MemoryFiles())
    assert [key.rpartition(".")[2] for key, _ in links] == ["png", "jpg"]
    assert len({key for key, _ in links}) == 2
    assert all(f"seconds={UPLOAD_SECONDS}" in url for _, url in links)
    assert ["size=5" in links[0][1], "size=7" in links[1][1]] == [True, True]


def test_where_nobody_knows_how_large_they_are_a_link_says_so() -> None:
    (png, jpeg) = upload_links_of_any_size(BOUGHT, ["image/png", "image/jpeg"], files=MemoryFiles())
    assert (png[0][-4:], jpeg[0][-4:]) == (".png", ".jpg")
    assert all("size=any" in url for _, url in (png, jpeg))


@pytest.mark.parametrize("links", [upload_links, upload_links_of_any_size])
@pytest.mark.parametrize("state", State)
def test_links_are_given_only_where_photos_are_taken(state: State, links: Any) -> None:
    listing = a_listing(state)
    if state in (State.PURCHASED, State.RECEIVED):
        assert links(listing, [], files=MemoryFiles()) == []
    else:
        with pytest.raises(IllegalTransitionError):
            links(listing, [], files=MemoryFiles())


@pytest.mark.parametrize("state", State)
def test_only_what_was_bought_can_arrive(state: State) -> None:
    told = Received(photos=[KEY], category_id="31388")
    if state is State.PURCHASED:
        here = received(a_listing(state), told, ANNA, at=NOON, deadlines=DEADLINES)
        assert here
        assert (here.state, here.photos, here.category_id) == (State.RECEIVED, (KEY,), "31388")
        assert here.facts[-1].data["triggered_by"] == "key:anna"
    elif state is not State.RECEIVED:
        with pytest.raises(IllegalTransitionError):
            received(a_listing(state), told, ANNA, at=NOON, deadlines=DEADLINES)


def test_what_was_said_of_a_parcel_can_be_put_right() -> None:
    listing = a_listing(State.RECEIVED, estimated_profit=None)
    told = Received(target_price=Decimal(650), condition="USED_GOOD", shipping_cost=Decimal(4))
    right = received(replace(listing, shipping_cost=Decimal(3)), told, ANNA, at=NOON, deadlines=DEADLINES)
    assert right
    assert (right.state, right.target_price, right.condition) == (State.RECEIVED, Decimal(650), "USED_GOOD")
    assert (right.shipping_cost, right.photos) == (Decimal(3), listing.photos)  # what was paid, was paid once
    assert right.facts[-1].type == "listing.amended"
    assert received(right, told, ANNA, at=NOON, deadlines=DEADLINES) is None


def test_a_parcel_without_photos_has_not_been_looked_at() -> None:
    with pytest.raises(InvalidInputError, match="photos are needed"):
        received(a_listing(State.PURCHASED), Received(), ANNA, at=NOON, deadlines=DEADLINES)


@pytest.mark.parametrize("days", [0.5, 1, 10, 360])
def test_days_are_added_to_the_deadline_there_is(days: float) -> None:
    assert more_time(a_listing(), days=days).deadline_at == NOON + timedelta(days=3 + days)


def test_a_moment_takes_the_place_of_the_deadline_in_whatever_zone_it_is_said() -> None:
    later = more_time(a_listing(), deadline_at="2026-03-09T14:00:00+02:00", reason="on holiday")
    assert later.deadline_at == NOON + timedelta(days=8)
    assert later.facts[-1].data["to_deadline_at"] == "2026-03-09T12:00:00.000000Z"
    assert later.facts[-1].data["reason"] == "on holiday"


@pytest.mark.parametrize(("deadline", "is_taken"), [(timedelta(days=366), True), (timedelta(days=366) + MOMENT, False)])
def test_a_deadline_is_at_most_a_year_away(deadline: timedelta, is_taken: bool) -> None:
    wanted = (NOON + deadline).isoformat()
    if is_taken:
        assert more_time(a_listing(), deadline_at=wanted).deadline_at == NOON + deadline
    else:
        with pytest.raises(InvalidInputError, match="a year away"):
            more_time(a_listing(), deadline_at=wanted)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2026-03-04T11:59:59Z"])
def test_a_deadline_beyond_reason_or_in_the_past_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        more_time(a_listing(), deadline_at=text)


def test_more_time_that_is_over_already_is_none() -> None:
    """Its timer is late, and the new deadline lies before now."""
    at = NOON + timedelta(days=10)
    with pytest.raises(InvalidInputError):
        more_time(a_listing(), at=at, deadline_at=(NOON + timedelta(days=4)).isoformat())


@pytest.mark.parametrize("state", [State.PURCHASED, State.RECEIVED, State.LISTED, State.SOLD, State.CANCELLED])
@pytest.mark.parametrize("said", [{"days": 1}, {"deadline_at": "2026-03-09T12:00:00Z"}])
def test_what_may_stay_for_ever_needs_no_time(state: State, said: dict[str, Any]) -> None:
    with pytest.raises(IllegalTransitionError, match="has no deadline"):
        more_time(a_listing(state), **said)


def test_a_time_too_short_to_be_told_is_no_more_time() -> None:
    with pytest.raises(InvalidInputError):
        more_time(a_listing(), days=1e-300)
