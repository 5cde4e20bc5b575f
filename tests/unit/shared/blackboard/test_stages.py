"""The table of a claim's stages: complete, and nothing but what it says is possible."""

from itertools import product

import pytest

from shared.blackboard.stages import FINAL, OPEN, PHASES, STATUS, STATUSES, TRANSITIONS, Stage, diagram, step
from shared.runtime.errors import IllegalTransitionError


def test_every_stage_has_a_row_and_a_status() -> None:
    assert set(TRANSITIONS) == set(STATUS) == set(Stage)
    assert all(set(row) <= set(Stage) and len(set(row)) == len(row) for row in TRANSITIONS.values())


@pytest.mark.parametrize(("current", "target"), list(product(Stage, Stage)))
def test_a_step_is_taken_where_the_table_has_it_and_refused_where_not(current: Stage, target: Stage) -> None:
    if target in TRANSITIONS[current]:
        assert step(current, target) is target
        return
    with pytest.raises(IllegalTransitionError, match=f"in {current} cannot go on to {target}"):
        step(current, target)


def test_what_is_over_is_over_and_all_else_can_be_ended() -> None:
    assert {Stage.COMPLETE, Stage.TERMINATED} == FINAL
    assert set(OPEN) == set(Stage) - FINAL
    assert all(Stage.TERMINATED in TRANSITIONS[stage] for stage in OPEN)


@pytest.mark.parametrize("start", [Stage.BIDDING, Stage.ASSIGNMENT])
def test_from_each_beginning_both_ends_are_reached(start: Stage) -> None:
    reached, new = set[Stage](), {start}
    while new:
        reached |= new
        new = {target for stage in new for target in TRANSITIONS[stage]} - reached
    assert reached >= FINAL
    assert reached == set(Stage) or start is Stage.ASSIGNMENT


def test_no_phase_comes_after_a_later_one() -> None:
    for earlier, later in product(PHASES, PHASES):
        assert (later in TRANSITIONS[earlier]) == (PHASES.index(earlier) < PHASES.index(later))


def test_callers_are_told_six_statuses() -> None:
    pending = ("pending_review", "pending_parallel", "pending_exclusive", "pending_assignment")
    assert (*pending, "complete", "terminated") == STATUSES


def test_the_picture_shows_each_step_of_the_table() -> None:
    lines = diagram().splitlines()
    steps = [f"    {stage} --> {target}" for stage in Stage for target in TRANSITIONS[stage]]
    assert all(lines.count(one) == 1 for one in steps)
    assert "| complete | `complete` | nothing |" in lines
