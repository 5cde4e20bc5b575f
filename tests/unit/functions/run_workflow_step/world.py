"""The surroundings of a run in memory: a ledger whose process may die, machines, and steps that do as they are told."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from functions.run_workflow_step.ports import Ports
from functions.run_workflow_step.service import decide, do_step
from shared.control.runs.machines import MemoryMachines
from shared.control.runs.resuming import resume_runs
from shared.control.runs.run import Run
from shared.control.runs.starting import start_run
from shared.control.runs.step import Again, Done, StepCall, StepHandler
from shared.control.runs.store import LedgerRuns, change_run
from shared.control.runs.turning import cancelled, redriven
from shared.control.runs.workflow import Workflow
from shared.ledger.envelope import Event
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import DependencyError, DomainError
from tests.support.builders import a_cause
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock
from tests.unit.shared.control.runs.samples import a_workflow

PROCESS: Final = timedelta(seconds=120)  # how long a call of the function may take
MOST: Final = 250  # rounds of one machine


class KilledError(BaseException):
    """The process is gone. Not an Exception: nothing in it gets to clean up."""


class MortalLedger(MemoryLedger):
    """Its process dies before or after the write of this number, once."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0
        self.kill: tuple[int, str] | None = None

    def commit(self, change: Change) -> None:
        number, self.writes = self.writes, self.writes + 1
        if self.kill == (number, "before"):
            raise KilledError
        super().commit(change)
        if self.kill == (number, "after"):
            raise KilledError


@dataclass
class Steps:
    """`will` says what a step, or `-step` to undo it, does in its next calls: by default it is done at once.

    What it `always` does it does each time. `effects` has what was done and undone, in order: also where nobody heard.
    """

    clock: HeldClock
    will: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    always: dict[str, Callable[[StepCall], Any]] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    calls: list[tuple[str, StepCall]] = field(default_factory=list)
    under_way: list[StepCall] = field(default_factory=list)
    seen_by: Callable[[StepCall], None] = lambda _: None  # looks at each call as it begins
    takes: float = 1.0  # seconds that a call takes

    def handlers(self) -> Mapping[str, Callable[[], StepHandler]]:
        return {"work": lambda: self._do, "unwork": lambda: self._undo}

    def _do(self, call: StepCall) -> Done | Again:
        return self._act(call.step, call)

    def _undo(self, call: StepCall) -> Done | Again:
        return self._act(f"-{call.step}", call)

    def _act(self, name: str, call: StepCall) -> Done | Again:
        self.seen_by(call)
        self.under_way.append(call)
        try:
            return self._come_of(name, call)
        finally:
            self.under_way.remove(call)

    def _come_of(self, name: str, call: StepCall) -> Done | Again:
        self.clock.put_on(seconds=self.takes)
        self.calls.append((name, call))
        act = self.will[name].pop(0) if self.will[name] else self._usual(name, call)
        if callable(act):
            act = act()
        if isinstance(act, BaseException):
            raise act
        self.effects.append(name if isinstance(act, Done) else f"{name}…")
        assert isinstance(act, Done | Again)
        return act

    def _usual(self, name: str, call: StepCall) -> Any:
        act = self.always[name](call) if name in self.always else None
        return Done(output={"by": call.step}) if act is None else act


class World:
    def __init__(self, workflow: Workflow | None = None) -> None:
        self.clock = HeldClock()
        self.ledger = MortalLedger()
        self.runs = LedgerRuns(self.ledger)
        self.steps = Steps(self.clock)
        self.machines = MemoryMachines()
        self.workflow = workflow or a_workflow()
        self.paused: list[float] = []
        self.ports = Ports(
            runs=self.runs,
            handlers=self.steps.handlers(),
            clock=self.clock,
            pause=self.pause,
            backoff=lambda tries: 2.0**tries,
        )
        self.id = ""

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.clock.put_on(seconds=seconds)

    # what people do

    def start(self, correlation_id: str = "order 7") -> Run:
        run, _ = start_run(
            self.workflow,
            scope={"shop": "leeds"},
            parameters={},
            correlation_id=correlation_id,
            cause=a_cause("key:1"),
            runs=self.runs,
            at=self.clock(),
        )
        self.id = run.id
        return run

    def cancel(self) -> None:
        """Raises IllegalTransitionError."""
        self._change(lambda run: cancelled(run, "key:2", "not wanted", at=self.clock()))

    def redrive(self) -> None:
        """Raises IllegalTransitionError."""
        self._change(lambda run: redriven(run, at=self.clock()))

    def _change(self, change: Callable[[Run], Run]) -> None:
        change_run(self.id, change, runs=self.runs, pause=self.pause, cause=a_cause("key:2"))

    # what machines do

    def decide(self, number: int = 0) -> dict[str, Any]:
        return decide(self.id, number, ports=self.ports)

    def do(self, name: str) -> str:
        """In a word, what came of it: also where its process dies."""
        try:
            return str(do_step(self.id, name, ends=self.clock() + PROCESS, ports=self.ports)["outcome"])
        except KilledError:
            return "killed"

    def drive(self) -> str:
        """As the machine does, until it ends: `done` or `failed`. Of steps side by side one comes after the other."""
        for number in range(MOST):
            try:
                what = self.decide(number)
            except KilledError:
                continue
            if what["next"] in ("done", "failed"):
                return str(what["next"])
            for name in what["steps"]:
                self.do(name)
            self.clock.put_on(seconds=what["seconds"])
        raise AssertionError(f"it goes on and on: {self.types()[-20:]}")

    def sweep(self) -> tuple[str, ...]:
        return resume_runs(runs=self.runs, machines=self.machines, clock=self.clock, pause=no_pause).resumed

    # what is to be seen

    def now(self) -> Run:
        return self.runs.get(self.id)

    def events(self) -> list[Event]:
        return list(self.runs.events(self.id))

    def types(self) -> list[str]:
        return [event.type.removeprefix("saga.") for event in self.events()]

    def statuses(self) -> dict[str, str]:
        return {step.name: str(step.status) for step in self.now().steps}


def again(checkpoint: int, seconds: float = 0, **progress: Any) -> Again:
    return Again(checkpoint={"at": checkpoint}, after=timedelta(seconds=seconds), progress=progress)


def busy() -> DependencyError:
    return DependencyError("github: 503 busy")


def wrong() -> DomainError:
    return DomainError("there is no such repository")
