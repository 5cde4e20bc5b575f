"""A search that somebody wants now: the scraper is asked, and its job stands on record once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import DependencyError
from shared.scraping.job import Job, Outcome, Status
from shared.scraping.store import LedgerJobs
from shared.scraping.triggering import run_search
from tests.support.builders import JOB, NOON, a_cause

ANNA = a_cause("key:anna")


class OneJob:
    """Takes every search on as the same job."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], str, str]] = []

    def scrape(self, brands: Sequence[str], search: str, *, key: str) -> str:
        self.asked.append((list(brands), search, key))
        return str(JOB)


def run(jobs: LedgerJobs, scraper: OneJob | None) -> Job:
    later = NOON + timedelta(minutes=1)
    return run_search(["Sony", "Canon"], "Lens", ANNA, key="k-1", scraper=scraper, jobs=jobs, at=later)


def test_the_scraper_is_asked_and_its_job_is_recorded() -> None:
    jobs, scraper = LedgerJobs(MemoryLedger()), OneJob()
    job = run(jobs, scraper)
    assert scraper.asked == [(["Sony", "Canon"], "Lens", "k-1")]
    assert (job.id, job.status, job.requested_by) == (str(JOB), Status.RUNNING, "key:anna")
    assert jobs.get(job.id) == job


def test_asked_again_it_is_the_same_job_recorded_once() -> None:
    jobs, scraper = LedgerJobs(MemoryLedger()), OneJob()
    assert run(jobs, scraper) == run(jobs, scraper)
    assert [job.version for job in jobs.newest()] == [1]


def test_a_job_that_has_reported_already_is_told_as_it_is() -> None:
    jobs = LedgerJobs(MemoryLedger())
    outcome = Outcome(matches=1, created_listings=1, skipped=0, refused=0)
    unasked = Job.unasked(str(JOB), ["Sony"], at=NOON, actor="webhook:scraper")
    jobs.save(unasked.completed(outcome, [], at=NOON), ANNA)
    assert run(jobs, OneJob()).status is Status.COMPLETED


def test_without_a_scraper_nothing_is_recorded() -> None:
    jobs = LedgerJobs(MemoryLedger())
    with pytest.raises(DependencyError, match="no scraper is configured"):
        run(jobs, None)
    assert list(jobs.newest()) == []
