"""A listing that goes several steps at once: by the states between, as if each step had been heard of."""

from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from shared.ledger.catalogue import recorded
from shared.listings.lifecycle import State, way
from shared.listings.listing import Listing
from shared.listings.timer import reminded
from shared.listings.trouble import troubled
from shared.runtime.errors import IllegalTransitionError
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing

LATER = NOON + timedelta(hours=1)
PAIRS = list(product(State, State))
WAYS = [(current, target) for current, target in PAIRS if way(current, target)]
NO_WAYS = [pair for pair in PAIRS if not way(*pair)]
# All that may ever be brought: enough for every step.
EVERYTHING: dict[str, Any] = {
    "conversation_thread_id": "thread 7",
    "seller_messenger_id": "seller 7",
    "negotiated_price": Decimal("310.50"),
    "purchase_price": Decimal(300),
    "photos": ("1.jpg",),
    "ebay_listing_id": "110011",
    "ebay_asking_price": Decimal(520),
    "ebay_sold_price": Decimal(500),
    "ebay_fees": Decimal(50),
}


def sent_on(current: State, target: State, **details: Any) -> Listing:
    return a_listing(current).moved_through(
        target, at=LATER, actor="webhook:chatterbot", reason="heard", details=details, deadlines=DEADLINES
    )


@pytest.mark.parametrize(("current", "target"), WAYS)
def test_every_state_on_the_way_is_entered_and_told_of(current: State, target: State) -> None:
    before, after = a_listing(current), sent_on(current, target, **EVERYTHING)
    steps = after.facts[len(before.facts) :]
    assert after.state is target
    assert [fact.data["to_state"] for fact in steps] == list(way(current, target))
    assert [fact.data["from_state"] for fact in steps] == [current, *way(current, target)[:-1]]
    assert {(fact.time, fact.data["triggered_by"], fact.data["reason"]) for fact in steps} == {
        (LATER, "webhook:chatterbot", "heard")
    }
    assert all(getattr(after, f"{state.lower()}_at") == LATER for state in way(current, target))


@pytest.mark.parametrize(("current", "target"), WAYS)
def test_each_step_says_which_entry_it_ends_and_the_last_one_counts(current: State, target: State) -> None:
    before, after = a_listing(current), sent_on(current, target, **EVERYTHING)
    steps = after.facts[len(before.facts) :]
    versions = [before.entered_version, *range(len(before.facts) + 1, len(after.facts) + 1)]
    assert [fact.data["from_version"] for fact in steps] == versions[:-1]
    assert after.entered_version == versions[-1] == len(after.facts)
    assert after.entry_id == f"listing:{after.id}:{after.entered_version}"


@pytest.mark.parametrize(("current", "target"), WAYS)
def test_only_where_it_stays_a_deadline_begins(current: State, target: State) -> None:
    before, after = a_listing(current), sent_on(current, target, **EVERYTHING)
    term = DEADLINES.term(target, at=LATER)
    assert (after.deadline_at, after.reminder_at) == ((term.deadline_at, term.reminder_at) if term else (None, None))
    *passed, last = after.facts[len(before.facts) :]
    assert all(fact.data["deadline_at"] is fact.data["reminder_at"] is None for fact in passed)
    assert (last.data["deadline_at"] is None) == (term is None)


@pytest.mark.parametrize(("current", "target"), WAYS)
def test_the_whole_way_can_be_recorded(current: State, target: State) -> None:
    after = sent_on(current, target, **EVERYTHING)
    events = recorded("LISTING", after.id, after.facts, after=0, cause=a_cause())
    assert [event.version for event in events] == list(range(1, len(events) + 1))


@pytest.mark.parametrize(("current", "target"), WAYS)
def test_a_way_ends_as_the_same_steps_one_by_one(current: State, target: State) -> None:
    listing = a_listing(current)
    for passed in way(current, target):
        listing = listing.moved_through(
            passed, at=LATER, actor="webhook:chatterbot", reason="heard", details=EVERYTHING, deadlines=DEADLINES
        )
    at_once = sent_on(current, target, **EVERYTHING)
    assert (listing.state, listing.entered_version) == (at_once.state, at_once.entered_version)
    assert (listing.final_profit, listing.deadline_at) == (at_once.final_profit, at_once.deadline_at)


@pytest.mark.parametrize(("current", "target"), NO_WAYS)
def test_where_no_way_leads_nothing_moves(current: State, target: State) -> None:
    with pytest.raises(IllegalTransitionError, match=f"in {current} cannot become {target}"):
        sent_on(current, target, **EVERYTHING)


@pytest.mark.parametrize(
    ("current", "target", "missing"),
    [
        *((state, State.RECEIVED, "purchase_price") for state in (State.FOUND, State.MESSAGING, State.NEGOTIATING)),
        *((state, State.SOLD, "ebay_listing_id") for state in (State.PURCHASED, State.RECEIVED)),
    ],
)
def test_a_step_between_that_lacks_what_it_needs_stops_the_whole_way(
    current: State, target: State, missing: str
) -> None:
    known = {name: value for name, value in EVERYTHING.items() if name != missing}
    with pytest.raises(IllegalTransitionError, match=f"{current} cannot become {target}"):
        sent_on(current, target, **known)


def test_what_has_no_place_on_the_way_is_left_out() -> None:
    contacted = sent_on(State.FOUND, State.MESSAGING, **EVERYTHING)
    assert contacted.conversation_thread_id == "thread 7"
    assert (contacted.negotiated_price, contacted.purchase_price, contacted.photos) == (None, None, ())


@pytest.mark.parametrize("current", [state for state in State if State.SOLD in way(state, State.SOLD)])
def test_what_is_left_of_a_sale_is_the_same_by_whatever_way(current: State) -> None:
    assert sent_on(current, State.SOLD, **EVERYTHING).final_profit == Decimal(150)


@pytest.mark.parametrize("current", [state for state in State if len(way(state, State.SOLD)) > 1])
def test_what_was_paid_for_shipping_is_counted_once_on_the_way(current: State) -> None:
    sold = sent_on(current, State.SOLD, **EVERYTHING, shipping_cost=Decimal(12))
    assert sold.shipping_cost == Decimal(12)


@pytest.mark.parametrize(("current", "target"), WAYS)
def test_a_step_ends_the_trouble_and_the_reminder_of_the_state_that_is_left(current: State, target: State) -> None:
    listing = reminded(troubled(a_listing(current), "message_seller", "503", at=NOON), at=NOON)
    after = listing.moved_through(
        target, at=LATER, actor="key:anna", reason=None, details=EVERYTHING, deadlines=DEADLINES
    )
    assert (after.trouble, after.reminded_at) == (None, None)
