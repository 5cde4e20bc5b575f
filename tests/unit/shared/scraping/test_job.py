"""A scrape job: asked for, reported once, flagged once; and it may still report after that."""

from datetime import timedelta
from uuid import UUID

import pytest

from shared.ledger.catalogue import recorded
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, NotFoundError
from shared.scraping.job import DUE_AFTER, Job, Outcome, Status
from shared.scraping.store import LedgerJobs
from tests.support.builders import JOB, NOON, a_cause

OUTCOME = Outcome(matches=5, created_listings=3, skipped=1, refused=1)
OTHER = Outcome(matches=9, created_listings=0, skipped=9, refused=0)
DUE = NOON + DUE_AFTER
MOMENT = timedelta(microseconds=1)


def asked_for() -> Job:
    return Job.created(str(JOB), ["Sony", "Canon"], "Camera", at=NOON, actor="timer")


def unasked() -> Job:
    return Job.unasked(str(JOB), ["Sony"], at=NOON, actor="webhook:scraper")


def told(job: Job) -> list[str]:
    return [fact.type for fact in job.facts]


def test_a_job_that_was_asked_for_runs_and_has_an_hour() -> None:
    job = asked_for()
    assert (job.status, job.due_at, job.brands, job.requested_by) == (Status.RUNNING, DUE, ("Sony", "Canon"), "timer")
    assert told(job) == ["scraper.job.created"]


def test_a_job_that_nobody_asked_for_says_nothing_until_it_has_reported() -> None:
    assert (unasked().facts, unasked().due_at) == ((), None)
    done = unasked().completed(OUTCOME, [], at=NOON)
    assert (done.status, told(done)) == (Status.COMPLETED, ["scraper.job.completed"])


@pytest.mark.parametrize(
    "job", [asked_for(), unasked(), asked_for().overdue(at=DUE)], ids=["asked", "unasked", "overdue"]
)
def test_the_first_report_counts_and_every_other_is_passed_over(job: Job) -> None:
    done = job.completed(OUTCOME, [], at=DUE)
    again = done.completed(OTHER, [], at=DUE + MOMENT)
    assert again is done
    assert (done.status, done.outcome, done.changed_at) == (Status.COMPLETED, OUTCOME, DUE)
    assert told(done).count("scraper.job.completed") == 1


@pytest.mark.parametrize(("offset", "is_late"), [(-MOMENT, False), (timedelta(0), True), (MOMENT, True)])
def test_a_job_is_late_from_the_very_moment_on(offset: timedelta, is_late: bool) -> None:
    job = asked_for()
    late = job.overdue(at=DUE + offset)
    assert (late is not job) == is_late
    assert late.status is (Status.OVERDUE if is_late else Status.RUNNING)


def test_a_job_is_flagged_once() -> None:
    late = asked_for().overdue(at=DUE)
    assert late.overdue(at=DUE + timedelta(days=1)) is late
    assert told(late).count("scraper.job.overdue") == 1


@pytest.mark.parametrize(
    "job", [unasked(), unasked().completed(OUTCOME, [], at=NOON), asked_for().completed(OUTCOME, [], at=NOON)]
)
def test_what_has_reported_or_was_not_asked_for_is_never_late(job: Job) -> None:
    assert job.overdue(at=NOON + timedelta(days=1_000)) is job


def test_a_late_job_may_still_report() -> None:
    done = asked_for().overdue(at=DUE).completed(OUTCOME, [], at=DUE + timedelta(days=1))
    assert told(done) == ["scraper.job.created", "scraper.job.overdue", "scraper.job.completed"]
    assert done.overdue(at=DUE + timedelta(days=2)) is done


def test_whatever_happens_to_a_job_can_be_recorded_and_read_again() -> None:
    jobs = LedgerJobs(MemoryLedger())
    find = {"brand": "Sony", "model": "a6400", "price": "400", "currency": "GBP", "estimated_profit": None, "url": "u"}
    done = asked_for().overdue(at=DUE).completed(OUTCOME, [find], at=DUE)
    assert [event.type for event in recorded("SCRAPER", done.id, done.facts, after=0, cause=a_cause())] == told(done)
    saved = jobs.save(done, a_cause())
    assert (saved.version, saved.facts) == (3, ())
    assert jobs.get(str(JOB)) == saved


def test_a_job_without_news_is_not_written() -> None:
    jobs = LedgerJobs(MemoryLedger())
    assert jobs.save(unasked(), a_cause()) == unasked()
    with pytest.raises(NotFoundError):
        jobs.get(str(JOB))


def test_of_two_who_write_over_the_same_the_second_loses() -> None:
    jobs = LedgerJobs(MemoryLedger())
    known = jobs.save(asked_for(), a_cause())
    jobs.save(known.completed(OUTCOME, [], at=DUE), a_cause())
    with pytest.raises(ConflictError):
        jobs.save(known.overdue(at=DUE), a_cause())
    assert jobs.get(str(JOB)).status is Status.COMPLETED


def test_jobs_are_listed_by_their_status_and_newest_first() -> None:
    jobs = LedgerJobs(MemoryLedger())
    for minute, status in enumerate([Status.RUNNING, Status.COMPLETED, Status.RUNNING, Status.OVERDUE]):
        at = NOON + timedelta(minutes=minute)
        job = Job.created(str(UUID(int=minute)), ["Sony"], "Camera", at=at, actor="timer")
        match status:
            case Status.COMPLETED:
                job = job.completed(OUTCOME, [], at=at)
            case Status.OVERDUE:
                job = job.overdue(at=at + DUE_AFTER)
        jobs.save(job, a_cause())
    assert [UUID(job.id).int for job in jobs.newest()] == [3, 2, 1, 0]
    assert [UUID(job.id).int for job in jobs.newest(status=Status.RUNNING)] == [2, 0]
