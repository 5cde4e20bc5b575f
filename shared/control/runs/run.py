"""A run of a workflow, its steps, and what may follow what: a table with a row for every status of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.ledger.envelope import Cause, Fact
from shared.runtime.errors import IllegalTransitionError, NotFoundError


class Status(StrEnum):
    """Of a run."""

    PENDING = "pending"
    RUNNING = "running"
    COMPENSATING = "compensating"  # a step has failed, or somebody has cancelled it: what was done is taken back
    COMPLETED = "completed"
    COMPENSATED = "compensated"  # what was done, and can be taken back, is
    FAILED = "failed"  # something could not be taken back, and waits for a person


class StepStatus(StrEnum):
    PENDING = "pending"
    RUNNING = "running"  # has begun: it is in hand, or waits to be tried again, or to go on
    COMPLETED = "completed"
    FAILED = "failed"  # or was stopped on its way
    COMPENSATING = "compensating"
    COMPENSATED = "compensated"
    PARKED = "parked"  # could not be taken back
    SKIPPED = "skipped"  # had not begun when the run turned back


TRANSITIONS: Final[Mapping[Status, tuple[Status, ...]]] = {
    Status.PENDING: (Status.RUNNING, Status.COMPENSATING),
    Status.RUNNING: (Status.COMPLETED, Status.COMPENSATING),
    Status.COMPENSATING: (Status.COMPENSATED, Status.FAILED),
    Status.COMPLETED: (),
    Status.COMPENSATED: (),
    Status.FAILED: (Status.COMPENSATING,),
}
STEP_TRANSITIONS: Final[Mapping[StepStatus, tuple[StepStatus, ...]]] = {
    StepStatus.PENDING: (StepStatus.RUNNING, StepStatus.SKIPPED),
    StepStatus.RUNNING: (StepStatus.COMPLETED, StepStatus.FAILED),
    StepStatus.COMPLETED: (StepStatus.COMPENSATING,),
    StepStatus.FAILED: (StepStatus.COMPENSATING,),
    StepStatus.COMPENSATING: (StepStatus.COMPENSATED, StepStatus.PARKED),
    StepStatus.COMPENSATED: (),
    StepStatus.PARKED: (StepStatus.COMPENSATING,),
    StepStatus.SKIPPED: (),
}
OPEN: Final = (Status.PENDING, Status.RUNNING, Status.COMPENSATING)
ENDED: Final = tuple(status for status in Status if status not in OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Planned as the workflow's file said when the run began; JSON values in all mappings."""

    name: str
    does: str  # a handler's name
    undo: str | None = None  # another's, which takes back what this one did
    after: tuple[str, ...] = ()  # steps that come before it
    constants: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 3  # in a row without getting on
    lease: timedelta = timedelta(seconds=120)
    status: StepStatus = StepStatus.PENDING
    calls: int = 0  # how often it was taken in hand, to do or to undo it: who has it knows the number
    tries: int = 0  # of these the last ones, since it got on
    lease_until: datetime | None = None  # in hand until then
    not_before: datetime | None = None
    checkpoint: Mapping[str, Any] = field(default_factory=dict)
    undo_checkpoint: Mapping[str, Any] = field(default_factory=dict)
    progress: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    undo_error: str | None = None
    ended: int | None = None  # its place among those that have ended
    started_at: datetime | None = None
    ended_at: datetime | None = None
    undone_at: datetime | None = None

    def moved(self, target: StepStatus, **changes: Any) -> "Step":
        """Raises IllegalTransitionError."""
        if target not in STEP_TRANSITIONS[self.status]:
            raise IllegalTransitionError(f"step {self.name} is {self.status}, and cannot become {target}")
        return replace(self, status=target, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Which is a saga: either all of its steps are done, or what was done is taken back."""

    id: str  # 32 hex digits
    workflow: str
    scope: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...]
    status: Status = Status.PENDING
    correlation_id: str
    trace_id: str
    created_by: str  # an actor
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    error: str | None = None  # why it has turned back
    cancelled_by: str | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    redrive_of: str | None = None  # the run that this one tries once more
    machine: int = 1  # the number of the machine that drives it
    resumed: int = 0  # how often somebody had to start it anew since it got on
    changed_at: datetime
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def seconds(self) -> int | None:
        """How long it took, from when it was asked for; None while it is open."""
        return max(int((self.ended_at - self.created_at).total_seconds()), 0) if self.ended_at else None

    def step(self, name: str) -> Step:
        """Raises NotFoundError."""
        for step in self.steps:
            if step.name == name:
                return step
        raise NotFoundError(f"run {self.id} has no step {name[:100]}")

    def cause(self) -> Cause:
        """Of what happens by itself in its course."""
        return Cause(
            actor=f"workflow:{self.workflow}",
            trace_id=self.trace_id,
            correlation_id=self.correlation_id,
            causation_id=f"saga:{self.id}:{self.version}" if self.version else None,
        )

    def with_step(self, changed: Step) -> "Run":
        return replace(self, steps=tuple(changed if step.name == changed.name else step for step in self.steps))

    def told(self, what: str, *, at: datetime, **data: Any) -> "Run":
        """With the fact that something has happened to it."""
        fact = Fact(type=f"saga.{what}", time=at, data={"workflow": self.workflow, **data})
        return replace(self, changed_at=at, facts=(*self.facts, fact))

    def moved(self, target: Status, what: str, *, at: datetime, **data: Any) -> "Run":
        """Raises IllegalTransitionError."""
        if target not in TRANSITIONS[self.status]:
            raise IllegalTransitionError(f"run {self.id} is {self.status}, and cannot become {target}")
        return replace(self, status=target).told(what, at=at, **data)
