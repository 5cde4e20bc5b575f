"""JobQueue: runs and jobs that are to begin -> they do; a schedule: its job is done."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from shared.control.jobs.doing import JobFailedError, Ports, do_job, has_ended
from shared.control.jobs.job import BusyJobError
from shared.control.jobs.known import job_kind
from shared.control.jobs.store import LedgerJobs
from shared.control.runs.resuming import drive
from shared.ledger.envelope import Cause
from shared.runtime import wiring, wiring_jobs, wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, observed, trace_id_from
from shared.runtime.queue import Consumer, cause_of
from shared.runtime.tracing import entry

REQUESTED: Final = "job.requested"
BUSY: Final = timedelta(seconds=30)  # until somebody looks again whether it may be done

jobs = LedgerJobs(wiring.ledger())
ports = Ports(jobs=jobs, clock=system_clock, pause=time.sleep)


def handle(event: Mapping[str, Any]) -> timedelta | None:
    if event["type"] != REQUESTED:
        drive(event["subject"], runs=wiring_runs.runs(), machines=wiring_runs.machines())
        return None
    if has_ended(event["id"], jobs.history(event["data"]["job"], after=event["version"])):
        return None  # what came of it is on record
    try:
        _do(event["data"]["job"], event["data"]["parameters"], cause_of(event))
    except BusyJobError:
        return BUSY
    except JobFailedError as failed:  # on record: whoever asked for it sees why, and may ask again
        logger.warning("job failed", job=event["data"]["job"], reason=str(failed))
    return None


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    """`{"task": "<job>"}`, or messages of the queue."""
    if "task" not in event:
        return consume(event, context)
    trace_id = trace_id_from({})
    logger.append_keys(trace_id=trace_id)
    cause = Cause(actor="clock", trace_id=trace_id, correlation_id=trace_id)
    try:
        with entry(f"job {event['task']}", trace_id=trace_id):
            _do(event["task"], job_kind(event["task"]).defaults, cause)
    except BusyJobError as error:  # the clock comes again
        logger.info("job is being done already", job=event["task"], reason=str(error))
    return None


def _do(name: str, parameters: Mapping[str, Any], cause: Cause) -> None:
    work = wiring_jobs.work(name)
    result = do_job(name, work, parameters, cause, ports)
    count("JobsDone")
    logger.info("job done", job=name, result=result)
