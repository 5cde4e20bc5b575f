"""A run from beginning to end, and back."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from functions.run_workflow_step.service import MOST_ROUNDS
from functions.run_workflow_step.working import MARGIN, SAVED_EVERY
from shared.control.runs.json_values import MOST_OUTPUT_BYTES
from shared.control.runs.run import Status
from shared.control.runs.settling import STOPPED
from shared.control.runs.step import Again, Done
from shared.runtime.errors import ConflictError, DependencyError, NotFoundError
from shared.runtime.http import ServiceError, Verdict
from shared.runtime.redaction import BLOT
from tests.support.builders import NOON
from tests.unit.functions.run_workflow_step.world import PROCESS, World, again, busy, wrong
from tests.unit.shared.control.runs.samples import a_workflow


@pytest.fixture
def world() -> World:
    world = World()
    world.start()
    return world


def alone(**step: Any) -> World:
    """A run of one step."""
    said = "".join(f", {name}: {value}" for name, value in step.items())
    text = f"name: alone\ndescription: d\nrole: operator\nsteps:\n  - {{name: one, does: work, undo: unwork{said}}}\n"
    world = World(a_workflow(text))
    world.start()
    return world


def test_all_steps_are_done_in_their_order(world: World) -> None:
    assert world.drive() == "done"
    assert world.steps.effects == ["first", "second", "look", "tell"]
    assert (world.now().status, set(world.statuses().values())) == (Status.COMPLETED, {"completed"})
    assert world.types() == ["created", "started", *["step_started", "step_completed"] * 4, "completed"]


def test_a_step_is_told_all_it_has_to_know(world: World) -> None:
    world.drive()
    _, call = world.steps.calls[-1]
    started = next(event for event in world.events() if event.data.get("step") == "tell")
    assert (call.run_id, call.workflow, call.step, call.attempt) == (world.id, "tidy-up", "tell", 1)
    assert (call.scope, call.checkpoint) == ({"shop": "leeds"}, {})
    assert call.outputs == {name: {"by": name} for name in ("first", "second", "look")}
    assert call.parameters == {"sources": ["github"], "rate": 50}
    assert (call.cause.correlation_id, call.cause.causation_id) == ("order 7", started.id)
    assert call.cause.actor == "workflow:tidy-up"


def test_a_step_s_constants_stand_over_the_parameters(world: World) -> None:
    world.drive()
    assert world.steps.calls[0][1].parameters == {"sources": ["github"], "rate": 50, "source": "github"}


@pytest.mark.parametrize(("lease", "until"), [(60, 60), (120, 120), (900, 120)])
def test_a_step_has_the_time_of_its_lease_and_of_its_process(lease: int, until: int) -> None:
    world = alone(lease_seconds=lease)
    world.drive()
    assert world.steps.calls[0][1].until == NOON + timedelta(seconds=until) - MARGIN


def test_timings_are_those_of_the_clock(world: World) -> None:
    world.steps.takes = 3
    world.clock.put_on(seconds=10)
    world.drive()
    run = world.now()
    assert (run.created_at, run.started_at, run.seconds) == (NOON, NOON + timedelta(seconds=10), 22)
    assert run.step("second").started_at == NOON + timedelta(seconds=13)
    assert run.step("second").ended_at == NOON + timedelta(seconds=16)
    said = [event.data["seconds"] for event in world.events() if event.type == "saga.step_completed"]
    assert said == [3, 3, 3, 3]


# going on


def test_what_is_done_in_part_goes_on_in_the_same_process_and_is_saved_now_and_then() -> None:
    world = alone()
    world.steps.takes = 4
    world.steps.will["one"] = [again(number, n=number) for number in range(1, 9)]
    assert world.drive() == "done"
    assert [call.checkpoint.get("at") for _, call in world.steps.calls] == [None, *range(1, 9)]
    saved = [event for event in world.events() if event.type == "saga.progressed"]
    assert [event.data["progress"] for event in saved] == [{"n": 3}, {"n": 6}]
    assert all(later.time - earlier.time >= SAVED_EVERY for earlier, later in pairwise(saved))
    assert (world.now().step("one").calls, world.now().step("one").checkpoint) == (1, {})


def test_a_short_while_is_waited_for_in_the_same_process_and_a_long_one_by_the_machine() -> None:
    world = alone()
    world.steps.will["one"] = [again(1, seconds=2), again(2, seconds=40)]
    assert world.do("one") == "continued"
    assert world.paused == [2]
    step = world.now().step("one")
    assert (step.checkpoint, step.not_before) == ({"at": 2}, world.clock() + timedelta(seconds=40))
    assert world.decide() == {"run_id": world.id, "round": 1, "next": "wait", "steps": [], "seconds": 30}
    world.drive()
    assert [call.attempt for _, call in world.steps.calls] == [1, 1, 1]


def test_when_the_time_is_up_the_next_process_goes_on() -> None:
    world = alone()
    world.steps.takes = 30
    world.steps.will["one"] = [again(number) for number in range(1, 9)]
    assert world.do("one") == "continued"
    assert len(world.steps.calls) == 4
    assert world.now().step("one").checkpoint == {"at": 4}
    assert world.decide()["steps"] == ["one"]
    assert world.drive() == "done"
    assert world.now().step("one").calls == 3


def test_who_is_in_trouble_after_a_part_was_done_does_not_do_that_part_again() -> None:
    world = alone()
    world.steps.will["one"] = [again(1, n=1), busy()]
    assert world.do("one") == "retried"
    step = world.now().step("one")
    assert (step.checkpoint, step.error, step.tries) == ({"at": 1}, "github: 503 busy", 1)
    assert world.types()[-2:] == ["progressed", "step_retried"]


def test_who_wants_to_go_on_from_where_they_were_does_not_get_on() -> None:
    world = alone(attempts=2)
    world.steps.will["one"] = [again(1), again(1), again(1)]
    world.drive()
    assert (world.now().status, world.now().step("one").error) == (Status.COMPENSATED, "StandstillError")


def test_who_waits_for_something_may_come_again_and_again() -> None:
    world = alone(attempts=2)
    world.steps.will["one"] = [again(1, seconds=15) for _ in range(20)]
    assert world.drive() == "done"
    assert world.now().step("one").tries == 1


# trouble


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (busy(), "github: 503 busy"),
        (ConflictError("somebody was faster"), "somebody was faster"),
        (ServiceError("jira", Verdict.RETRY_AFTER, "429 slow down", retry_after=50), "jira: 429 slow down"),
        (ServiceError("jira", Verdict.RETRY_BACKOFF, "500 token=abc123 is odd"), f"jira: 500 token={BLOT} is odd"),
        (KeyError("a secret"), "KeyError"),
        (ConflictError(), "ConflictError"),
        (DependencyError("x" * 900), "x" * 300),
    ],
)
def test_trouble_that_may_pass_is_tried_again_as_often_as_it_may(trouble: Exception, said: str) -> None:
    world = alone()
    world.steps.will["one"] = [trouble] * 3
    world.drive()
    assert [call.attempt for _, call in world.steps.calls[:-1]] == [1, 2, 3]
    assert (world.now().status, world.now().error) == (Status.COMPENSATED, f"one: {said}")
    assert world.steps.effects == ["-one"]  # nobody knows whether something was done


def test_trouble_that_passes_is_forgotten() -> None:
    world = alone()
    world.steps.will["one"] = [busy(), busy()]
    assert world.drive() == "done"
    step = world.now().step("one")
    assert (step.error, step.tries) == (None, 3)


def test_it_is_waited_longer_each_time_and_as_long_as_the_service_wants() -> None:
    world = alone(attempts=4)
    world.steps.takes = 0
    later = ServiceError("jira", Verdict.RETRY_AFTER, "429", retry_after=25)
    world.steps.will["one"] = [busy(), busy(), later]
    world.drive()
    times = [event.time for event in world.events() if event.type == "saga.step_started"]
    assert [(b - a).total_seconds() for a, b in pairwise(times)] == [2, 4, 25]


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (wrong(), "there is no such repository"),
        (Done(output={"x": "x" * MOST_OUTPUT_BYTES}), "output: at most 8,192 bytes as JSON"),
        (Done(output={"x": 0.5}), "output.x: text, a whole number, true, false or nothing; fractions go as text"),
        (Again(checkpoint={"x": b"x"}), "checkpoint.x: text, a whole number, true, false or nothing; fractions go as"),
        (Again(checkpoint={"x": 1}, progress={"x": "x" * 1_024}), "progress: at most 1,024 bytes as JSON"),
    ],
)
def test_what_will_be_as_wrong_the_next_time_is_not_tried_again(trouble: Any, said: str) -> None:
    world = alone()
    world.steps.will["one"] = [trouble]
    world.drive()
    step = world.now().step("one")
    assert (step.calls, (step.error or "")[: len(said)]) == (2, said)
    assert world.now().status is Status.COMPENSATED


def test_a_step_that_nobody_can_do_has_failed() -> None:
    world = World(a_workflow("name: w\ndescription: d\nrole: admin\nsteps:\n  - {name: one, does: magic}\n"))
    world.start()
    assert world.drive() == "done"
    assert world.now().error == "one: there is nobody who can do this"


def test_what_is_no_answer_is_a_fault_of_ours() -> None:
    world = alone(attempts=1)
    world.steps.will["one"] = [lambda: AssertionError("secret")]
    world.drive()
    assert world.now().error == "one: AssertionError"


# going back


def test_what_was_done_is_undone_in_the_opposite_order(world: World) -> None:
    world.steps.will["tell"] = [wrong()]
    assert world.drive() == "done"
    assert world.steps.effects == ["first", "second", "look", "-tell", "-second", "-first"]
    assert world.statuses() == dict.fromkeys(("first", "second", "tell"), "compensated") | {"look": "completed"}
    assert world.types()[-9:] == [
        "step_failed",
        "compensating",
        *["step_started", "step_compensated"] * 3,
        "compensated",
    ]


def test_who_undoes_a_step_is_told_what_it_gave() -> None:
    world = alone()
    world.do("one")
    assert world.now().status is Status.COMPLETED
    world = World()
    world.start()
    world.steps.will["first"] = [Done(output={"page": "7"})]
    world.steps.will["second"] = [wrong()]
    world.drive()
    (undone,) = [call for name, call in world.steps.calls if name == "-first"]
    assert (undone.outputs, undone.checkpoint) == ({"first": {"page": "7"}}, {})
    assert undone.parameters["source"] == "github"


def test_who_undoes_a_step_that_was_not_done_is_told_how_far_it_had_come() -> None:
    world = alone()
    world.steps.will["one"] = [again(4), wrong()]
    world.steps.will["-one"] = [again(9, seconds=60), busy()]
    world.drive()
    undone = [call for name, call in world.steps.calls if name == "-one"]
    assert [call.outputs["one"] for call in undone] == [{"at": 4}] * 3
    assert [call.checkpoint for call in undone] == [{}, {"at": 9}, {"at": 9}]
    assert [call.attempt for call in undone] == [1, 1, 2]


def test_a_cancelled_run_ends_taken_back_and_its_step_in_hand_ends_first(world: World) -> None:
    def cancel_meanwhile() -> Done:
        world.cancel()
        return Done(output={"n": 1})

    world.steps.will["second"] = [cancel_meanwhile]
    assert world.drive() == "done"
    assert world.steps.effects == ["first", "second", "-second", "-first"]
    run = world.now()
    assert (run.status, run.cancelled_by, run.error) == (Status.COMPENSATED, "key:2", "cancelled: not wanted")
    assert run.step("second").output == {"n": 1}
    assert [world.statuses()[name] for name in ("look", "tell")] == ["skipped", "skipped"]


def test_a_step_that_goes_on_hears_that_the_run_is_cancelled_when_it_is_saved() -> None:
    world = alone()
    world.steps.takes = 6

    def cancel_meanwhile() -> Again:
        world.cancel()
        return again(1)

    world.steps.will["one"] = [cancel_meanwhile, again(2), again(3)]
    assert world.do("one") == "failed"
    assert world.now().step("one").checkpoint == {"at": 2}
    assert world.drive() == "done"
    assert world.steps.effects == ["one…", "one…", "-one"]
    assert world.now().step("one").error == STOPPED


def test_who_is_in_trouble_in_a_run_that_was_cancelled_is_heard_once() -> None:
    world = alone()

    def cancel_meanwhile() -> Again:
        world.cancel()
        return again(1)

    world.steps.will["one"] = [cancel_meanwhile, busy()]
    assert world.do("one") == "failed"
    assert (world.now().step("one").checkpoint, world.now().step("one").error) == ({"at": 1}, STOPPED)


def test_what_cannot_be_undone_is_parked_and_redriven(world: World) -> None:
    world.steps.will["look"] = [wrong()]
    world.steps.will["-second"] = [busy()] * 2
    assert world.drive() == "failed"
    assert (world.now().status, world.statuses()["second"], world.statuses()["first"]) == (
        Status.FAILED,
        "parked",
        "compensated",
    )
    assert world.types()[-4:] == ["parked", "step_started", "step_compensated", "failed"]
    world.redrive()
    assert world.drive() == "done"
    assert (world.now().status, world.statuses()["second"]) == (Status.COMPENSATED, "compensated")
    assert world.steps.effects[-2:] == ["-first", "-second"]


# machines


def test_two_machines_do_no_step_twice(world: World) -> None:
    seen = world.decide()["steps"]
    outcomes = [world.do(name) for name in (*seen, *seen)]
    assert outcomes == ["completed", "completed", "not due", "not due"]
    assert world.steps.effects == ["first", "second"]


def test_a_step_in_the_hands_of_one_machine_is_left_alone_by_another(world: World) -> None:
    outcomes = []

    def meanwhile() -> Done:
        outcomes.append(world.do("first"))
        return Done()

    world.steps.will["first"] = [meanwhile]
    assert world.do("first") == "completed"
    assert outcomes == ["not due"]


def test_who_comes_back_after_their_lease_to_what_somebody_else_has_done_is_not_heard() -> None:
    world = alone()

    def sleep_on() -> Done:
        world.clock.put_on(seconds=121)
        assert world.do("one") == "completed"
        return Done(output={"n": "late"})

    world.steps.will["one"] = [sleep_on]
    assert world.do("one") == "lost"
    assert world.now().step("one").output == {"by": "one"}
    assert world.types().count("step_completed") == 1


def test_a_machine_whose_history_is_full_ends_and_the_sweep_starts_another_one(world: World) -> None:
    assert world.decide(MOST_ROUNDS)["next"] == "done"
    assert world.now().is_open
    world.clock.put_on(seconds=600)
    assert world.sweep() == (world.id,)
    assert world.machines.started == [f"{world.id}-2"]
    assert world.drive() == "done"
    assert world.now().status is Status.COMPLETED
    assert world.decide(MOST_ROUNDS)["next"] == "done"


def test_of_a_run_or_step_that_is_not_there_nothing_is_said(world: World) -> None:
    with pytest.raises(NotFoundError):
        world.do("nobody")
    world.id = "0" * 32
    with pytest.raises(NotFoundError):
        world.decide()


def test_the_process_has_time_left_for_what_came_of_it() -> None:
    assert timedelta(0) < MARGIN < PROCESS / 10
