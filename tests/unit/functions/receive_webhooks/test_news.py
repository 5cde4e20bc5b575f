"""Every webhook about every listing: it moves, or is old news, or cannot be true; and heard twice it is heard once."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from functions.receive_webhooks.news import (
    News,
    hear,
    of_deal,
    of_message_sent,
    of_refusal,
    of_reply,
    of_sale,
)
from shared.listings.changing import ATTEMPTS
from shared.listings.contracts import DealConfirmed, Declined, ItemSold, MessageSent, ReplyReceived
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from shared.listings.trouble import MESSAGE_SELLER, troubled
from shared.runtime.errors import (
    ConflictError,
    ContradictionError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
)
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing, a_sighting
from tests.support.pauses import no_pause
from tests.unit.in_memory import ContestedListings, happened_to, shelf_in, shelf_with

ID = a_listing().id
LATER = NOON + timedelta(hours=1)
BOT = a_cause("webhook:chatterbot")


def message_sent(**told: Any) -> News:
    return of_message_sent(MessageSent.model_validate({"listing_id": ID, **told}))


def reply(**told: Any) -> News:
    return of_reply(ReplyReceived.model_validate({"listing_id": ID, **told}))


def deal(**told: Any) -> News:
    return of_deal(DealConfirmed.model_validate({"listing_id": ID, "price": "300", **told}))


def declined(**told: Any) -> News:
    return of_refusal(Declined.model_validate({"listing_id": ID, **told}))


def sale(**told: Any) -> News:
    return of_sale(ItemSold.model_validate({"listing_id": ID, "sold_price": "500", "fees": "50", **told}))


HOOKS: dict[str, Callable[..., News]] = {
    "message_sent": message_sent,
    "reply_received": reply,
    "deal_confirmed": deal,
    "declined": declined,
    "item_sold": sale,
}
KNOWN, NO_STEP = "known", IllegalTransitionError
# Said by hand: what each webhook does to a listing in each state.
# F MESSAGING NEGOTIATING PURCHASED RECEIVED LISTED SOLD CANCELLED, in the order of State.
TABLE: dict[str, list[Any]] = {
    "message_sent": [State.MESSAGING, *[KNOWN] * 6, NO_STEP],
    "reply_received": [State.NEGOTIATING, State.NEGOTIATING, *[KNOWN] * 5, NO_STEP],
    "deal_confirmed": [*[State.PURCHASED] * 3, *[KNOWN] * 4, NO_STEP],
    "declined": [*[State.CANCELLED] * 3, *[NO_STEP] * 4, KNOWN],
    "item_sold": [*[NO_STEP] * 5, State.SOLD, KNOWN, NO_STEP],
}
PRODUCT = [
    pytest.param(hook, state, row[i], id=f"{hook}-{state}")
    for hook, row in TABLE.items()
    for i, state in enumerate(State)
]
MONEY = ["deal_confirmed", "item_sold"]


def tell(listings: LedgerListings, news: News) -> tuple[Listing, bool]:
    return hear(news, BOT, listings=listings, deadlines=DEADLINES, clock=lambda: LATER, pause=no_pause)


def kept(listings: LedgerListings) -> Listing:
    return listings.get(ID)


@pytest.mark.parametrize(("hook", "state", "expected"), PRODUCT)
def test_every_webhook_does_to_every_state_what_is_written_here(hook: str, state: State, expected: Any) -> None:
    listings = shelf_in(state)
    before = kept(listings)
    if expected is NO_STEP:
        with pytest.raises(NO_STEP):
            tell(listings, HOOKS[hook]())
        assert kept(listings).state is state
        return
    listing, changed = tell(listings, HOOKS[hook]())
    assert (listing.state, changed) == ((state, False) if expected is KNOWN else (expected, True))
    assert listing == kept(listings)
    assert changed == (listing != before)


@pytest.mark.parametrize(("hook", "state", "expected"), PRODUCT)
def test_heard_again_it_changes_nothing_more(hook: str, state: State, expected: Any) -> None:
    listings = shelf_in(state)
    kept_after = []
    for _ in range(3):
        with nullcontext() if expected is not NO_STEP else pytest.raises(NO_STEP):
            tell(listings, HOOKS[hook]())
        kept_after.append(kept(listings))
    assert kept_after == [kept_after[0]] * 3


@pytest.mark.parametrize(("hook", "state"), [(hook, state) for hook, state in product(TABLE, State)])
def test_news_that_moves_a_listing_says_who_brought_it(hook: str, state: State) -> None:
    listings = shelf_in(state)
    if not isinstance(TABLE[hook][list(State).index(state)], State):
        return
    tell(listings, HOOKS[hook]())
    new = listings.history(ID)[len(a_listing(state).facts) :]
    assert {(event.actor, event.data["triggered_by"], event.time) for event in new} == {(BOT.actor, BOT.actor, LATER)}


def test_a_deal_at_first_sight_has_been_negotiated_and_is_kept_with_all_it_brings() -> None:
    listings = shelf_in(State.FOUND)
    bought, _ = tell(listings, deal(price="310.50", shipping="12", conversation_thread_id="thread 7", currency="GBP"))
    assert (bought.purchase_price, bought.negotiated_price) == (Decimal("310.5"), Decimal("310.5"))
    assert (bought.shipping_cost, bought.conversation_thread_id) == (Decimal(12), "thread 7")
    assert {bought.messaging_at, bought.negotiating_at, bought.purchased_at} == {LATER}
    assert happened_to(listings, ID)[1:] == [
        f"listing.state.{name}" for name in ("messaging", "negotiating", "purchased")
    ]


def test_a_reply_may_say_what_is_asked_now() -> None:
    listings = shelf_in(State.MESSAGING)
    assert tell(listings, reply(price="350"))[0].negotiated_price == Decimal(350)
    assert tell(shelf_in(State.MESSAGING), reply())[0].negotiated_price is None


def test_who_declines_may_say_why() -> None:
    reasons = [news.reason for news in (declined(reason="sold to a neighbour"), declined())]
    assert reasons == ["sold to a neighbour", "the seller declined"]
    listings = shelf_in(State.MESSAGING)
    tell(listings, declined(reason="sold to a neighbour"))
    assert listings.history(ID)[-1].data["reason"] == "sold to a neighbour"


def test_a_sale_is_reckoned_up() -> None:
    sold, _ = tell(shelf_in(State.LISTED), sale(shipping="7.25", ebay_listing_id="110011", currency="GBP"))
    assert sold.final_profit == Decimal("142.75")


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("hook", MONEY)
def test_money_in_another_currency_is_refused_and_told_of_once(hook: str, state: State) -> None:
    listings = shelf_in(state)
    before = kept(listings)
    for _ in range(2):
        with pytest.raises(InvalidInputError, match="in GBP"):
            tell(listings, HOOKS[hook](currency="EUR"))
    assert_noted(listings, before, hook)


def assert_noted(listings: LedgerListings, before: Listing, operation: str) -> None:
    """The listing is as it was, but for one word to a person."""
    after = kept(listings)
    assert after.trouble
    assert (after.trouble.operation, after.trouble.next) == (operation, "person")
    assert replace(after, trouble=None, version=before.version) == before
    assert after.version == before.version + 1


@pytest.mark.parametrize(
    ("state", "news", "about"),
    [
        *((state, deal(price="299.99"), "purchase_price") for state in list(State)[3:7]),
        (State.SOLD, sale(sold_price="499.99"), "ebay_sold_price"),
        (State.LISTED, sale(ebay_listing_id="other"), "ebay_listing_id"),
        (State.SOLD, sale(ebay_listing_id="other"), "ebay_listing_id"),
    ],
    ids=str,
)
def test_what_was_said_once_cannot_be_said_differently(state: State, news: News, about: str) -> None:
    listings = shelf_in(state)
    before = kept(listings)
    for _ in range(2):
        with pytest.raises(ContradictionError, match=f"its {about} is another one"):
            tell(listings, news)
    assert_noted(listings, before, news.name)


def test_another_price_in_a_negotiation_is_kept_and_gives_it_its_time_anew() -> None:
    listings = shelf_in(State.NEGOTIATING)
    before = kept(listings)
    listing, changed = tell(listings, reply(price="280"))
    assert (listing.state, changed, listing.negotiated_price) == (State.NEGOTIATING, True, Decimal(280))
    assert before.deadline_at
    assert listing.deadline_at == before.deadline_at + (LATER - NOON)
    assert tell(listings, reply(price="280")) == (listing, False)


def test_the_costs_of_a_sale_that_was_recorded_by_hand_are_added_when_they_are_told() -> None:
    listings = shelf_in(State.LISTED)
    by_hand = kept(listings).moved(
        State.SOLD,
        at=NOON,
        actor="key:anna",
        reason=None,
        details={"ebay_sold_price": Decimal(500)},
        deadlines=DEADLINES,
    )
    listings.save(by_hand, a_cause("key:anna"))
    told = sale(shipping="9.50")
    listing, changed = tell(listings, told)
    assert (changed, listing.ebay_fees, listing.final_profit) == (True, Decimal(50), Decimal("140.5"))
    assert tell(listings, told) == (listing, False)


@pytest.mark.parametrize("price", ["300", "300.00", 300, "3e2"])
def test_the_same_price_in_other_digits_is_the_same(price: Any) -> None:
    assert tell(shelf_in(State.PURCHASED), deal(price=price))[1] is False


@pytest.mark.parametrize("again", [message_sent, reply, deal])
def test_news_of_another_conversation_is_not_of_this_listing(again: Callable[..., News]) -> None:
    listings = shelf_in(State.FOUND)
    tell(listings, message_sent(conversation_thread_id="thread 7"))
    with pytest.raises(ContradictionError, match="conversation_thread_id"):
        tell(listings, again(conversation_thread_id="thread 8"))
    assert kept(listings).state is State.MESSAGING
    tell(listings, again(conversation_thread_id="thread 7"))
    tell(listings, again())


@pytest.mark.parametrize("hook", MONEY)
def test_money_for_a_listing_that_was_given_up_is_noted_once_for_a_person(hook: str) -> None:
    listings = shelf_in(State.CANCELLED)
    for _ in range(3):
        with pytest.raises(IllegalTransitionError):
            tell(listings, HOOKS[hook]())
    trouble = kept(listings).trouble
    assert trouble
    assert (trouble.operation, trouble.next, trouble.times, trouble.in_doubt) == (hook, "person", 1, False)
    assert happened_to(listings, ID)[-2:] == ["listing.state.cancelled", "listing.operation_failed"]


@pytest.mark.parametrize("hook", ["message_sent", "reply_received"])
def test_news_without_money_that_comes_too_late_is_only_refused(hook: str) -> None:
    listings = shelf_in(State.CANCELLED)
    with pytest.raises(IllegalTransitionError):
        tell(listings, HOOKS[hook]())
    assert kept(listings).trouble is None


@pytest.mark.parametrize("hook", MONEY)
def test_money_is_noted_also_where_somebody_else_writes_at_that_moment(hook: str) -> None:
    """Who is answered 409 need not say it again."""
    listings = ContestedListings(scrape_again)
    listings.free.save(a_listing(State.CANCELLED), a_cause())
    with pytest.raises(IllegalTransitionError):
        tell(listings, HOOKS[hook]())
    assert kept(listings).trouble is not None


def scrape_again(listings: LedgerListings) -> None:
    known = kept(listings)
    listings.save(known.seen(a_sighting(job_id=str(UUID(int=known.version))), at=NOON), a_cause())


@pytest.mark.parametrize("times", [1, ATTEMPTS - 1])
def test_news_is_heard_over_what_others_write_meanwhile(times: int) -> None:
    listings = ContestedListings(scrape_again, times=times)
    listings.free.save(a_listing(), a_cause())
    listing, changed = tell(listings, deal())
    assert (listing.state, changed, listing.times_seen) == (State.PURCHASED, True, times + 1)
    assert [event.version for event in listings.history(ID)] == list(range(1, listing.version + 1))


def test_news_that_others_keep_from_being_heard_is_to_be_sent_again() -> None:
    listings = ContestedListings(scrape_again, times=1_000)
    listings.free.save(a_listing(), a_cause())
    with pytest.raises(ConflictError, match="all the time"):
        tell(listings, deal())


@pytest.mark.parametrize("first", ["message_sent", "reply_received", "deal_confirmed"])
@pytest.mark.parametrize("second", ["message_sent", "reply_received", "deal_confirmed"])
def test_of_two_that_come_at_once_the_further_one_counts(first: str, second: str) -> None:
    order = list(HOOKS)
    listings = ContestedListings(lambda free: tell(free, HOOKS[first]()))
    listings.free.save(a_listing(), a_cause())
    _, changed = tell(listings, HOOKS[second]())
    assert kept(listings).state is TABLE[order[max(order.index(first), order.index(second))]][0]
    assert changed == (order.index(second) > order.index(first))


def test_a_deal_is_kept_where_the_seller_declines_at_the_same_moment() -> None:
    listings = ContestedListings(lambda free: tell(free, deal()))
    listings.free.save(a_listing(State.NEGOTIATING), a_cause())
    with pytest.raises(IllegalTransitionError, match="was bought"):
        tell(listings, declined())
    assert kept(listings).state is State.PURCHASED


def test_news_ends_the_trouble_there_was_in_the_state_that_is_left() -> None:
    listings = shelf_with(troubled(a_listing(), MESSAGE_SELLER, "503", at=NOON))
    assert tell(listings, message_sent())[0].trouble is None


@pytest.mark.parametrize("hook", HOOKS)
def test_news_of_a_listing_that_nobody_found_is_refused(hook: str) -> None:
    with pytest.raises(NotFoundError):
        tell(ContestedListings(), HOOKS[hook]())
