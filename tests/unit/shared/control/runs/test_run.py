"""What may follow what in a run, and in its steps: the whole of both tables."""

import pytest

from shared.control.runs.run import ENDED, OPEN, STEP_TRANSITIONS, TRANSITIONS, Status, StepStatus
from shared.runtime.errors import IllegalTransitionError, NotFoundError
from tests.support.builders import NOON
from tests.unit.shared.control.runs.samples import a_run, a_step, in_status


def test_both_tables_have_a_row_for_every_status() -> None:
    assert set(TRANSITIONS) == set(Status) == set(OPEN) | set(ENDED)
    assert set(STEP_TRANSITIONS) == set(StepStatus)


@pytest.mark.parametrize("origin", Status)
@pytest.mark.parametrize("target", Status)
def test_a_run_moves_as_the_table_says_and_in_no_other_way(origin: Status, target: Status) -> None:
    run = in_status(origin)
    assert run.status is origin
    if target in TRANSITIONS[origin]:
        assert run.moved(target, "started", at=NOON).status is target
    else:
        with pytest.raises(IllegalTransitionError, match=f"is {origin}, and cannot become {target}"):
            run.moved(target, "started", at=NOON)


@pytest.mark.parametrize("origin", StepStatus)
@pytest.mark.parametrize("target", StepStatus)
def test_a_step_moves_as_the_table_says_and_in_no_other_way(origin: StepStatus, target: StepStatus) -> None:
    step = a_step(status=origin)
    if target in STEP_TRANSITIONS[origin]:
        assert step.moved(target).status is target
    else:
        with pytest.raises(IllegalTransitionError, match=f"is {origin}, and cannot become {target}"):
            step.moved(target)


@pytest.mark.parametrize("status", Status)
def test_a_run_has_an_end_when_it_has_ended(status: Status) -> None:
    run = in_status(status)
    assert run.is_open == (run.ended_at is None) == (run.seconds is None)


def test_a_step_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError, match="has no step nobody"):
        a_run().step("nobody")
