"""Runs through the functions and the machine as they are deployed: begun by an event, driven, cut off, driven on."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.run_jobs import app as run_jobs
from functions.run_workflow_step import app as run_workflow_step
from shared.control.runs.machines import StepFunctionsMachines
from shared.control.runs.run import Run, Status, StepStatus
from shared.control.runs.starting import start_run
from shared.control.runs.step import Again, Done, StepCall
from shared.control.runs.store import change_run
from shared.control.runs.turning import cancelled, redriven
from shared.runtime import wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.errors import DependencyError, DomainError
from tests.integration.functions.crashes import a_world
from tests.support.aws_calls import Kill, KilledError, watched
from tests.support.builders import a_cause
from tests.support.end_state import end_state
from tests.support.http_events import LambdaContext
from tests.support.in_process import client
from tests.support.machine import FOLDER, FailedError, Machine
from tests.support.pauses import no_pause
from tests.support.queue_events import message_of, queue_batch
from tests.support.travel import Travel
from tests.unit.shared.control.runs.samples import TEXT as SIDE_BY_SIDE
from tests.unit.shared.control.runs.samples import a_workflow

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:timer"
TEXT = """\
name: short
description: One that can be undone, and one that cannot
role: operator
steps:
  - {name: one, does: work, undo: unwork}
  - {name: two, does: work}
"""


class Steps:
    """What each step, or `-step` to undo it, does; done at once where nothing else is said."""

    def __init__(self) -> None:
        self.acts: dict[str, Callable[[StepCall], Any]] = {}
        self.effects: list[str] = []

    def handler(self, sign: str) -> Callable[[], Callable[[StepCall], Done | Again]]:
        def act(call: StepCall) -> Done | Again:
            name = f"{sign}{call.step}"
            came = self.acts[name](call) if name in self.acts else None
            self.effects.append(name)
            return came or Done(output={"by": call.step})

        return lambda: act


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    steps = Steps()
    handlers = {"work": steps.handler(""), "unwork": steps.handler("-")}
    ports = replace(run_workflow_step.ports, handlers=handlers, pause=no_pause, backoff=lambda _: 1.0)
    monkeypatch.setattr(run_workflow_step, "ports", ports)
    machines = StepFunctionsMachines(client("stepfunctions"), MACHINE)
    monkeypatch.setattr(wiring_runs, "machines", lambda: machines)
    return steps


@pytest.fixture
def travel(steps: Steps) -> Iterator[Travel]:
    with a_world() as travel:
        yield travel


def begin(text: str = TEXT) -> Run:
    """Asked for, and its event dealt with as a rule delivers it, twice."""
    run, _ = start_run(
        a_workflow(text),
        scope={"shop": "leeds"},
        parameters={},
        correlation_id="order 7",
        cause=a_cause("key:1"),
        runs=wiring_runs.runs(),
        at=system_clock(),
    )
    created = message_of(next(wiring_runs.runs().events(run.id)))
    for _ in range(2):
        assert run_jobs.handler(queue_batch(created), LambdaContext()) == {"batchItemFailures": []}
    return run


def executions() -> dict[str, Any]:
    """What each machine was started with."""
    states = client("stepfunctions")
    found = states.list_executions(stateMachineArn=MACHINE)["executions"]
    return {
        one["name"]: json.loads(states.describe_execution(executionArn=one["executionArn"])["input"]) for one in found
    }


def drive(run: Run, travel: Travel, number: int = 1, *, is_lost: bool = False) -> Any:
    """Through the machine of this number; `is_lost`: it dies with the function."""

    def wait(seconds: float) -> None:
        travel.go_on(timedelta(seconds=seconds))

    def call(given: dict[str, Any]) -> Any:
        try:
            return run_workflow_step.handler(given, Context())
        except KilledError:
            if is_lost:
                raise
            raise RuntimeError("Lambda.Unknown") from None

    machine = Machine(FOLDER / "run_workflow.asl.json", call=call, wait=wait)
    return machine.run(executions()[f"{run.id}-{number}"])


class Context(LambdaContext):
    def get_remaining_time_in_millis(self) -> int:
        return 120_000


def now(run: Run) -> Run:
    return wiring_runs.runs().get(run.id)


def statuses(run: Run) -> list[StepStatus]:
    return [step.status for step in now(run).steps]


def change(run: Run, change: Callable[[Run], Run]) -> None:
    change_run(run.id, change, runs=wiring_runs.runs(), pause=no_pause, cause=a_cause("key:2"))


def raising(error: Exception) -> Callable[[StepCall], Any]:
    def act(_: StepCall) -> Any:
        raise error

    return act


def test_a_run_begins_with_its_event_and_is_driven_to_its_end(steps: Steps, travel: Travel) -> None:
    run = begin()
    assert executions() == {f"{run.id}-1": {"run_id": run.id, "round": 0}}
    drive(run, travel)
    assert (now(run).status, steps.effects) == (Status.COMPLETED, ["one", "two"])


def test_steps_side_by_side_and_in_parts(steps: Steps, travel: Travel) -> None:
    part = Again(checkpoint={"at": 1}, after=timedelta(seconds=50), progress={"n": 1})
    steps.acts["second"] = lambda call: None if call.checkpoint else part
    run = begin(SIDE_BY_SIDE)
    drive(run, travel)
    assert now(run).status is Status.COMPLETED
    assert steps.effects == ["first", "second", "second", "look", "tell"]
    assert now(run).step("second").progress == {"n": 1}


def test_what_is_busy_is_tried_again_by_the_same_machine(steps: Steps, travel: Travel) -> None:
    tries: list[int] = []

    def busy_at_first(call: StepCall) -> Any:
        tries.append(call.attempt)
        return None if call.attempt == 3 else raising(DependencyError("busy"))(call)

    steps.acts["one"] = busy_at_first
    run = begin()
    drive(run, travel)
    assert (now(run).status, tries) == (Status.COMPLETED, [1, 2, 3])


def test_what_fails_is_taken_back(steps: Steps, travel: Travel) -> None:
    steps.acts["two"] = raising(DomainError("there is no such repository"))
    run = begin()
    drive(run, travel)
    assert (now(run).status, now(run).error) == (Status.COMPENSATED, "two: there is no such repository")
    assert steps.effects == ["one", "-one"]
    assert statuses(run) == [StepStatus.COMPENSATED, StepStatus.FAILED]


def test_what_cannot_be_taken_back_fails_the_machine_and_is_redriven_by_another(steps: Steps, travel: Travel) -> None:
    steps.acts |= {"two": raising(DomainError("no")), "-one": raising(DomainError("gone"))}
    run = begin()
    with pytest.raises(FailedError, match="RunFailed"):
        drive(run, travel)
    assert (now(run).status, statuses(run)[0]) == (Status.FAILED, StepStatus.PARKED)
    del steps.acts["-one"]
    change(run, lambda known: redriven(known, at=system_clock()))
    again = message_of(list(wiring_runs.runs().events(run.id))[-1])
    run_jobs.handler(queue_batch(again), LambdaContext())
    drive(run, travel, 2)
    assert (now(run).status, steps.effects) == (Status.COMPENSATED, ["one", "-one"])


def test_a_run_is_cancelled_on_its_way(steps: Steps, travel: Travel) -> None:
    def cancel_meanwhile(_: StepCall) -> None:
        change(run, lambda known: cancelled(known, "key:2", "not wanted", at=system_clock()))

    steps.acts["one"] = cancel_meanwhile
    run = begin()
    drive(run, travel)
    assert (now(run).status, steps.effects) == (Status.COMPENSATED, ["one", "-one"])
    assert statuses(run) == [StepStatus.COMPENSATED, StepStatus.SKIPPED]


def test_a_function_that_dies_over_a_step_leads_back_to_a_decision(steps: Steps, travel: Travel) -> None:
    """Whoever is called in its place finds the step in hand; it is waited for until the lease ends."""
    deaths = iter((True, False))

    def dies_once(_: StepCall) -> None:
        if next(deaths):
            raise KilledError  # no Exception: nothing in it gets to clean up

    steps.acts["one"] = dies_once
    run = begin()
    drive(run, travel)
    assert (now(run).status, now(run).step("one").tries) == (Status.COMPLETED, 2)
    assert travel.passed > timedelta(seconds=100)


def test_a_function_that_cannot_even_begin_fails_the_machine_and_the_run_goes_on_later(
    steps: Steps, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begin()
    with monkeypatch.context() as patch:
        patch.setattr(run_workflow_step, "decide", raising(RuntimeError("no memory")))
        with pytest.raises(FailedError):
            drive(run, travel)
    travel.go_on(timedelta(hours=1))
    assert run_jobs.handler({"task": "resume-runs"}, LambdaContext()) is None
    drive(run, travel, 2)
    assert now(run).status is Status.COMPLETED


def test_whoever_dies_before_any_write_to_aws_leaves_what_an_undisturbed_run_leaves(steps: Steps) -> None:
    """The machine dies with it; the sweep finds the run, and another one drives it on."""
    steps.acts["two"] = raising(DomainError("no"))

    def attempt(kill: Kill | None) -> list[int]:
        steps.effects.clear()
        with a_world() as travel:
            run = begin()
            with watched(kill) as calls, suppress(KilledError):
                drive(run, travel, is_lost=True)
            if now(run).is_open:
                travel.go_on(timedelta(hours=1))
                run_jobs.handler({"task": "resume-runs"}, LambdaContext())
                drive(run, travel, 2)
            assert set(steps.effects) == {"one", "-one"}, kill
            assert now(run).status is Status.COMPENSATED, kill
            ends.append({key: end for key, end in end_state().items() if key == f"SAGA#{run.id} STATE"})
        return [number for number, call in enumerate(calls) if call.operation == "TransactWriteItems"]

    ends: list[dict[str, Any]] = []
    writes = attempt(None)
    assert len(writes) == 6
    for number in writes:
        attempt((number, "before"))
        assert _lasting(ends[-1]) == _lasting(ends[0]), number


def _lasting(end: dict[str, Any]) -> Any:
    """Less what is of a try, a machine, a moment."""
    of_a_try = {"calls", "tries", "machine", "resumed", "version", "lease_until", "undone_at", "started_at", "ended_at"}

    def less(item: Any) -> Any:
        if isinstance(item, dict):
            return {name: less(value) for name, value in item.items() if name not in of_a_try}
        return [less(one) for one in item] if isinstance(item, list) else item

    return less(end)
