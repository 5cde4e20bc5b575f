"""A scrape job that has reported is over: once, with the first report, and with its best finds."""

from decimal import Decimal
from typing import Any

import pytest

from functions.receive_webhooks.matches import Outcome
from functions.receive_webhooks.reports import ATTEMPTS, MOST_FINDS, best, close_job
from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.listings.contracts import JobComplete
from shared.runtime.errors import DependencyError
from shared.scraping.job import DUE_AFTER, Job, Status
from shared.scraping.store import LedgerJobs
from tests.support.builders import JOB, NOON, a_cause, a_job, a_match, a_sighting
from tests.support.pauses import no_pause

OUTCOME = Outcome(created=1, skipped=1, refused={2: "bad"}, sightings=(a_sighting(),))


def report(jobs: LedgerJobs, outcome: Outcome = OUTCOME, **changes: Any) -> Job:
    told = JobComplete.model_validate(a_job(a_match(), a_match(), a_match(), job_id=JOB, **changes))
    close_job(told, outcome, a_cause(), jobs=jobs, at=NOON, pause=no_pause)
    return jobs.get(str(JOB))


def asked_for() -> Job:
    return Job.created(str(JOB), ["Leica"], "Camera", at=NOON, actor="timer")


def happened(ledger: MemoryLedger) -> list[str]:
    return [event.type for event in ledger.history("SCRAPER", str(JOB))]


def test_a_job_that_was_asked_for_is_over_when_it_reports() -> None:
    jobs = LedgerJobs(ledger := MemoryLedger())
    jobs.save(asked_for(), a_cause("timer"))
    job = report(jobs)
    assert (job.status, job.brands, job.requested_by) == (Status.COMPLETED, ("Leica",), "timer")
    assert job.outcome
    assert (job.outcome.matches, job.outcome.created_listings, job.outcome.skipped, job.outcome.refused) == (3, 1, 1, 1)
    assert happened(ledger) == ["scraper.job.created", "scraper.job.completed"]


@pytest.mark.parametrize(
    ("said", "brands"),
    [
        ({"brand": "Sony"}, ("Sony",)),
        ({"brand": None, "brands": ["Sony", "Canon"]}, ("Sony", "Canon")),
        ({"brand": None}, ()),
    ],
    ids=str,
)
def test_a_report_of_a_job_that_nobody_asked_for_is_kept_too(said: dict[str, Any], brands: tuple[str, ...]) -> None:
    jobs = LedgerJobs(ledger := MemoryLedger())
    job = report(jobs, **said)
    assert (job.status, job.brands, job.requested_by) == (Status.COMPLETED, brands, "webhook:scraper")
    assert happened(ledger) == ["scraper.job.completed"]


def test_the_first_report_counts() -> None:
    jobs = LedgerJobs(ledger := MemoryLedger())
    first = report(jobs)
    assert report(jobs, Outcome(created=0, skipped=3)) == first
    assert happened(ledger) == ["scraper.job.completed"]


def test_a_late_job_reports_all_the_same() -> None:
    jobs = LedgerJobs(ledger := MemoryLedger())
    late = jobs.save(asked_for(), a_cause("timer")).overdue(at=NOON + DUE_AFTER)
    jobs.save(late, a_cause("timer"))
    assert report(jobs).status is Status.COMPLETED
    assert happened(ledger)[1:] == ["scraper.job.overdue", "scraper.job.completed"]


class Contested(LedgerJobs):
    """Just before each of our first writes, the job is recorded or flagged by somebody else."""

    def __init__(self, ledger: MemoryLedger, *, times: int) -> None:
        super().__init__(ledger)
        self._rivals = [
            lambda free: free.save(asked_for(), a_cause("timer")),
            lambda free: free.save(free.get(str(JOB)).overdue(at=NOON + DUE_AFTER), a_cause("timer")),
        ][:times]
        self._free = LedgerJobs(ledger)

    def save(self, job: Job, cause: Cause) -> Job:
        if self._rivals:
            self._rivals.pop(0)(self._free)
        return super().save(job, cause)


@pytest.mark.parametrize("times", [1, 2])
def test_a_report_is_kept_over_what_others_write_meanwhile(times: int) -> None:
    jobs = Contested(ledger := MemoryLedger(), times=times)
    assert report(jobs).status is Status.COMPLETED
    assert len(happened(ledger)) == times + 1


def test_who_loses_every_time_says_so() -> None:
    class Losing(LedgerJobs):
        lost = 0

        def save(self, job: Job, cause: Cause) -> Job:
            self.lost += 1
            return super().save(Job.created(job.id, [], "", at=NOON, actor="timer"), cause)

    jobs = Losing(MemoryLedger())
    LedgerJobs.save(jobs, asked_for(), a_cause("timer"))
    with pytest.raises(DependencyError, match="report it again"):
        report(jobs)
    assert jobs.lost == ATTEMPTS


def test_the_best_finds_come_first_and_are_few() -> None:
    profits = [None, Decimal(-5), *(Decimal(n) for n in range(20))]
    finds = best([a_sighting(f"https://market.example/{n}", estimated_profit=p) for n, p in enumerate(profits)])
    assert [find["estimated_profit"] for find in finds] == [str(n) for n in range(19, 19 - MOST_FINDS, -1)]


def test_a_find_is_told_with_money_as_text() -> None:
    (find,) = best([a_sighting(price=Decimal("4E+2"), estimated_profit=None)])
    assert find == {
        "brand": "Sony",
        "model": "a6400",
        "price": "400",
        "currency": "GBP",
        "estimated_profit": None,
        "url": "https://market.example/item/1",
    }
