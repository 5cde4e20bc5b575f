"""A listing takes its steps: over every pair of states, with every detail, and what is left at the end."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from shared.ledger.catalogue import recorded
from shared.listings.lifecycle import DETAILS, TRANSITIONS, State
from shared.listings.listing import Listing
from shared.runtime.errors import IllegalTransitionError, InvalidInputError
from tests.support.builders import DEADLINES, NOON, STEP_DETAILS, a_cause, a_listing

LATER = NOON + timedelta(days=1)
PAIRS = list(product(State, State))
STEPS = [(current, target) for current, target in PAIRS if target in TRANSITIONS[current]]
DETAIL_VALUES: dict[str, Any] = {
    "conversation_thread_id": "thread 7",
    "seller_messenger_id": "seller 7",
    "negotiated_price": Decimal("310.50"),
    "purchase_price": Decimal("300.25"),
    "shipping_cost": Decimal("12.5"),
    "photos": ("1.jpg", "2.jpg"),
    "condition": "USED_EXCELLENT",
    "category_id": "31388",
    "target_price": Decimal("499.99"),
    "ebay_listing_id": "110011",
    "ebay_asking_price": Decimal("520"),
    "ebay_sold_price": Decimal("500"),
    "ebay_fees": Decimal("50.05"),
}
STRAIGHT_WAY = [State.MESSAGING, State.NEGOTIATING, State.PURCHASED, State.RECEIVED, State.LISTED, State.SOLD]
TIMERS = {"deadline_at", "reminder_at", "reminded_at"}
TIMESTAMPS = {name for field in fields(Listing) if (name := field.name).endswith("_at")} - TIMERS


def moved(
    listing: Listing, target: State, details: Mapping[str, Any] | None = None, *, at: datetime = LATER
) -> Listing:
    """With the usual details of a step where none are given."""
    given = STEP_DETAILS.get(target, {}) if details is None else details
    return listing.moved(target, at=at, actor="key:anna", reason="said so", details=given, deadlines=DEADLINES)


def everything_for(target: State) -> dict[str, Any]:
    return {name: DETAIL_VALUES[name] for name in sorted(DETAILS[target].known)}


@pytest.mark.parametrize(("current", "target"), PAIRS)
def test_a_listing_moves_by_the_table_or_not_at_all(current: State, target: State) -> None:
    listing = a_listing(current)
    if target in TRANSITIONS[current]:
        assert moved(listing, target).state is target
    else:
        with pytest.raises(IllegalTransitionError, match=f"{current}.*{target}"):
            moved(listing, target)


@pytest.mark.parametrize(("current", "target"), STEPS)
def test_a_step_tells_who_took_it_from_where_and_why(current: State, target: State) -> None:
    fact = moved(a_listing(current), target).facts[-1]
    assert (fact.type, fact.time) == (f"listing.state.{target.lower()}", LATER)
    told = [fact.data[name] for name in ("from_state", "to_state", "triggered_by", "reason")]
    assert told == [current, target, "key:anna", "said so"]


@pytest.mark.parametrize(("current", "target"), STEPS)
def test_a_step_with_all_its_details_keeps_them_and_can_be_recorded(current: State, target: State) -> None:
    details = everything_for(target)
    after = moved(a_listing(current), target, details)
    assert {name: getattr(after, name) for name in details} == details
    event = recorded("LISTING", after.id, after.facts, after=0, cause=a_cause())[-1]
    assert event.data["details"].keys() == details.keys()
    assert all(not isinstance(value, Decimal | tuple) for value in event.data["details"].values())


@pytest.mark.parametrize(
    ("target", "detail"),
    [
        (State.MESSAGING, "conversation_thread_id"),
        (State.MESSAGING, "seller_messenger_id"),
        (State.NEGOTIATING, "conversation_thread_id"),
        (State.NEGOTIATING, "seller_messenger_id"),
        (State.NEGOTIATING, "negotiated_price"),
        (State.PURCHASED, "negotiated_price"),
        (State.PURCHASED, "shipping_cost"),
        (State.RECEIVED, "shipping_cost"),
        (State.RECEIVED, "photos"),
        (State.RECEIVED, "condition"),
        (State.RECEIVED, "category_id"),
        (State.RECEIVED, "target_price"),
        (State.SOLD, "shipping_cost"),
        (State.SOLD, "ebay_fees"),
    ],
)
def test_what_is_first_known_at_a_step_can_be_told_there(target: State, detail: str) -> None:
    (current,) = [state for state in State if target in TRANSITIONS[state]]
    after = moved(a_listing(current), target, {**STEP_DETAILS.get(target, {}), detail: DETAIL_VALUES[detail]})
    assert getattr(after, detail) == DETAIL_VALUES[detail]


@pytest.mark.parametrize(
    ("target", "missing"), [(state, name) for state in State for name in sorted(DETAILS[state].required)]
)
def test_a_step_without_what_it_needs_is_refused_and_says_what(target: State, missing: str) -> None:
    (current,) = [state for state in State if target in TRANSITIONS[state]]
    details = {name: value for name, value in everything_for(target).items() if name != missing}
    with pytest.raises(InvalidInputError, match=f"{target} needs {missing}"):
        moved(a_listing(current), target, details)


@pytest.mark.parametrize(
    ("current", "target", "alien"),
    [(*pair, name) for pair in STEPS for name in sorted(DETAIL_VALUES.keys() - DETAILS[pair[1]].known)],
)
def test_a_detail_that_belongs_to_another_step_is_refused(current: State, target: State, alien: str) -> None:
    with pytest.raises(InvalidInputError, match=f"{target} does not take {alien}"):
        moved(a_listing(current), target, {**everything_for(target), alien: DETAIL_VALUES[alien]})


@pytest.mark.parametrize("field", ["state", "version", "asking_price", "final_profit", "facts", "sold_at"])
def test_no_step_can_set_what_is_not_its_to_set(field: str) -> None:
    with pytest.raises(InvalidInputError, match=f"does not take {field}"):
        moved(a_listing(), State.MESSAGING, {field: None})


def test_every_state_on_the_way_has_its_own_time() -> None:
    listing = a_listing()
    for day, target in enumerate(STRAIGHT_WAY, start=1):
        listing = moved(listing, target, at=NOON + timedelta(days=day))
        assert listing.changed_at == NOON + timedelta(days=day)
    times = {name: getattr(listing, name) for name in TIMESTAMPS - {"changed_at", "last_seen_at", "cancelled_at"}}
    days = {f"{state.lower()}_at": NOON + timedelta(days=day) for day, state in enumerate(STRAIGHT_WAY, start=1)}
    assert times == {"found_at": NOON, **days}
    assert listing.cancelled_at is None


@pytest.mark.parametrize("current", [state for state in State if State.CANCELLED in TRANSITIONS[state]])
def test_a_cancelled_listing_has_times_only_for_the_states_it_saw(current: State) -> None:
    cancelled = moved(a_listing(current), State.CANCELLED)
    assert cancelled.cancelled_at == LATER
    before = [state for state in STRAIGHT_WAY if getattr(cancelled, f"{state.lower()}_at")]
    assert before == STRAIGHT_WAY[: len(before)]
    assert before[-1:] == ([current] if current is not State.FOUND else [])


@pytest.mark.parametrize(
    ("purchase", "shipping", "sold", "fees", "left"),
    [
        ("300", {}, "500", None, "200"),
        ("300", {}, "500", "50", "150"),
        ("300", {State.RECEIVED: "10"}, "500", "50", "140"),
        ("300", {State.PURCHASED: "10", State.RECEIVED: "5.50", State.SOLD: "7.25"}, "500", "50", "127.25"),
        ("300", {State.PURCHASED: "0", State.SOLD: "0"}, "500", "0", "200"),
        ("300", {State.SOLD: "20"}, "250", "25", "-95"),
        ("0", {}, "0", None, "0"),
        ("300.10", {State.SOLD: "0.20"}, "300.30", None, "0"),
    ],
    ids=str,
)
def test_what_is_left_of_a_sale_is_the_price_less_all_that_was_paid(
    purchase: str, shipping: dict[State, str], sold: str, fees: str | None, left: str
) -> None:
    brought: dict[State, dict[str, Any]] = {
        **STEP_DETAILS,
        State.PURCHASED: {"purchase_price": Decimal(purchase)},
        State.SOLD: {"ebay_sold_price": Decimal(sold)} | ({"ebay_fees": Decimal(fees)} if fees else {}),
    }
    listing = a_listing(State.NEGOTIATING)
    for target in STRAIGHT_WAY[2:]:
        cost = {"shipping_cost": Decimal(shipping[target])} if target in shipping else {}
        listing = moved(listing, target, {**brought.get(target, {}), **cost})
        assert (listing.final_profit is None) == (target is not State.SOLD)
    assert listing.final_profit == Decimal(left)


def test_shipping_paid_twice_is_summed_and_each_step_tells_its_own_part() -> None:
    price = {"purchase_price": Decimal(300)}
    bought = moved(a_listing(State.NEGOTIATING), State.PURCHASED, {**price, "shipping_cost": Decimal("10.50")})
    received = moved(bought, State.RECEIVED, {"shipping_cost": Decimal("4.50")})
    assert received.shipping_cost == Decimal(15)
    told = [fact.data["details"].get("shipping_cost") for fact in received.facts[-2:]]
    assert told == ["10.5", "4.5"]


def test_a_listing_that_was_never_sold_has_no_profit() -> None:
    assert a_listing(State.LISTED).profit() is None
