"""/listings: pages of them, there and back, none left out and none twice."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.discord.answers import LONGEST_DESCRIPTION, Reply, body_of
from shared.discord.flows import FlowOverError, NotYoursError
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.trouble import troubled
from shared.runtime.errors import InvalidInputError
from shared.runtime.text import units
from tests.support.builders import NOON, a_listing
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands, button


def some(number: int, state: State = State.FOUND, **sighting: Any) -> list[Listing]:
    """The newest first."""
    return [
        a_listing(state, at=NOON - timedelta(hours=at), url=f"https://market.example/{state}/{at}", **sighting)
        for at in range(number)
    ]


def hands_with(listings: Sequence[Listing]) -> Hands:
    return Hands(MemoryPorts(*listings))


def shown(reply: Reply) -> list[str]:
    return [item.value for item in reply.menu.items] if reply.menu else []


def turn(hands: Hands, reply: Reply, label: str) -> Reply:
    pressed = button(reply, label)
    assert not pressed.disabled
    return hands.press(pressed.custom_id)


def test_the_newest_ten_are_shown_and_the_others_are_pages_away() -> None:
    listings = some(25)
    hands, ids = hands_with(listings), [listing.id for listing in listings]
    first = hands.type("listings", {})
    second = turn(hands, first, "Older ▶")
    third = turn(hands, second, "Older ▶")
    assert [shown(first), shown(second), shown(third)] == [ids[:10], ids[10:20], ids[20:]]
    assert (button(first, "◀ Newer").disabled, button(third, "Older ▶").disabled) == (True, True)
    assert shown(turn(hands, turn(hands, third, "◀ Newer"), "◀ Newer")) == ids[:10]
    assert [reply.content[-7:] for reply in (first, second, third)] == ["Page 1.", "Page 2.", "Page 3."]


def test_a_page_can_be_turned_twice() -> None:
    hands = hands_with(some(25))
    first = hands.type("listings", {})
    assert shown(turn(hands, first, "Older ▶")) == shown(turn(hands, first, "Older ▶"))


def test_what_is_wanted_is_wanted_on_each_page() -> None:
    hands = hands_with([*some(12, State.LISTED), *some(12), *some(3, State.SOLD, brand="Canon")])
    first = hands.type("listings", {"state": "LISTED"})
    both = [*shown(first), *shown(turn(hands, first, "Older ▶"))]
    assert {hands.ports.listings.get(one).state for one in both} == {State.LISTED}
    assert len(both) == 12
    assert len(shown(hands.type("listings", {"brand": " canon "}))) == 3


def test_those_that_somebody_has_to_see_to_are_found() -> None:
    first, second, _ = some(3)
    broken = troubled(first, "message_seller", "no", at=NOON, final=True)
    waiting = troubled(second, "message_seller", "503", at=NOON)
    hands = hands_with([broken, waiting])
    reply = hands.type("listings", {"trouble": "person"})
    assert shown(reply) == [first.id]
    assert "⚠️ needs you" in reply.embeds[0].description
    assert shown(hands.type("listings", {"trouble": "retry"})) == [second.id]


def test_where_there_is_none_it_is_said() -> None:
    assert hands_with(some(3)).type("listings", {"state": "SOLD"}).content == "There is none."


def test_where_there_are_no_more_there_is_a_way_back() -> None:
    """Ten are a full page: whether more of the brand come is seen by those who look."""
    listings = some(10)
    others = [a_listing(at=NOON - timedelta(days=9), url="https://market.example/canon", brand="Canon")]
    hands = hands_with([*listings, *others])
    first = hands.type("listings", {"brand": "Sony"})
    second = turn(hands, first, "Older ▶")
    assert second.content == "Listings of Sony, newest change first. Page 2. There are no more."
    assert button(second, "Older ▶").disabled
    assert shown(turn(hands, second, "◀ Newer")) == shown(first) == [listing.id for listing in listings]


def test_one_is_opened_beside_the_list() -> None:
    listings = some(3)
    hands = hands_with(listings)
    reply = hands.type("listings", {})
    assert reply.menu
    opened = hands.press(reply.menu.custom_id, values=(listings[1].id,))
    assert opened.private
    assert listings[1].id in opened.embeds[0].footer
    with pytest.raises(InvalidInputError):
        hands.press(reply.menu.custom_id)


def test_each_row_says_state_price_age_and_end() -> None:
    (listing,) = some(1)
    hands = hands_with([listing])
    hands.ports.now = NOON + timedelta(days=2)
    assert listing.deadline_at
    ends = f"<t:{int(listing.deadline_at.timestamp())}:R>"
    assert hands.type("listings", {}).embeds[0].description == (
        f"[Sony A6400, boxed](https://market.example/FOUND/0)\n　**FOUND** · £400.00 → £100.00 · 2 d old · ends {ends}"
    )


def test_a_list_is_for_who_asked_and_not_for_ever() -> None:
    hands = hands_with(some(12))
    older = button(hands.type("listings", {}), "Older ▶").custom_id
    with pytest.raises(NotYoursError):
        hands.press(older, user_id="1")
    hands.ports.now = NOON + timedelta(hours=1)
    with pytest.raises(FlowOverError):
        hands.press(older)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.text(max_size=300) | st.sampled_from(["@everyone", "[a](b)", "`", "😀" * 3_000]), min_size=10, max_size=10
    )
)
def test_a_page_fits_whatever_the_titles(titles: list[str]) -> None:
    address = "https://market.example/" + "x" * 125
    listings = [a_listing(url=f"{address}{at}", title=title) for at, title in enumerate(titles)]
    reply = hands_with(listings).type("listings", {})
    (embed,) = body_of(reply)["embeds"]
    assert embed["description"] == reply.embeds[0].description
    assert units(embed["description"]) <= LONGEST_DESCRIPTION
    assert embed["description"].count(f"]({address}") == 10
    assert "@everyone" not in embed["description"]
