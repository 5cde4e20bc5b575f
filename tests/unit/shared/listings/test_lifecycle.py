"""The lifecycle: what may follow what, over every pair of states."""

from itertools import pairwise, product

import pytest

from shared.listings.lifecycle import DETAILS, TRANSITIONS, State, is_final, is_past, step, way
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


STRAIGHT = [State(name) for name in ("FOUND", "MESSAGING", "NEGOTIATING", "PURCHASED", "RECEIVED", "LISTED", "SOLD")]
OPEN = STRAIGHT[:4]  # one may still give up


def expected_way(current: State, target: State) -> tuple[State, ...]:
    """Said once more, by counting along the straight way."""
    if target is State.CANCELLED:
        return (State.CANCELLED,) if current in OPEN else ()
    if State.CANCELLED is current:
        return ()
    return tuple(STRAIGHT[STRAIGHT.index(current) + 1 : STRAIGHT.index(target) + 1])


@pytest.mark.parametrize("current", State)
def test_a_way_is_every_state_between_and_the_shortest_there_is(current: State) -> None:
    for target in State:
        assert way(current, target) == expected_way(current, target)


@pytest.mark.parametrize("current", State)
def test_every_part_of_a_way_is_a_step_and_none_is_through_the_end(current: State) -> None:
    for target in State:
        states = (current, *way(current, target))
        assert all(step(before, after) is after for before, after in pairwise(states))
        assert not any(is_final(state) for state in states[1:-1])


@pytest.mark.parametrize("current", State)
def test_a_listing_is_past_what_it_must_have_been_in(current: State) -> None:
    for target in State:
        if State.CANCELLED in (current, target):  # what has been given up may have been given up anywhere
            assert is_past(current, target) == (current is target)
        else:
            assert is_past(current, target) == (STRAIGHT.index(target) <= STRAIGHT.index(current))


@pytest.mark.parametrize("current", State)
def test_what_lies_ahead_is_not_past(current: State) -> None:
    assert not any(way(current, target) and is_past(current, target) for target in State)
