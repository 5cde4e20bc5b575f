"""A run goes on: what is due, who has it in hand, what comes of it."""

from datetime import datetime, timedelta

import pytest

from shared.control.runs.deciding import LONGEST_WAIT, Decision, Next, decision
from shared.control.runs.run import Run, Status, StepStatus
from shared.control.runs.settling import NOT_BACK, settled
from shared.control.runs.step import Again
from shared.control.runs.taking import Hold, LeaseLostError, done, got_on, stumbled, taken
from tests.support.builders import NOON
from tests.unit.shared.control.runs.samples import a_run, facts, statuses, took, with_done, with_failed

SOON = timedelta(seconds=7)
LEASE = timedelta(seconds=120)


def due(run: Run, *, at: datetime = NOON) -> Decision:
    return decision(run, at=at)


def test_at_first_the_steps_that_wait_for_none_are_due_side_by_side() -> None:
    assert due(a_run()) == Decision(next=Next.RUN, steps=("first", "second"))


def test_a_step_waits_for_all_that_come_before_it() -> None:
    run = with_done(a_run(), "first")
    assert due(run).steps == ("second",)
    assert due(with_done(run, "second")).steps == ("look",)


def test_what_is_in_hand_is_not_due_and_is_looked_at_again() -> None:
    run, _ = took(a_run(), "first")
    assert due(run).steps == ("second",)
    run, _ = took(run, "second")
    assert due(run) == Decision(next=Next.WAIT, seconds=LONGEST_WAIT)


def test_a_step_that_is_in_hand_is_not_taken_a_second_time() -> None:
    run, _ = took(a_run(), "first")
    assert taken(run, "first", at=NOON + LEASE - timedelta(seconds=1)) is run


@pytest.mark.parametrize("name", ["look", "tell"])
def test_a_step_whose_turn_it_is_not_is_not_taken(name: str) -> None:
    run = a_run()
    assert taken(run, name, at=NOON) is run


def test_the_first_step_starts_the_run() -> None:
    run, _ = took(a_run(), "second")
    assert (run.status, run.started_at, facts(run)) == (Status.RUNNING, NOON, ["started", "step_started"])


def test_the_last_step_completes_the_run() -> None:
    run = with_done(a_run(), "first", "second", "look", at=NOON)
    over = with_done(run, "tell", at=NOON + SOON)
    assert (over.status, over.ended_at, over.seconds) == (Status.COMPLETED, NOON + SOON, 7)
    assert facts(over)[-2:] == ["step_completed", "completed"]
    assert due(over) == Decision(next=Next.DONE)
    assert set(statuses(over).values()) == {StepStatus.COMPLETED}


def test_of_two_steps_that_end_in_the_same_moment_each_has_its_place() -> None:
    run = with_done(a_run(), "second", "first")
    assert [run.step(name).ended for name in ("second", "first")] == [1, 2]


def test_a_step_that_has_to_wait_is_due_when_its_time_has_come() -> None:
    run, hold = took(with_done(a_run(), "second"), "first")
    run = got_on(run, hold, Again(checkpoint={"page": 2}, after=SOON, progress={"of": 9}), stays=False, at=NOON)
    assert due(run) == Decision(next=Next.WAIT, seconds=7)
    assert due(run, at=NOON + SOON).steps == ("first",)
    step = run.step("first")
    assert (step.checkpoint, step.progress, step.tries, step.lease_until) == ({"page": 2}, {"of": 9}, 0, None)


def test_a_step_that_got_on_stays_in_the_same_hands_where_these_go_on() -> None:
    run, hold = took(a_run(), "first")
    run = got_on(run, hold, Again(checkpoint={"page": 2}), stays=True, at=NOON + SOON)
    assert run.step("first").lease_until == NOON + LEASE
    assert done(run, hold, {}, at=NOON + SOON).step("first").status is StepStatus.COMPLETED


def test_what_is_not_said_of_progress_is_as_it_was() -> None:
    run, hold = took(a_run(), "first")
    run = got_on(run, hold, Again(checkpoint={"page": 2}, progress={"of": 9}), stays=True, at=NOON)
    run = got_on(run, hold, Again(checkpoint={"page": 3}), stays=True, at=NOON)
    assert run.step("first").progress == {"of": 9}


def test_a_step_that_fails_is_tried_again_later_as_often_as_it_may() -> None:
    run, hold = took(with_done(a_run(), "first"), "second")
    run = stumbled(run, hold, "busy", wait=SOON, at=NOON)
    assert facts(run)[-1] == "step_retried"
    assert (run.step("second").error, run.status) == ("busy", Status.RUNNING)
    assert due(run) == Decision(next=Next.WAIT, seconds=7)
    run, hold = took(run, "second", at=NOON + SOON)
    assert (run.step("second").tries, run.step("second").calls) == (2, 2)
    run = stumbled(run, hold, "still busy", wait=SOON, at=NOON + SOON)
    assert (run.status, run.error) == (Status.COMPENSATING, "second: still busy")


def test_who_gets_on_has_all_attempts_again() -> None:
    run, hold = took(a_run(), "second")
    run = stumbled(run, hold, "busy", wait=SOON, at=NOON)
    run, hold = took(run, "second", at=NOON + SOON)
    run = got_on(run, hold, Again(checkpoint={"page": 1}), stays=False, at=NOON + SOON)
    run, hold = took(run, "second", at=NOON + SOON)
    assert run.step("second").tries == 1


def test_what_nobody_came_back_from_is_due_again_when_the_lease_ends() -> None:
    run, lost = took(with_done(a_run(), "second"), "first")
    assert due(run, at=NOON + LEASE).steps == ("first",)
    run, hold = took(run, "first", at=NOON + LEASE)
    assert run.step("first").tries == 2
    with pytest.raises(LeaseLostError):
        done(run, lost, {}, at=NOON + LEASE)
    assert done(run, hold, {}, at=NOON + LEASE).step("first").status is StepStatus.COMPLETED


def test_who_comes_back_late_to_what_nobody_else_took_is_heard() -> None:
    run, hold = took(a_run(), "first")
    assert done(run, hold, {"n": 1}, at=NOON + 2 * LEASE).step("first").output == {"n": 1}


def test_what_nobody_comes_back_from_time_after_time_has_failed() -> None:
    run = a_run()
    for number in range(2):
        run, _ = took(run, "second", at=NOON + number * LEASE)
    over = settled(run, at=NOON + 2 * LEASE)
    assert (over.step("second").status, over.step("second").error) == (StepStatus.FAILED, NOT_BACK)
    assert over.status is Status.COMPENSATING


def test_what_is_over_is_put_on_record_once() -> None:
    run, hold = took(a_run(), "first")
    run = done(run, hold, {}, at=NOON)
    for known in (hold, Hold(step="first", call=0), Hold(step="second", call=0)):
        with pytest.raises(LeaseLostError):
            done(run, known, {}, at=NOON)
        with pytest.raises(LeaseLostError):
            got_on(run, known, Again(checkpoint={}), stays=False, at=NOON)
        with pytest.raises(LeaseLostError):
            stumbled(run, known, "no", wait=None, at=NOON)


def test_a_step_that_will_never_succeed_is_not_tried_again() -> None:
    run = with_failed(a_run(), "second", "there is no such repository")
    assert run.step("second").tries == 1
    assert (run.status, run.error) == (Status.COMPENSATING, "second: there is no such repository")
    assert [statuses(run)[name] for name in ("first", "look", "tell")] == [StepStatus.SKIPPED] * 3


def test_where_nothing_follows_the_run_is_the_same() -> None:
    run = a_run()
    assert settled(run, at=NOON) is run
    run = with_done(run, "first")
    assert settled(run, at=NOON + timedelta(days=9)) is run
