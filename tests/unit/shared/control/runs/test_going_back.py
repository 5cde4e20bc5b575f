"""A run goes back: what was done is taken back, the last first, one at a time."""

from datetime import timedelta

import pytest

from shared.control.runs.deciding import Decision, Next, decision, turns
from shared.control.runs.run import Run, Status, StepStatus
from shared.control.runs.settling import STOPPED, settled
from shared.control.runs.step import Again
from shared.control.runs.taking import done, got_on, stumbled, taken
from shared.control.runs.turning import (
    LONGEST_PATIENCE,
    PATIENCE,
    cancelled,
    redriven,
    resumed,
    stands_still,
)
from shared.runtime.errors import IllegalTransitionError
from tests.support.builders import NOON
from tests.unit.shared.control.runs.samples import (
    a_run,
    a_workflow,
    facts,
    in_status,
    statuses,
    took,
    with_done,
    with_failed,
)

SOON = timedelta(seconds=7)
LEASE = timedelta(seconds=120)
C, R, S, F = StepStatus.COMPENSATED, StepStatus.RUNNING, StepStatus.SKIPPED, StepStatus.FAILED


def stopped(run: Run) -> Run:
    return cancelled(run, "key:1", "not wanted", at=NOON)


def taken_back(run: Run) -> list[str]:
    """The steps in the order in which they are, until nothing is left to do."""
    order = []
    while run.is_open:
        (name,) = turns(run)
        order.append(name)
        run = with_done(run, name)
    return order


def test_what_was_done_is_taken_back_in_the_opposite_order() -> None:
    run = with_failed(with_done(a_run(), "second", "first", "look"), "tell")
    assert taken_back(run) == ["tell", "first", "second"]


def test_one_is_taken_back_at_a_time() -> None:
    run = with_failed(with_done(a_run(), "second", "first"), "look")
    assert decision(run, at=NOON) == Decision(next=Next.RUN, steps=("first",))
    run, _ = took(run, "first")
    assert taken(run, "second", at=NOON) is run
    assert decision(run, at=NOON).next is Next.WAIT


def test_when_all_is_taken_back_the_run_is_over() -> None:
    run = with_failed(with_done(a_run(), "first", "second"), "look", "too large")
    run = with_done(run, "second", "first")
    assert (run.status, run.error, run.ended_at) == (Status.COMPENSATED, "look: too large", NOON)
    assert statuses(run) == {"first": C, "second": C, "look": F, "tell": S}
    assert facts(run)[-4:] == ["step_compensated", "step_started", "step_compensated", "compensated"]
    assert decision(run, at=NOON).next is Next.DONE


def test_where_nothing_can_be_taken_back_the_run_is_over_at_once() -> None:
    alone = a_workflow("name: alone\ndescription: x\nrole: operator\nsteps:\n  - {name: one, does: work}\n")
    run = with_failed(a_run(alone), "one")
    assert (run.status, statuses(run)) == (Status.COMPENSATED, {"one": F})


def test_a_run_that_is_cancelled_before_it_began_is_over_at_once() -> None:
    run = stopped(a_run())
    assert run.status is Status.COMPENSATED
    assert facts(run) == ["cancel_requested", "compensating", "compensated"]
    assert set(statuses(run).values()) == {S}
    assert (run.cancelled_by, run.cancelled_at, run.cancel_reason) == ("key:1", NOON, "not wanted")
    assert run.error == "cancelled: not wanted"


def test_a_step_in_hand_is_waited_for_and_what_it_did_is_taken_back() -> None:
    run, hold = took(with_done(a_run(), "first"), "second")
    run = stopped(run)
    assert decision(run, at=NOON).next is Next.WAIT
    assert taken(run, "first", at=NOON) is run
    run = done(run, hold, {"n": 1}, at=NOON + SOON)
    assert run.step("second").output == {"n": 1}
    assert taken_back(run) == ["second", "first"]


def test_a_step_in_hand_does_not_go_on_and_what_it_did_is_taken_back() -> None:
    run, hold = took(with_done(a_run(), "first"), "second")
    run = got_on(stopped(run), hold, Again(checkpoint={"page": 2}), stays=True, at=NOON)
    step = run.step("second")
    assert (step.status, step.error, step.checkpoint, step.lease_until) == (F, STOPPED, {"page": 2}, None)
    assert taken_back(run) == ["second", "first"]


def test_a_step_in_hand_is_not_tried_again() -> None:
    run, hold = took(with_done(a_run(), "first"), "second")
    run = stumbled(stopped(run), hold, "busy", wait=SOON, at=NOON)
    assert (run.step("second").status, run.step("second").error) == (F, "busy")
    assert taken_back(run) == ["second", "first"]


def test_a_step_that_waits_to_go_on_is_taken_back_as_well() -> None:
    run, hold = took(with_done(a_run(), "first"), "second")
    run = got_on(run, hold, Again(checkpoint={"page": 2}, after=SOON), stays=False, at=NOON)
    assert taken_back(stopped(run)) == ["second", "first"]


def test_a_step_that_waits_and_cannot_be_taken_back_is_over() -> None:
    run, hold = took(with_done(a_run(), "first", "second"), "look")
    run = stopped(stumbled(run, hold, "busy", wait=SOON, at=NOON))
    assert (run.step("look").status, run.step("look").error) == (F, "busy")
    assert taken_back(run) == ["second", "first"]


@pytest.mark.parametrize(("name", "order"), [("second", ["second", "first"]), ("look", ["second", "first"])])
def test_a_step_from_which_nobody_comes_back_is_waited_for_as_long_as_its_lease(name: str, order: list[str]) -> None:
    run = with_done(a_run(), "first") if name == "second" else with_done(a_run(), "first", "second")
    run, _ = took(run, name)
    run = stopped(run)
    assert decision(run, at=NOON + LEASE - SOON).next is Next.WAIT
    run = settled(run, at=NOON + LEASE)
    assert decision(run, at=NOON + LEASE).steps == (order[0],)
    for step in order:
        run = with_done(run, step, at=NOON + LEASE)
    assert run.status is Status.COMPENSATED
    assert run.step("look").status in (F, S)


def test_of_two_steps_side_by_side_the_other_is_waited_for_when_one_fails() -> None:
    run, hold = took(a_run(), "first")
    run = with_failed(run, "second")
    assert run.status is Status.COMPENSATING
    assert decision(run, at=NOON).next is Next.WAIT
    run = done(run, hold, {}, at=NOON)
    assert taken_back(run) == ["first", "second"]


def test_what_is_taken_back_in_part_goes_on_from_there() -> None:
    run, hold = took(stopped(with_done(a_run(), "first")), "first")
    run = got_on(run, hold, Again(checkpoint={"left": 3}, after=SOON), stays=False, at=NOON)
    step = run.step("first")
    assert (step.undo_checkpoint, step.checkpoint, step.tries) == ({"left": 3}, {}, 0)
    assert decision(run, at=NOON) == Decision(next=Next.WAIT, seconds=7)


def test_what_cannot_be_taken_back_is_parked_and_the_others_are_taken_back_all_the_same() -> None:
    run = stopped(with_done(a_run(), "first", "second"))
    for number in range(2):
        run, hold = took(run, "second", at=NOON + number * SOON)
        run = stumbled(run, hold, "gone", wait=SOON, at=NOON + number * SOON)
    assert (run.step("second").status, run.step("second").undo_error) == (StepStatus.PARKED, "gone")
    assert run.step("second").error is None
    assert taken_back(run) == ["first"]
    run = with_done(run, "first")
    assert run.status is Status.FAILED
    assert [(fact.type, fact.data.get("parked")) for fact in run.facts[-1:]] == [("saga.failed", ["second"])]
    assert decision(run, at=NOON).next is Next.FAILED


def test_what_nobody_comes_back_from_while_it_is_taken_back_is_parked_in_the_end() -> None:
    run = stopped(with_done(a_run(), "second"))
    for number in range(2):
        run, _ = took(run, "second", at=NOON + number * LEASE)
    run = settled(run, at=NOON + 2 * LEASE)
    assert (run.status, run.step("second").status) == (Status.FAILED, StepStatus.PARKED)


# what people do


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_what_is_over_is_not_cancelled(status: Status) -> None:
    run = with_failed(with_failed(a_run(), "second"), "second") if status is Status.FAILED else in_status(status)
    with pytest.raises(IllegalTransitionError, match="nothing to cancel"):
        stopped(run)


def test_what_turned_back_by_itself_is_not_cancelled() -> None:
    with pytest.raises(IllegalTransitionError, match="is compensating"):
        stopped(with_failed(a_run(), "second"))


@pytest.mark.parametrize("status", [Status.COMPENSATING, Status.COMPENSATED, Status.FAILED])
def test_cancelled_twice_it_is_cancelled(status: Status) -> None:
    run = in_status(status)
    assert stopped(run) is run


def test_what_is_parked_is_tried_again_in_the_opposite_order() -> None:
    run = stopped(with_done(a_run(), "second", "first"))
    run = with_failed(with_failed(run, "first"), "second")
    again = redriven(run, at=NOON)
    assert (again.status, again.machine, again.ended_at) == (Status.COMPENSATING, 2, None)
    assert facts(again)[-1] == "redriven"
    assert taken_back(again) == ["first", "second"]
    assert with_done(again, "first", "second").status is Status.COMPENSATED


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.FAILED])
def test_where_nothing_is_parked_there_is_nothing_to_be_tried_again(status: Status) -> None:
    with pytest.raises(IllegalTransitionError, match="nothing of it is parked"):
        redriven(in_status(status), at=NOON)


# standing still


def test_a_run_stands_still_when_something_was_due_long_ago() -> None:
    run = a_run()
    assert not stands_still(run, at=NOON + PATIENCE - SOON)
    assert stands_still(run, at=NOON + PATIENCE)


def test_a_run_that_waits_does_not_stand_still() -> None:
    run, hold = took(a_run(), "first")
    run, _ = took(run, "second")
    assert not stands_still(run, at=NOON + LEASE + PATIENCE - SOON)
    assert stands_still(run, at=NOON + LEASE + PATIENCE)
    run, hold = took(with_done(a_run(), "second"), "first")
    run = got_on(run, hold, Again(checkpoint={}, after=timedelta(hours=9)), stays=False, at=NOON)
    assert not stands_still(run, at=NOON + timedelta(hours=9))
    assert stands_still(run, at=NOON + timedelta(hours=9) + PATIENCE)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.COMPENSATED, Status.FAILED])
def test_what_is_over_does_not_stand_still(status: Status) -> None:
    assert not stands_still(in_status(status), at=NOON + timedelta(days=9))


def test_the_more_often_nothing_came_of_it_the_longer_it_is_waited() -> None:
    run, waits = a_run(), []
    for _ in range(10):
        wait = PATIENCE
        while not stands_still(run, at=run.changed_at + wait):
            wait += PATIENCE
        waits.append(wait)
        run = resumed(run, at=run.changed_at + wait)
    assert waits[:3] == [PATIENCE, 2 * PATIENCE, 4 * PATIENCE]
    assert waits[-1] == LONGEST_PATIENCE
    assert run.machine == 11
    assert took(run, "first", at=run.changed_at)[0].resumed == 0
