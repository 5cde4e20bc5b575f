"""What is answered about workflows and their runs."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from shared.control.runs.parameter import Kind, Parameter
from shared.control.runs.run import Run, Status, Step, StepStatus
from shared.control.runs.stats import Stats
from shared.control.runs.taking import seconds_of
from shared.control.runs.workflow import Workflow
from shared.ledger.envelope import Event, to_detail
from shared.runtime.auth import Role


class ParameterView(BaseModel):
    type: Kind
    of: Kind | None
    description: str
    minimum: str | None
    maximum: str | None
    allowed: list[Any]
    default: Any
    required: bool

    @classmethod
    def of_parameter(cls, parameter: Parameter) -> "ParameterView":
        return cls(
            type=parameter.kind,
            of=parameter.of,
            description=parameter.description,
            minimum=None if parameter.minimum is None else format(parameter.minimum, "f"),
            maximum=None if parameter.maximum is None else format(parameter.maximum, "f"),
            allowed=list(parameter.allowed),
            default=parameter.default,
            required=parameter.is_required,
        )


class PlannedStep(BaseModel):
    name: str
    does: str
    after: list[str]
    undo: str | None


class WorkflowView(BaseModel):
    name: str
    description: str
    role: Role
    parameters: dict[str, ParameterView]
    steps: list[PlannedStep]

    @classmethod
    def of(cls, workflow: Workflow) -> "WorkflowView":
        return cls(
            name=workflow.name,
            description=workflow.description,
            role=workflow.role,
            parameters={name: ParameterView.of_parameter(one) for name, one in workflow.parameters.items()},
            steps=[
                PlannedStep(name=step.name, does=step.does, after=list(step.after), undo=step.undo)
                for step in workflow.steps
            ],
        )


class Workflows(BaseModel):
    workflows: dict[str, WorkflowView]
    count: int

    @classmethod
    def of(cls, known: Mapping[str, Workflow]) -> "Workflows":
        return cls(workflows={name: WorkflowView.of(one) for name, one in known.items()}, count=len(known))


class Operation(BaseModel):
    op: str
    name: str


class Started(BaseModel):
    """`known`: it was asked for before."""

    status: Literal["started", "known"]
    run_id: str
    saga_id: str
    workflow: str
    correlation_id: str
    steps: list[Operation]

    @classmethod
    def of(cls, run: Run, *, is_new: bool) -> "Started":
        return cls(
            status="started" if is_new else "known",
            run_id=run.id,
            saga_id=run.id,
            workflow=run.workflow,
            correlation_id=run.correlation_id,
            steps=[Operation(op=step.does, name=step.name) for step in run.steps],
        )


class StepView(BaseModel):
    """`output` and `progress` are left out of lists."""

    name: str
    does: str
    status: StepStatus
    attempts: int
    started_at: datetime | None
    ended_at: datetime | None
    undone_at: datetime | None
    seconds: int | None
    next_at: datetime | None
    error: str | None
    output: dict[str, Any] | None
    progress: dict[str, Any] | None

    @classmethod
    def of(cls, step: Step, *, is_whole: bool) -> "StepView":
        return cls(
            **{name: getattr(step, name) for name in ("name", "does", "status", "started_at", "ended_at", "undone_at")},
            attempts=step.tries,
            seconds=seconds_of(step) if step.ended_at else None,
            next_at=step.not_before,
            error=step.undo_error or step.error,
            output=dict(step.output) if is_whole else None,
            progress=dict(step.progress) if is_whole else None,
        )


class Progress(BaseModel):
    """In steps."""

    done: int
    total: int


class RunView(BaseModel):
    run_id: str
    saga_id: str
    workflow: str
    status: Status
    scope: dict[str, Any]
    parameters: dict[str, Any]
    correlation_id: str
    trace_id: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    seconds: int | None
    progress: Progress
    steps: list[StepView]
    error: str | None
    cancelled_by: str | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    redrive_of: str | None

    @classmethod
    def of(cls, run: Run, *, is_whole: bool = True) -> "RunView":
        made = {"run_id", "saga_id", "seconds", "progress", "steps"}
        done = sum(step.status is StepStatus.COMPLETED for step in run.steps)
        return cls(
            **{name: getattr(run, name) for name in set(cls.model_fields) - made},
            run_id=run.id,
            saga_id=run.id,
            seconds=run.seconds,
            progress=Progress(done=done, total=len(run.steps)),
            steps=[StepView.of(step, is_whole=is_whole) for step in run.steps],
        )


class RunPage(BaseModel):
    items: list[RunView]
    next_cursor: str | None


class SagaEvent(BaseModel):
    id: str
    type: str
    version: int
    time: datetime
    actor: str
    causation_id: str | None
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> "SagaEvent":
        said = to_detail(event)
        return cls(**{name: said[name] for name in cls.model_fields})


class SagaView(RunView):
    """With all that has happened in it, oldest first; `is_all` is false where that is too much to be shown."""

    events: list[SagaEvent]
    is_all: bool

    @classmethod
    def with_events(cls, run: Run, events: Iterable[Event], *, is_all: bool) -> "SagaView":
        return cls(**RunView.of(run).model_dump(), events=[SagaEvent.of(event) for event in events], is_all=is_all)


class ParkedStep(BaseModel):
    run_id: str
    workflow: str
    step: str
    error: str | None


class SagaStats(BaseModel):
    """`is_all` is false where there are more than were counted: those that began last are."""

    total: int
    by_status: dict[Status, int]
    by_workflow: dict[str, int]
    oldest_open_seconds: int | None
    parked: list[ParkedStep]
    is_all: bool

    @classmethod
    def of(cls, stats: Stats) -> "SagaStats":
        return cls(
            total=stats.total,
            by_status=dict(stats.by_status),
            by_workflow=dict(stats.by_workflow),
            oldest_open_seconds=stats.oldest_open_seconds,
            parked=[
                ParkedStep(run_id=run.id, workflow=run.workflow, step=step.name, error=step.undo_error)
                for run, step in stats.parked
            ],
            is_all=stats.is_all,
        )
