"""Events of jobs."""

from collections.abc import Mapping
from typing import Any

from shared.ledger.event_data import EventData


class JobRequested(EventData):
    """Somebody wants a job done, as soon as may be."""

    job: str
    parameters: dict[str, Any]


class JobStarted(EventData):
    """A job is being done; nobody else does it meanwhile."""

    job: str
    run_id: str
    parameters: dict[str, Any]


class JobCompleted(EventData):
    """A job is done, and this is what came of it."""

    job: str
    run_id: str
    seconds: str
    result: dict[str, Any]


class JobFailed(EventData):
    """A job could not be done; `broke_down`: a fault ended it, or nothing was heard of it any more."""

    job: str
    run_id: str
    seconds: str
    error: str
    broke_down: bool = False


EVENTS: Mapping[str, type[EventData]] = {
    "job.requested": JobRequested,
    "job.started": JobStarted,
    "job.completed": JobCompleted,
    "job.failed": JobFailed,
}
