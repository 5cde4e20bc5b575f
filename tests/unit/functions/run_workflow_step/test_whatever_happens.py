"""Whatever happens, in whatever order: no step twice, none before its time, and back in just the opposite order."""

from collections import Counter
from contextlib import suppress
from functools import partial
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from functions.run_workflow_step.service import MOST_ROUNDS
from shared.control.runs.deciding import next_to_undo
from shared.control.runs.run import ENDED, TRANSITIONS, Run, Status, StepStatus
from shared.control.runs.step import Done, StepCall
from shared.control.runs.workflow import Workflow
from shared.runtime.auth import Role
from shared.runtime.errors import IllegalTransitionError
from tests.unit.functions.run_workflow_step.world import KilledError, World, again, busy, wrong
from tests.unit.shared.control.runs.samples import a_step

LEADS_TO = {
    "created": Status.PENDING,
    "started": Status.RUNNING,
    "compensating": Status.COMPENSATING,
    "completed": Status.COMPLETED,
    "compensated": Status.COMPENSATED,
    "failed": Status.FAILED,
    "redriven": Status.COMPENSATING,
}
IN_STEPS: dict[Status, set[StepStatus]] = {
    Status.PENDING: {StepStatus.PENDING},
    Status.RUNNING: {StepStatus.PENDING, StepStatus.RUNNING, StepStatus.COMPLETED},
    Status.COMPLETED: {StepStatus.COMPLETED},
    Status.COMPENSATING: set(StepStatus) - {StepStatus.PENDING},
    Status.COMPENSATED: {StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.COMPENSATED, StepStatus.SKIPPED},
    Status.FAILED: {*StepStatus} - {StepStatus.PENDING, StepStatus.RUNNING, StepStatus.COMPENSATING},
}
FATES = st.sampled_from(
    ("done", "part", "wait", "busy", "wrong", "fault", "slow", "contested", "late", "cancelled", "killed")
)
MOST_STEPS = 4


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    steps: list[Any] = []
    for number in range(draw(st.integers(2, MOST_STEPS))):
        names = [step.name for step in steps]
        steps.append(
            a_step(
                f"s{number}",
                undo=draw(st.sampled_from(("unwork", "unwork", None))),
                after=tuple(draw(st.lists(st.sampled_from(names), unique=True)) if names else ()),
                attempts=draw(st.integers(1, 3)),
            )
        )
    return Workflow(name="w", description="d", role=Role.ADMIN, steps=tuple(steps))


class Running(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.decided: list[str] = []  # steps that some machine has been told to run

    @initialize(workflow=workflows())
    def somebody_starts_a_run(self, workflow: Workflow) -> None:
        self.world = World(workflow)
        self.world.steps.seen_by = self._begins
        self.world.start()

    def _begins(self, call: StepCall) -> None:
        """Looked at from within a step: it is in hand, and its turn it is."""
        run = self.world.now()
        step = run.step(call.step)
        if step.status is StepStatus.COMPENSATING:
            assert step == next_to_undo(run)
            assert all(other.until <= self.world.clock() for other in self.world.steps.under_way)
        elif step.status is StepStatus.RUNNING:  # else it comes back late, and is not heard
            assert all(run.step(name).status is StepStatus.COMPLETED for name in step.after)

    @rule(is_worn_out=st.integers(0, 9))
    def a_machine_decides(self, is_worn_out: int) -> None:
        self.decided += self.world.decide(0 if is_worn_out else MOST_ROUNDS)["steps"]

    @rule(data=st.data(), stays=st.booleans(), fates=st.lists(FATES, max_size=3))
    def a_step_has_its_fate(self, data: st.DataObject, stays: bool, fates: list[str]) -> None:
        """`stays`: another machine was told to run it as well."""
        if not self.decided:
            self.decided += self.world.decide()["steps"]
        if self.decided:
            name = data.draw(st.sampled_from(self.decided))
            if not stays:
                self.decided.remove(name)
            is_undo = self.world.now().status is Status.COMPENSATING
            self.world.steps.will[f"-{name}" if is_undo else name] = [self._fate(fate, name) for fate in fates]
            self._do(name)

    @rule(number=st.integers(1, 3))
    def a_machine_runs(self, number: int) -> None:
        """For some rounds."""
        for _ in range(number):
            what = self.world.decide()
            for name in what["steps"]:
                self._do(name)
            self.world.clock.put_on(seconds=what["seconds"])

    def _do(self, name: str) -> str:
        """What is in hand, or has to wait, is left alone."""
        before = self.world.now().step(name)
        moments = [moment for moment in (before.lease_until, before.not_before) if moment]
        has_to_wait = any(moment > self.world.clock() for moment in moments)
        outcome = self.world.do(name)
        assert outcome == "not due" or not has_to_wait
        return outcome

    def _fate(self, fate: str, name: str) -> Any:
        at = len(self.world.steps.calls)
        fates = {"done": Done(), "part": again(at), "wait": again(at, seconds=60), "busy": busy(), "wrong": wrong()}
        acts = {"slow": self._slow, "killed": self._killed, "fault": lambda: ValueError("secret")}
        with_others = {"contested": self._contested, "late": self._late, "cancelled": self._cancelled}
        others = {known: partial(act, name) for known, act in with_others.items()}
        return (fates | acts | others)[fate]

    def _slow(self) -> Done:
        """Slower than its lease."""
        self.world.clock.put_on(seconds=130)
        return Done()

    def _killed(self) -> Done:
        raise KilledError

    def _contested(self, name: str) -> Done:
        """Another machine is at it meanwhile."""
        for due in (name, *self.world.decide()["steps"]):
            self._do(due)
        return Done()

    def _late(self, name: str) -> Done:
        self._slow()
        return self._contested(name)

    def _cancelled(self, name: str) -> Done:
        self.somebody_cancels_it()
        return self._contested(name)

    @rule(moment=st.sampled_from(("before", "after")))
    def a_process_dies_at_its_next_write(self, moment: str) -> None:
        self.world.ledger.kill = (self.world.ledger.writes, moment)
        with suppress(KilledError):
            self.decided += self.world.decide()["steps"]
            for name in list(self.decided):
                self._do(name)
        self.world.ledger.kill = None

    @rule(seconds=st.sampled_from((1, 31, 125, 400, -20)))
    def time_passes(self, seconds: int) -> None:
        """Or a clock is put right."""
        self.world.clock.put_on(seconds=seconds)

    @rule()
    def somebody_cancels_it(self) -> None:
        with suppress(IllegalTransitionError):
            self.world.cancel()

    @rule()
    def somebody_redrives_it(self) -> None:
        with suppress(IllegalTransitionError):
            self.world.redrive()

    @rule()
    def it_is_swept(self) -> None:
        self.world.sweep()

    @invariant()
    def the_record_does_not_contradict_itself(self) -> None:
        if not self.is_there:
            return
        run = self.world.now()
        assert {step.status for step in run.steps} <= IN_STEPS[run.status]
        assert (run.status in ENDED) == (run.ended_at is not None)
        assert (run.status is Status.FAILED) == (run.status in ENDED and _count(run, StepStatus.PARKED) > 0)
        undoing = [step for step in run.steps if step.status is StepStatus.COMPENSATING and step.lease_until]
        in_hand = [step for step in run.steps if step.lease_until]
        assert len(undoing) <= 1
        assert not undoing or in_hand == undoing
        assert run.status not in ENDED or not in_hand

    @invariant()
    def the_events_tell_the_same_as_the_record(self) -> None:
        if not self.is_there:
            return
        status = None
        for number, event in enumerate(self.world.events(), start=1):
            assert event.version == number
            target = LEADS_TO.get(event.type.removeprefix("saga."))
            if target is not None:
                assert (status is None and number == 1) or (status and target in TRANSITIONS[status])
                status = target
        assert status is self.world.now().status

    @invariant()
    def each_step_is_done_and_undone_once(self) -> None:
        if not self.is_there:
            return
        told = Counter((event.type, event.data.get("step")) for event in self.world.events())
        begun = Counter(
            ("-" if event.data["undo"] else "") + event.data["step"]
            for event in self.world.events()
            if event.type == "saga.step_started"
        )
        for step in self.world.now().steps:
            assert told["saga.step_completed", step.name] + told["saga.step_failed", step.name] <= 1
            assert told["saga.step_compensated", step.name] == int(step.status is StepStatus.COMPENSATED)
            assert step.calls == begun[step.name] + begun[f"-{step.name}"]
            for name in (step.name, f"-{step.name}"):
                assert self.world.steps.effects.count(name) <= begun[name]
            if told["saga.step_completed", step.name]:
                assert step.name in self.world.steps.effects
            if step.status is StepStatus.COMPENSATED:
                assert f"-{step.name}" in self.world.steps.effects

    @invariant()
    def it_goes_back_in_just_the_opposite_order(self) -> None:
        if not self.is_there:
            return
        ended: list[str] = []
        undone: list[str] = []
        for event in self.world.events():
            if event.type in ("saga.step_completed", "saga.step_failed"):
                ended.append(event.data["step"])
            elif event.type == "saga.redriven":
                undone = []  # what is parked has another turn
            elif event.type == "saga.step_started" and event.data["undo"]:
                undone = list(dict.fromkeys([*undone, event.data["step"]]))
            assert undone == [name for name in reversed(ended) if name in undone]

    def teardown(self) -> None:
        """All is well again: it ends, and what can be taken back is."""
        if not self.is_there:
            return
        self.world.steps.will.clear()
        self.world.clock.put_on(seconds=3_600)
        self.world.sweep()
        if self.world.drive() == "failed":  # the last attempts were those of the dead
            self.world.redrive()
            assert self.world.drive() == "done"
        run = self.world.now()
        assert run.status in (Status.COMPLETED, Status.COMPENSATED)
        if run.status is Status.COMPENSATED:
            left = {step.status for step in run.steps if step.undo}
            assert left <= {StepStatus.COMPENSATED, StepStatus.SKIPPED}
        self.the_record_does_not_contradict_itself()
        self.the_events_tell_the_same_as_the_record()
        self.each_step_is_done_and_undone_once()
        self.it_goes_back_in_just_the_opposite_order()

    @property
    def is_there(self) -> bool:
        return hasattr(self, "world")


def _count(run: Run, status: StepStatus) -> int:
    return sum(step.status is status for step in run.steps)


Running.TestCase.settings = settings(derandomize=True, deadline=None, max_examples=100, stateful_step_count=25)
TestWhateverHappens = Running.TestCase
