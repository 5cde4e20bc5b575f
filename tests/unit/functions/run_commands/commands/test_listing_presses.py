"""The buttons under a listing: once, over what was shown, and answered where the listing has gone on."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.run_commands.listings.changes import BehindError
from shared.deliveries.delivery import Status, first_try
from shared.discord.cards import card_of
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.timer import reminded
from shared.listings.trouble import troubled
from shared.runtime.errors import InvalidInputError
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing, a_sighting
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands, button, happened, last

ID = a_listing().id
CARD = "1286740290000000001"  # the message that is pressed on


def with_card(listing: Listing) -> tuple[Hands, Any]:
    """Its card as it was posted when it was found."""
    hands = Hands(MemoryPorts(listing))
    record = first_try(f"listing:{ID}:1", "cards", at=NOON)
    hands.ports.deliveries.save(record.ended(Status.DELIVERED, at=NOON, external_id=f"772908445358620702/{CARD}"))
    return hands, card_of(hands.ports.listings.get(ID))


def change(hands: Hands, how: Callable[[Listing], Listing]) -> None:
    hands.ports.listings.save(how(hands.ports.listings.get(ID)), a_cause())


def to(state: State) -> Callable[[Listing], Listing]:
    return lambda listing: listing.moved(state, at=NOON, actor="key:ben", reason=None, details={}, deadlines=DEADLINES)


def seen_again(listing: Listing) -> Listing:
    return listing.seen(a_sighting(), at=NOON)


def cheaper(listing: Listing) -> Listing:
    return listing.seen(a_sighting(price=Decimal(380)), at=NOON)


def in_trouble(listing: Listing) -> Listing:
    return troubled(listing, "message_seller", "503", at=NOON)


def test_message_seller_asks_for_it_and_the_card_is_left_to_follow() -> None:
    hands, card = with_card(a_listing())
    reply = hands.press(button(card, "Message seller").custom_id)
    assert (reply.private, reply.content) == (True, "✉️ The seller is being written to.")
    assert happened(hands.ports, ID) == ["listing.created", "listing.retry_requested"]
    assert hands.shown == []


@pytest.mark.parametrize("label", ["Message seller", "Skip"])
def test_pressed_twice_it_is_done_once_and_the_second_is_told(label: str) -> None:
    hands, card = with_card(a_listing())
    custom_id = button(card, label).custom_id
    hands.press(custom_id)
    before = happened(hands.ports, ID)
    with pytest.raises(BehindError, match="look again"):
        hands.press(custom_id)
    assert happened(hands.ports, ID) == before


def test_skip_says_who_did_it() -> None:
    hands, card = with_card(a_listing())
    hands.press(button(card, "Skip").custom_id, user_name="An\u0000na\n@everyone")
    assert last(hands.ports, ID).data["reason"] == "skipped in Discord by Anna @everyone"
    assert hands.ports.listings.get(ID).state is State.CANCELLED


def test_a_deal_is_confirmed_in_a_form() -> None:
    hands, card = with_card(a_listing(State.NEGOTIATING))
    confirm = button(card, "Confirm").custom_id
    reply = hands.fill_in(confirm, {"purchase_price": " £310.50 ", "shipping_cost": ""})
    listing = hands.ports.listings.get(ID)
    assert (listing.state, listing.purchase_price, listing.shipping_cost) == (State.PURCHASED, Decimal("310.5"), None)
    assert reply.private
    with pytest.raises(BehindError, match="it is PURCHASED by now"):
        hands.fill_in(confirm, {"purchase_price": "310.50"})


@pytest.mark.parametrize("price", ["", "abc", "-3", "1,200", "1e99", "٣", "nan", "310.50 or so"])
def test_a_price_that_is_none_is_refused_with_its_name(price: str) -> None:
    hands, card = with_card(a_listing(State.NEGOTIATING))
    with pytest.raises(InvalidInputError, match="purchase_price"):
        hands.fill_in(button(card, "Confirm").custom_id, {"purchase_price": price})
    assert hands.ports.listings.get(ID).state is State.NEGOTIATING


def test_three_days_more_are_given_once() -> None:
    hands, card = with_card(reminded(a_listing(State.MESSAGING), at=NOON))
    extend = button(card, "Extend 3 days").custom_id
    hands.press(extend)
    assert hands.ports.listings.get(ID).deadline_at == NOON + timedelta(days=10)
    with pytest.raises(BehindError, match="it was given more time"):
        hands.press(extend)
    assert hands.ports.listings.get(ID).deadline_at == NOON + timedelta(days=10)


def test_what_is_out_of_time_can_be_cancelled() -> None:
    hands, card = with_card(reminded(a_listing(), at=NOON))
    hands.press(button(card, "Cancel").custom_id)
    assert last(hands.ports, ID).data["reason"] == "cancelled in Discord by Anna"


@pytest.mark.parametrize(("label", "is_confirmed"), [("Try again", False), ("Not done: try again", True)])
def test_what_failed_is_tried_again(label: str, is_confirmed: bool) -> None:
    here = troubled(a_listing(State.RECEIVED), "list_on_ebay", "500", at=NOON, in_doubt=True, final=True)
    hands, card = with_card(here)
    hands.press(button(card, label).custom_id)
    said = last(hands.ports, ID).data
    assert (said["operation"], said["confirmed_not_done"]) == ("list_on_ebay", is_confirmed)


def test_details_are_for_who_asked_alone() -> None:
    hands, card = with_card(a_listing())
    reply = hands.press(button(card, "Details").custom_id)
    assert reply.private
    assert reply.embeds[0].fields[-1].name == "Last steps"


@pytest.mark.parametrize("quiet", [seen_again, in_trouble, lambda known: reminded(known, at=NOON)])
def test_what_does_not_change_what_a_button_means_does_not_stop_it(quiet: Callable[[Listing], Listing]) -> None:
    hands, card = with_card(a_listing())
    change(hands, quiet)
    hands.press(button(card, "Skip").custom_id)
    assert hands.ports.listings.get(ID).state is State.CANCELLED


@pytest.mark.parametrize(
    ("news", "said"),
    [(to(State.MESSAGING), "it is MESSAGING by now; look again"), (cheaper, "it is offered for £380.00 by now")],
)
def test_a_card_that_is_behind_is_refused_and_left_to_what_paints_it(
    news: Callable[[Listing], Listing], said: str
) -> None:
    hands, card = with_card(a_listing())
    change(hands, news)
    with pytest.raises(BehindError, match=said):
        hands.press(button(card, "Skip").custom_id)
    assert hands.shown == []
    assert hands.ports.listings.get(ID).state is not State.CANCELLED


def test_what_one_person_was_shown_is_answered_in_its_place() -> None:
    hands = Hands(MemoryPorts(a_listing()))
    view = hands.type("listing show", {"listing": ID})
    reply = hands.press(button(view, "Skip").custom_id)
    assert (reply.private, reply.content, list(reply.buttons)) == (False, "✖️ Skipped.", [])
    with pytest.raises(BehindError):
        hands.press(button(view, "Skip").custom_id)
    assert [one.content for one in hands.shown] == ["✖️ Given up"]


def test_a_press_that_was_cut_off_after_its_work_is_answered_and_not_refused() -> None:
    hands, card = with_card(a_listing())
    skip = button(card, "Skip").custom_id
    hands.press(skip, id="1290000000000000077")
    reply = hands.press(skip, id="1290000000000000077", is_repeated=True)
    assert reply.content == "✖️ Skipped."
    assert happened(hands.ports, ID) == ["listing.created", "listing.state.cancelled"]


@pytest.mark.parametrize(
    "custom_id", ["listing.skip", "listing.skip:x:1", f"listing.skip:{ID}", f"listing.skip:{ID}:x"]
)
def test_a_button_of_another_version_of_us_is_refused(custom_id: str) -> None:
    hands, _ = with_card(a_listing())
    with pytest.raises(InvalidInputError):
        hands.press(custom_id)
    assert happened(hands.ports, ID) == ["listing.created"]
