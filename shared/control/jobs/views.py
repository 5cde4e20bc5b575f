"""What of jobs is shown, and what asking for one takes."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.control.jobs.job import Job, Outcome
from shared.control.jobs.known import JobKind


def _number(value: Any) -> Any:
    if isinstance(value, str | bool):
        raise ValueError("a number is wanted")
    return value


class ConsolidationIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    min_confidence: Annotated[float, BeforeValidator(_number), Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
    webhook_url: Annotated[str, Field(max_length=2_000)] | None = None
    limit: Annotated[int, Field(strict=True, ge=1, le=200)] = 20


class JobOutcomeView(BaseModel):
    run_id: str
    status: str
    started_at: datetime
    ended_at: datetime
    seconds: float
    result: dict[str, Any] | None
    error: str | None

    @classmethod
    def of(cls, outcome: Outcome) -> "JobOutcomeView":
        return cls(
            run_id=outcome.run_id,
            status="failed" if outcome.result is None else "completed",
            started_at=outcome.started_at,
            ended_at=outcome.ended_at,
            seconds=(outcome.ended_at - outcome.started_at).total_seconds(),
            result=dict(outcome.result) if outcome.result is not None else None,
            error=outcome.error,
        )


class JobStateView(BaseModel):
    name: str
    description: str
    schedule: str | None
    is_running: bool
    running_since: datetime | None
    last: JobOutcomeView | None

    @classmethod
    def of(cls, job: Job, kind: JobKind, *, at: datetime) -> "JobStateView":
        is_running = job.is_busy(at=at)
        return cls(
            name=job.name,
            description=kind.description,
            schedule=kind.schedule,
            is_running=is_running,
            running_since=job.started_at if is_running else None,
            last=JobOutcomeView.of(job.last) if job.last else None,
        )


class JobStateList(BaseModel):
    jobs: list[JobStateView]


class JobNews(BaseModel):
    """One event of a job."""

    id: str
    type: str
    time: datetime
    actor: str
    data: dict[str, Any]


class JobHistory(BaseModel):
    job: str
    events: list[JobNews]
