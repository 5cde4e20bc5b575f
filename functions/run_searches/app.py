"""Schedules -> the next search of the rotation has its turn; jobs that never report are flagged."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from typing import Any

from functions.run_searches.service import flag_overdue, take_turn
from shared.ledger.envelope import Cause
from shared.runtime import wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, observed, trace_id_from
from shared.runtime.tracing import entry

jobs = wiring_listings.scrape_jobs()


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """`{"task": "take_turn" | "flag_overdue", "time": "<when it was scheduled for>"}`."""
    trace_id = trace_id_from({})
    logger.append_keys(trace_id=trace_id)
    with entry(event["task"].replace("_", " "), trace_id=trace_id):
        _do(event, Cause(actor="timer", trace_id=trace_id, correlation_id=trace_id))


def _do(event: dict[str, Any], cause: Cause) -> None:
    match event["task"]:
        case "take_turn":
            _take_turn(event["time"], cause)
        case "flag_overdue":
            flagged = flag_overdue(cause, jobs=jobs, at=system_clock())
            count("ScrapeJobsOverdue", flagged)
            logger.info("overdue jobs", flagged=flagged)
        case task:
            raise ValueError(f"there is no task {task}")


def _take_turn(turn: str, cause: Cause) -> None:
    scraper = wiring_listings.scraper()
    if scraper is None:
        logger.info("no scraper is configured; see ScraperApiUrl")
        return
    job = take_turn(
        turn,
        cause,
        rotation=wiring_listings.rotation(),
        jobs=jobs,
        scraper=scraper,
        at=system_clock(),
        pause=time.sleep,
    )
    count("ScrapeJobsCreated", 1 if job else 0)
    logger.info("search", job_id=job.id if job else None)
