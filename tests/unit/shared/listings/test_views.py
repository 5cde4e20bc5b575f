"""How a listing and its history are shown."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event, Fact
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.views import ListingView, Step, step_of
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing, a_sighting


def events_of(listing: Listing) -> tuple[Event, ...]:
    return recorded("LISTING", listing.id, listing.facts, after=0, cause=a_cause())


def steps_of(listing: Listing) -> list[Step]:
    return [step for event in events_of(listing) if (step := step_of(event))]


def shown(listing: Listing) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(ListingView.of(listing).model_dump_json())
    return view


@pytest.mark.parametrize("state", State)
def test_a_listing_in_any_state_can_be_shown(state: State) -> None:
    view = shown(a_listing(state))
    assert (view["state"], view["version"]) == (state, 0)
    assert (view["asking_price"], view["confidence"]) == ("400", 95.0)
    assert view["found_at"] == view["changed_at"] == "2026-03-01T12:00:00Z"
    assert (view[f"{state.lower()}_at"], view["estimated_profit"]) == ("2026-03-01T12:00:00Z", "100")


@pytest.mark.parametrize("state", State)
def test_a_listing_is_shown_with_everything_it_keeps(state: State) -> None:
    hidden = {"facts", "entered_version", "reminder_at", "reminded_at"}
    assert shown(a_listing(state)).keys() == set(Listing.__dataclass_fields__) - hidden


def test_money_is_shown_as_text_and_what_is_not_known_as_null() -> None:
    view = shown(a_listing(State.SOLD, price=Decimal("399.50"), estimated_profit=None))
    assert (view["asking_price"], view["purchase_price"], view["final_profit"]) == ("399.5", "300", "150")
    assert (view["estimated_profit"], view["shipping_cost"], view["cancelled_at"]) == (None, None, None)


@pytest.mark.parametrize("state", State)
def test_the_history_of_a_listing_starts_from_nothing_and_ends_where_it_is(state: State) -> None:
    steps = steps_of(a_listing(state))
    assert [step.from_state for step in steps] == [None, *(step.to_state for step in steps[:-1])]
    assert (steps[0].to_state, steps[-1].to_state) == (State.FOUND, state)


def test_the_first_step_says_which_scrape_found_the_listing_and_in_which_trace() -> None:
    (step,) = steps_of(a_listing())
    cause = a_cause()
    assert step.metadata == {"job_id": a_sighting().job_id, "brand": "Sony", "trace_id": cause.trace_id}
    assert (step.triggered_by, step.transitioned_at, step.reason) == (cause.actor, NOON, None)


def test_a_step_says_why_it_was_taken_and_what_it_brought() -> None:
    bought = a_listing(State.NEGOTIATING).moved(
        State.PURCHASED,
        at=NOON,
        actor="key:anna",
        reason="a bargain",
        details={"purchase_price": Decimal("300.50")},
        deadlines=DEADLINES,
    )
    step = steps_of(bought)[-1]
    assert (step.reason, step.metadata["purchase_price"]) == ("a bargain", "300.5")
    assert step.id == f"listing:{bought.id}:{step.version}"


@pytest.mark.parametrize("price", [400, 380])
def test_meeting_a_listing_again_is_no_step(price: int) -> None:
    again = a_listing().seen(a_sighting(price=Decimal(price)), at=NOON)
    assert step_of(events_of(again)[-1]) is None


def test_what_happened_to_something_else_is_no_step() -> None:
    revoked = Fact(type="key.revoked", time=NOON, data={"key_id": "0" * 16, "name": "anna"})
    (event,) = recorded("KEY", "0" * 16, [revoked], after=1, cause=a_cause())
    assert step_of(event) is None


def test_a_listing_is_shown_however_large_its_sums_have_become() -> None:
    most = Decimal(999_999_999)
    ruin = replace(a_listing(State.SOLD), shipping_cost=3 * most, final_profit=-5 * most)
    shown = ListingView.of(ruin)
    assert (shown.shipping_cost, shown.final_profit) == (3 * most, -5 * most)
