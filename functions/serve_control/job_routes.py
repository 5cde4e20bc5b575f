"""/jobs: what is done by the clock, what came of it, and having it done now."""

import time
from collections.abc import Mapping
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from shared.control.jobs.doing import JobFailedError, Ports, do_job
from shared.control.jobs.known import JOBS, job_kind
from shared.control.jobs.store import LedgerJobs
from shared.control.jobs.views import ConsolidationIn, JobHistory, JobNews, JobStateList, JobStateView
from shared.runtime import wiring, wiring_jobs
from shared.runtime.clock import system_clock
from shared.runtime.observability import logger

router = Router()  # type: ignore[no-untyped-call]
jobs = LedgerJobs(wiring.ledger())
ports = Ports(jobs=jobs, clock=system_clock, pause=time.sleep)


@router.get("/jobs", summary="Jobs, and what came of each the last time", tags=["jobs"])
def get_jobs() -> JobStateList:
    now = system_clock()
    return JobStateList(jobs=[JobStateView.of(job, JOBS[job.name], at=now) for job in jobs.get_all(list(JOBS))])


@router.get("/jobs/<name>/history", summary="What was asked, begun and done of a job, newest first", tags=["jobs"])
def get_job_history(name: str, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> JobHistory:
    job_kind(name)
    return JobHistory(
        job=name,
        events=[
            JobNews(id=one.id, type=one.type, time=one.time, actor=one.actor, data=dict(one.data))
            for one in jobs.newest(name, limit)
        ],
    )


@router.post(
    "/jobs/notify-consolidation",
    summary="Tell people of documents that could be one",
    description="`sent` counts what the place it was sent to has taken.",
    tags=["jobs"],
)
def post_notify_consolidation(wanted: Annotated[ConsolidationIn, Body()]) -> dict[str, Any]:
    return _done("notify-consolidation", wanted.model_dump())


@router.post("/jobs/<name>", summary="Have a job done now, and see what came of it", tags=["jobs"])
def post_job(name: str) -> dict[str, Any]:
    """409 while somebody is at it."""
    return _done(name, job_kind(name).defaults)


def _done(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    work = wiring_jobs.work(name)
    try:
        result = do_job(name, work, parameters, router.context["cause"], ports)
    except JobFailedError as failed:
        raise failed.error from failed
    logger.info("job done", job=name)
    return dict(result)
