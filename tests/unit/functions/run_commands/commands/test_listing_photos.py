"""/listing photos: links for who asked alone, and a button that takes what was uploaded."""

import shlex
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from shared.discord.answers import Reply
from shared.discord.flows import FlowDoneError, FlowOverError, NotYoursError, begin
from shared.listings.acting import UPLOAD_SECONDS
from shared.listings.lifecycle import State
from shared.runtime.errors import IllegalTransitionError, InvalidInputError
from tests.support.builders import a_listing
from tests.support.ports import ANNA, MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands, button, happened

ID = a_listing().id
JPEG = b"\xff\xd8\xff\xe0" + bytes(60)


def offered(state: State = State.PURCHASED, **options: Any) -> tuple[Hands, Reply, list[str]]:
    """And the keys the links are for."""
    hands = Hands(MemoryPorts(a_listing(state)))
    reply = hands.type("listing photos", {"listing": ID, "count": 2} | options)
    (file,) = reply.files
    lines = [shlex.split(line) for line in file.content.decode().splitlines()]
    return hands, reply, [unquote(urlsplit(line[-1]).path[1:]) for line in lines]


def upload(hands: Hands, *keys: str, content: bytes = JPEG) -> None:
    for key in keys:
        hands.ports.files.put(key, content, "image/jpeg")


def press(hands: Hands, reply: Reply, **more: Any) -> Reply:
    return hands.press(button(reply, "They are uploaded").custom_id, **more)


def test_there_is_a_link_for_each_photo_and_only_who_asked_sees_them() -> None:
    hands, reply, keys = offered(count=3, type="image/png")
    assert reply.private
    assert len(set(keys)) == 3
    assert all(key.startswith(f"listings/{ID}/") and key.endswith(".png") for key in keys)
    assert "links are good for 15 minutes" in reply.content
    (command, *_) = reply.files[0].content.decode().splitlines()
    program, _, photo, _, header, url = shlex.split(command)
    assert (program, photo, header) == ("curl", "PHOTO", "Content-Type: image/png")
    assert parse_qs(urlsplit(url).query)["size"] == ["any"]
    assert happened(hands.ports, ID)[-1] == "listing.state.purchased"


@pytest.mark.parametrize("state", State)
def test_links_are_given_only_where_photos_are_taken(state: State) -> None:
    if state in (State.PURCHASED, State.RECEIVED):
        assert offered(state)[2]
    else:
        with pytest.raises(IllegalTransitionError, match="takes no photos"):
            offered(state)


def test_what_is_uploaded_is_here_with_its_photos() -> None:
    hands, reply, keys = offered()
    upload(hands, *keys)
    assert press(hands, reply).content == "📦 2 of 2 photos are here."
    listing = hands.ports.listings.get(ID)
    assert (listing.state, listing.photos) == (State.RECEIVED, tuple(keys))


def test_fewer_than_were_asked_for_are_taken_too() -> None:
    hands, reply, keys = offered()
    upload(hands, keys[1])
    assert press(hands, reply).content == "📦 1 of 2 photos are here."
    assert hands.ports.listings.get(ID).photos == (keys[1],)


def test_until_one_is_there_the_button_can_be_pressed_again() -> None:
    hands, reply, keys = offered()
    with pytest.raises(InvalidInputError, match="none of the photos is there yet"):
        press(hands, reply)
    upload(hands, *keys)
    press(hands, reply)
    with pytest.raises(FlowDoneError):
        press(hands, reply)


def test_what_is_no_photo_is_refused_and_can_be_uploaded_anew() -> None:
    hands, reply, keys = offered()
    upload(hands, *keys, content=b"<svg>")
    with pytest.raises(InvalidInputError, match="says it is image/jpeg, and is not"):
        press(hands, reply)
    upload(hands, *keys)
    assert press(hands, reply).content == "📦 2 of 2 photos are here."


def test_more_photos_are_added_to_those_it_has() -> None:
    hands, reply, keys = offered()
    upload(hands, *keys)
    press(hands, reply)
    again = hands.type("listing photos", {"listing": ID, "count": 1})
    key = unquote(urlsplit(shlex.split(again.files[0].content.decode())[-1]).path[1:])
    upload(hands, key)
    press(hands, again)
    assert hands.ports.listings.get(ID).photos == (*keys, key)


def test_a_press_that_was_cut_off_after_its_work_is_answered_and_not_refused() -> None:
    hands, reply, keys = offered()
    upload(hands, *keys)
    press(hands, reply, id="1290000000000000077")
    again = press(hands, reply, id="1290000000000000077", is_repeated=True)
    assert again.embeds[0].title == "Sony A6400, boxed"
    assert happened(hands.ports, ID).count("listing.state.received") == 1


def test_a_press_that_was_cut_off_after_there_was_nothing_to_do_is_no_second_press() -> None:
    hands, reply, keys = offered()
    upload(hands, *keys)
    press(hands, reply)
    flow = begin(hands.ports.state, {"listing_id": ID, "keys": keys}, user_id=ANNA)
    custom_id = f"listing.uploaded:{ID}:{flow}"  # of photos that it has
    told = [hands.press(custom_id, id="1290000000000000077", is_repeated=again).content for again in (False, True)]
    assert told == ["📦 2 of 2 photos are here."] * 2
    with pytest.raises(FlowDoneError):
        hands.press(custom_id)


def test_somebody_else_s_links_are_not_mine_and_none_live_for_ever() -> None:
    hands, reply, _ = offered()
    with pytest.raises(NotYoursError):
        press(hands, reply, user_id="1")
    with pytest.raises(FlowOverError):
        hands.press(f"listing.uploaded:{ID}:gone")


def test_photos_that_were_uploaded_at_the_last_moment_are_taken_after_it() -> None:
    hands, reply, keys = offered()
    hands.ports.now += timedelta(seconds=UPLOAD_SECONDS - 10)
    upload(hands, *keys)
    hands.ports.now += timedelta(minutes=10)
    assert press(hands, reply).content == "📦 2 of 2 photos are here."


def test_photos_of_one_listing_are_not_another_s() -> None:
    hands, reply, _ = offered()
    flow = button(reply, "They are uploaded").custom_id.rpartition(":")[2]
    with pytest.raises(InvalidInputError, match="of another listing"):
        hands.press(f"listing.uploaded:{a_listing(url='https://market.example/2').id}:{flow}")
