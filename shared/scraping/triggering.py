"""Running a search now: the scraper is asked, and its job recorded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.ledger.envelope import Cause
from shared.runtime.errors import ConflictError, DependencyError
from shared.scraping.job import Job


class Jobs(Protocol):
    def get(self, job_id: str) -> Job: ...
    def save(self, job: Job, cause: Cause) -> Job: ...


class Scraper(Protocol):
    def scrape(self, brands: Sequence[str], search: str, *, key: str) -> str: ...


def run_search(
    brands: Sequence[str], search: str, cause: Cause, *, key: str, scraper: Scraper | None, jobs: Jobs, at: datetime
) -> Job:
    """The job as it is recorded; with the same key it is the same job.

    Raises DependencyError where there is no scraper, or it did not take the search on.
    """
    if scraper is None:
        raise DependencyError("no scraper is configured; see ScraperApiUrl")
    job_id = scraper.scrape(brands, search, key=key)
    job = Job.created(job_id, brands, search, at=at, actor=cause.actor)
    try:
        return jobs.save(job, cause)
    except ConflictError:  # it has reported already, or an earlier try has recorded it
        return jobs.get(job_id)
