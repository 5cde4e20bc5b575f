"""The lifecycle: what may follow what, over every pair of states."""

from itertools import product

import pytest

from shared.listings.lifecycle import DETAILS, TRANSITIONS, State, is_final, step
from shared.runtime.errors import IllegalTransitionError

# Said once more, by hand and apart from the table: the straight way, and the four states one may give up from.
ALLOWED = {
    ("FOUND", "MESSAGING"),
    ("MESSAGING", "NEGOTIATING"),
    ("NEGOTIATING", "PURCHASED"),
    ("PURCHASED", "RECEIVED"),
    ("RECEIVED", "LISTED"),
    ("LISTED", "SOLD"),
    ("FOUND", "CANCELLED"),
    ("MESSAGING", "CANCELLED"),
    ("NEGOTIATING", "CANCELLED"),
    ("PURCHASED", "CANCELLED"),
}
PAIRS = list(product(State, State))


@pytest.mark.parametrize("state", State)
def test_every_state_has_a_row_in_both_tables(state: State) -> None:
    assert state in TRANSITIONS
    assert state in DETAILS


@pytest.mark.parametrize(("current", "target"), PAIRS)
def test_a_step_is_in_the_table_or_refused(current: State, target: State) -> None:
    if (current, target) in ALLOWED:
        assert step(current, target) is target
    else:
        with pytest.raises(IllegalTransitionError, match=f"in {current} cannot become {target}"):
            step(current, target)


@pytest.mark.parametrize("current", [state for state in State if state not in {"SOLD", "CANCELLED"}])
def test_a_refusal_says_where_one_may_go_instead(current: State) -> None:
    ways = ", ".join(target for target in State if (current, target) in ALLOWED)
    with pytest.raises(IllegalTransitionError, match=f"allowed: {ways}$"):
        step(current, current)


@pytest.mark.parametrize("current", [State.SOLD, State.CANCELLED])
def test_a_refusal_says_when_there_is_no_way_on(current: State) -> None:
    with pytest.raises(IllegalTransitionError, match=f"{current} is final"):
        step(current, State.FOUND)


@pytest.mark.parametrize("state", State)
def test_only_sold_and_cancelled_are_final(state: State) -> None:
    assert is_final(state) == (state in {"SOLD", "CANCELLED"})


def test_every_state_can_be_reached_from_found() -> None:
    reached = {State.FOUND}
    for _ in State:
        reached |= {target for current, target in PAIRS if current in reached and target in TRANSITIONS[current]}
    assert reached == set(State)


@pytest.mark.parametrize("state", State)
def test_no_detail_is_both_required_and_optional(state: State) -> None:
    assert not DETAILS[state].required & DETAILS[state].optional
