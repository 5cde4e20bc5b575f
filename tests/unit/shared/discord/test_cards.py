"""A listing's card says what is so, and offers what the lifecycle allows, whatever strangers have written."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.discord import cards
from shared.discord.answers import LONGEST_CUSTOM_ID, MAX_BUTTONS, MAX_EMBED_TEXT, Button, body_of
from shared.discord.cards import buttons_of, card_of, continued, headline
from shared.listings.lifecycle import TRANSITIONS, State, is_final
from shared.listings.listing import Listing
from shared.listings.timer import extended, reminded
from shared.listings.trouble import OPERATIONS, retried, troubled
from shared.runtime.errors import DomainError
from shared.runtime.text import units
from tests.support.builders import DEADLINES, NOON, STEP_DETAILS, a_listing

STATES_WITH_DEADLINE = (State.FOUND, State.MESSAGING, State.NEGOTIATING)
NASTY = [
    "@everyone",
    "`x`",
    "[a](https://evil.example)",
    "**b**",
    "😀" * 3_000,
    "a\nb",
    "\u202eevil",
    "<@1>",
    "# h",
    " ",
]


def carry_out(button: Button, listing: Listing) -> None:
    """What the button does. Raises DomainError where it is not legal."""
    prefix = button.custom_id.partition(":")[0]
    target = {cards.SKIP: State.CANCELLED, cards.CANCEL: State.CANCELLED, cards.BUY: State.PURCHASED}.get(prefix)
    if target:
        details = STEP_DETAILS.get(target, {})
        listing.moved(target, at=NOON, actor="discord:1", reason=None, details=details, deadlines=DEADLINES)
    elif prefix in (cards.MESSAGE, cards.RETRY, cards.NOT_DONE):
        retried(listing, at=NOON, confirmed_not_done=prefix == cards.NOT_DONE)
    elif prefix == cards.EXTEND:
        later = (listing.deadline_at or NOON) + timedelta(days=3)
        extended(listing, later, at=NOON, reason=None, deadlines=DEADLINES)
    else:
        assert prefix == cards.DETAILS


def variants(state: State) -> list[Listing]:
    """As it is, reminded, in trouble of each kind."""
    plain = a_listing(state)
    found = [plain]
    if state in STATES_WITH_DEADLINE:
        found.append(reminded(plain, at=NOON))
    for operation in ("message_seller", "list_on_ebay", "fetch_photo", "item_sold"):
        for in_doubt, final in ((False, False), (True, True), (False, True)):
            found.append(troubled(plain, operation, "503", at=NOON, in_doubt=in_doubt, final=final))
    return found


def labels(listing: Listing, *, on_view: bool = False) -> list[str]:
    return [button.label for button in buttons_of(listing, on_view=on_view)]


@pytest.mark.parametrize("on_view", [False, True])
@pytest.mark.parametrize("state", State)
def test_every_button_is_legal_where_it_is_shown(state: State, on_view: bool) -> None:
    for listing in variants(state):
        buttons = buttons_of(listing, on_view=on_view)
        assert len(buttons) <= MAX_BUTTONS
        assert len({button.custom_id for button in buttons}) == len(buttons)
        for button in buttons:
            carry_out(button, listing)
        if is_final(state):
            assert buttons == []


def test_a_button_that_is_not_legal_would_be_seen_here() -> None:
    with pytest.raises(DomainError):
        carry_out(buttons_of(a_listing())[0], a_listing(State.SOLD))


def test_the_table_of_what_is_tried_is_the_lifecycle_s() -> None:
    assert {str(state): operation for state, operation in OPERATIONS.items()} == dict(cards._TRIED_IN)
    assert {str(state) for state in State if not TRANSITIONS[state]} == cards._FINAL
    assert set(cards._HEADLINES) == set(State)


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        (State.FOUND, ["Message seller", "Skip", "Details"]),
        (State.MESSAGING, ["Skip", "Details"]),
        (State.NEGOTIATING, ["Confirm", "Skip", "Details"]),
        (State.PURCHASED, ["Details"]),
        (State.RECEIVED, ["Details"]),
        (State.LISTED, ["Details"]),
        (State.SOLD, []),
        (State.CANCELLED, []),
    ],
)
def test_each_state_offers_what_can_be_done_in_it(state: State, offered: list[str]) -> None:
    assert labels(a_listing(state)) == offered


def test_time_and_trouble_offer_more() -> None:
    assert labels(reminded(a_listing(State.MESSAGING), at=NOON)) == ["Extend 3 days", "Cancel", "Details"]
    assert labels(a_listing(State.MESSAGING), on_view=True) == ["Extend 3 days", "Skip"]
    here = troubled(a_listing(State.RECEIVED), "list_on_ebay", "500", at=NOON, in_doubt=True, final=True)
    assert labels(here) == ["Try again", "Not done: try again", "Details"]
    photo = troubled(a_listing(State.RECEIVED), "fetch_photo", "404", at=NOON, final=True)
    assert labels(photo) == ["Details"]


def test_the_form_opens_with_what_was_negotiated_else_with_what_is_asked() -> None:
    listing = a_listing(State.NEGOTIATING)
    assert buttons_of(listing)[0].custom_id.split(":")[3] == "400"
    agreed = replace(listing, negotiated_price=Decimal("3.1E+2"))
    assert buttons_of(agreed)[0].custom_id.split(":")[3] == "310"


@pytest.mark.parametrize("state", State)
def test_a_card_says_the_same_each_time_and_in_which_state_it_is(state: State) -> None:
    listing = a_listing(state)
    assert card_of(listing) == card_of(listing)
    fields = {one["name"]: one["value"] for one in body_of(card_of(listing))["embeds"][0]["fields"]}
    assert fields["State"] == state
    assert fields["Asked"] == "£400.00"
    assert ("Profit" in fields) == (state is State.SOLD)


def test_a_deadline_is_in_each_reader_s_own_time() -> None:
    listing = reminded(a_listing(), at=NOON)
    assert listing.deadline_at
    assert f"<t:{int(listing.deadline_at.timestamp())}:R>" in headline(listing)


@pytest.mark.parametrize(
    ("final", "in_doubt", "advice"),
    [
        (False, False, "tried again by itself"),
        (True, False, "press **Message seller**"),
        (True, True, "press **Not done: try again**"),
    ],
)
def test_trouble_is_said_in_words_with_what_to_do(final: bool, in_doubt: bool, advice: str) -> None:
    once = troubled(a_listing(), "message_seller", "503", at=NOON)
    listing = troubled(once, "message_seller", "503 *down*", at=NOON, final=final, in_doubt=in_doubt)
    (said,) = [field.value for field in card_of(listing).embeds[0].fields if field.name == "⚠️ Trouble"]
    assert said.startswith(r"Writing to the seller failed 2 times: 503 \*down\*")
    assert advice in said


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://a b.example", "https://[bad", "https://nohost", "ftp://x.example", "https://ü.example",
     "https://market.example/" + "x" * 2_100, ""],
)  # fmt: skip
def test_an_address_that_discord_would_refuse_is_left_out(url: str) -> None:
    assert "url" not in body_of(card_of(replace(a_listing(), marketplace_url=url)))["embeds"][0]


words = st.text(max_size=300) | st.sampled_from(NASTY)


@settings(max_examples=100, deadline=None)
@given(words, words, words, words, st.sampled_from(State), st.booleans())
def test_a_card_is_within_discord_s_limits_and_does_nothing(
    title: str, brand: str, model: str, answer: str, state: State, on_view: bool
) -> None:
    listing = replace(a_listing(state), title=title, brand=brand, model=model)
    listing = troubled(listing, "message_seller", answer, at=NOON, in_doubt=True, final=True)
    for reply in (card_of(listing), continued(listing)):
        body = body_of(reply)
        (embed,) = body["embeds"]
        texts = [embed.get("title", ""), *(one["value"] for one in embed.get("fields", ()))]
        assert sum(map(units, texts)) <= MAX_EMBED_TEXT
        assert body["allowed_mentions"] == {"parse": []}
        assert not any(re.search(r"@everyone|<@1>|(?<!\\)\]\(|(?<!\\)\*\*b", text) for text in texts)
        check_components(body["components"])


def check_components(rows: Any) -> None:
    for row in rows:
        for one in row["components"]:
            assert 0 < len(one["custom_id"]) <= LONGEST_CUSTOM_ID


@given(st.integers(1, 10**9 - 1), st.decimals(0, 999_999_999, places=4), st.booleans())
def test_a_custom_id_fits_whatever_the_version_and_the_price(version: int, price: Decimal, on_view: bool) -> None:
    listing = replace(a_listing(State.NEGOTIATING), version=version, negotiated_price=price)
    assert all(len(button.custom_id) <= LONGEST_CUSTOM_ID for button in buttons_of(listing, on_view=on_view))
