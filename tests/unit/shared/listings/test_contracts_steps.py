"""What operators say about a step, and how a listing and its history are shown."""

import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event, Fact
from shared.listings.contracts import ListingView, Step, Transition, step_of
from shared.listings.lifecycle import DETAILS, State
from shared.listings.listing import Listing
from tests.support.builders import NOON, a_cause, a_listing, a_sighting

DETAIL_NAMES = sorted(set().union(*(details.known for details in DETAILS.values())))
PRICES = [name for name in DETAIL_NAMES if name.endswith(("_price", "_cost", "_fees"))]


def events_of(listing: Listing) -> tuple[Event, ...]:
    return recorded("LISTING", listing.id, listing.facts, after=0, cause=a_cause())


def steps_of(listing: Listing) -> list[Step]:
    return [step for event in events_of(listing) if (step := step_of(event))]


def shown(listing: Listing) -> dict[str, Any]:
    view: dict[str, Any] = json.loads(ListingView.of(listing).model_dump_json())
    return view


@pytest.mark.parametrize("name", DETAIL_NAMES)
def test_every_detail_a_step_may_bring_can_be_said(name: str) -> None:
    value: Any = ["1.jpg"] if name == "photos" else "12.50"
    given = Transition.model_validate({"to_state": "SOLD", name: value}).details()
    assert given == {name: {"photos": ("1.jpg",)}.get(name, Decimal("12.5") if name in PRICES else "12.50")}


def test_only_what_was_given_is_a_detail() -> None:
    said = {"to_state": "PURCHASED", "reason": "cheap", "purchase_price": 0, "shipping_cost": None}
    assert Transition.model_validate(said).details() == {"purchase_price": 0}


def test_no_photos_are_photos_that_were_given() -> None:
    assert Transition.model_validate({"to_state": "RECEIVED", "photos": []}).details() == {"photos": ()}


@pytest.mark.parametrize("unknown", ["state", "version", "final_profit", "purchase_prise", "sold_at", ""])
def test_a_misspelt_detail_is_refused_and_not_forgotten(unknown: str) -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        Transition.model_validate({"to_state": "MESSAGING", unknown: "12.50"})


@pytest.mark.parametrize("state", ["found", "Sold", "", " SOLD", None, 5, ["SOLD"]])
def test_a_state_is_named_exactly(state: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": state})


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize("value", [-1, True, "NaN", "Infinity", Decimal("1e400"), "much"], ids=str)
def test_a_step_brings_no_price_that_is_none(name: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": "SOLD", name: value})


@pytest.mark.parametrize("reason", ["", " ", "a\nb", "x" * 1_001, "\ud800", 5])
def test_a_reason_is_one_line_of_text(reason: Any) -> None:
    with pytest.raises(ValidationError):
        Transition.model_validate({"to_state": "CANCELLED", "reason": reason})


@pytest.mark.parametrize("state", State)
def test_a_listing_in_any_state_can_be_shown(state: State) -> None:
    view = shown(a_listing(state))
    assert (view["state"], view["version"]) == (state, 0)
    assert (view["asking_price"], view["confidence"]) == ("400", 95.0)
    assert view["found_at"] == view["changed_at"] == "2026-03-01T12:00:00Z"
    assert (view[f"{state.lower()}_at"], view["estimated_profit"]) == ("2026-03-01T12:00:00Z", "100")


@pytest.mark.parametrize("state", State)
def test_a_listing_is_shown_with_everything_it_keeps(state: State) -> None:
    hidden = {"facts"}
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
        State.PURCHASED, at=NOON, actor="key:anna", reason="a bargain", details={"purchase_price": Decimal("300.50")}
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
