"""The table of states: complete, and nothing but what it says is possible."""

from itertools import product

import pytest

from shared.deploys.states import BUSY, MOVING, TRANSITIONS, State, diagram, step
from shared.runtime.errors import IllegalTransitionError


def test_every_state_has_a_row() -> None:
    assert set(TRANSITIONS) == set(State)
    assert all(set(row) <= set(State) and len(set(row)) == len(row) for row in TRANSITIONS.values())


@pytest.mark.parametrize(("current", "target"), list(product(State, State)))
def test_a_step_is_taken_where_the_table_has_it_and_refused_where_not(current: State, target: State) -> None:
    if target in TRANSITIONS[current]:
        assert step(current, target) is target
        return
    with pytest.raises(IllegalTransitionError, match=f"in {current} cannot become {target}"):
        step(current, target)


def test_every_state_can_be_reached() -> None:
    reached, new = set(), {State.STARTING}
    while new:
        reached |= new
        new = {target for state in new for target in TRANSITIONS[state]} - reached
    assert reached == set(State)


@pytest.mark.parametrize("state", sorted(MOVING))
def test_what_moves_can_always_be_given_up_as_unknown(state: State) -> None:
    assert State.UNKNOWN in TRANSITIONS[state]


def test_a_canary_keeps_its_environment_though_nothing_moves() -> None:
    assert {State.CANARY} == BUSY - MOVING


def test_nothing_is_claimed_before_it_was_looked_at() -> None:
    out = {State.CANARY, State.DEPLOYED, State.PROMOTED, State.ROLLED_BACK, State.UNHEALTHY}
    ways = {(state, target) for state in State for target in TRANSITIONS[state] if target in out}
    given_back = {State.ROLLING_BACK, State.PROMOTING}  # GitHub did not take it: where it was before
    assert {state for state, _ in ways} - given_back == {State.VERIFYING}


def test_the_picture_shows_each_step_of_the_table() -> None:
    lines = diagram().splitlines()
    steps = [f"    {state} --> {target}" for state in State for target in TRANSITIONS[state]]
    assert all(lines.count(one) == 1 for one in steps)
    assert "| CANARY | takes nothing new | PROMOTING, ROLLING_BACK |" in lines
    assert "| ROLLED_BACK | takes the next deploy | nothing |" in lines
