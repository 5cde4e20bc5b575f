"""A scrape job that has reported is over."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Protocol

from functions.receive_webhooks.matches import Outcome
from shared.ledger.envelope import Cause
from shared.listings.contracts import JobComplete
from shared.listings.facts import amount
from shared.listings.listing import Sighting
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError, DependencyError, NotFoundError
from shared.scraping.job import Job
from shared.scraping.job import Outcome as JobOutcome

ATTEMPTS: Final = 10  # over a job that others change at the same moment
MOST_FINDS: Final = 10  # named in the event


class Jobs(Protocol):
    def get(self, job_id: str) -> Job: ...
    def save(self, job: Job, cause: Cause) -> Job: ...


def close_job(told: JobComplete, outcome: Outcome, cause: Cause, *, jobs: Jobs, at: datetime, pause: Pause) -> None:
    """Record that the job is over, unless that was recorded before. Raises DependencyError."""
    summary = JobOutcome(
        matches=len(told.matches),
        created_listings=outcome.created + outcome.created_before,
        skipped=outcome.skipped - outcome.created_before,
        refused=len(outcome.refused),
    )
    for _ in attempts(ATTEMPTS, pause=pause):
        job = _known(told, cause, jobs=jobs, at=at)
        try:
            jobs.save(job.completed(summary, best(outcome.sightings), at=at), cause)
        except ConflictError:
            continue
        return
    raise DependencyError("the scrape job is changed by others all the time; report it again")


def best(sightings: Sequence[Sighting]) -> list[dict[str, Any]]:
    """The most profitable first."""
    ranked = sorted(sightings, key=lambda sighting: sighting.estimated_profit or Decimal(0), reverse=True)
    return [_find(sighting) for sighting in ranked[:MOST_FINDS]]


def _find(sighting: Sighting) -> dict[str, Any]:
    profit = sighting.estimated_profit
    return {
        "brand": sighting.brand,
        "model": sighting.model,
        "price": amount(sighting.price),
        "currency": sighting.currency,
        "estimated_profit": None if profit is None else amount(profit),
        "url": sighting.url,
    }


def _known(told: JobComplete, cause: Cause, *, jobs: Jobs, at: datetime) -> Job:
    try:
        return jobs.get(str(told.job_id))
    except NotFoundError:
        brands = told.brands or ([told.brand] if told.brand else [])
        return Job.unasked(str(told.job_id), brands, at=at, actor=cause.actor)
