"""Scrape jobs are kept alike by the ledger in memory and by those in DynamoDB."""

from datetime import timedelta

import pytest

from shared.ledger.ledger import Ledger
from shared.runtime.errors import ConflictError, NotFoundError
from shared.scraping.job import DUE_AFTER, Job, Outcome, Status
from shared.scraping.store import JOB, LedgerJobs
from tests.support.builders import NOON, a_cause
from tests.support.places import at_once

OUTCOME = Outcome(matches=5, created_listings=3, skipped=1, refused=1)
BEST = [{"brand": "Sony", "model": "a6400", "price": "400", "currency": "GBP", "estimated_profit": None, "url": "x"}]


def job_id(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def a_job(number: int = 1, *, at: timedelta = timedelta(0)) -> Job:
    return Job.created(job_id(number), ["Sony", "Canon"], "Camera", at=NOON + at, actor="key:0123456789abcdef")


def test_a_job_is_read_back_as_it_was_saved(any_ledger: Ledger) -> None:
    jobs = LedgerJobs(any_ledger)
    kept = jobs.save(a_job(), a_cause())
    assert kept == jobs.get(kept.id)
    assert (kept.version, kept.facts, kept.due_at) == (1, (), NOON + DUE_AFTER)
    over = jobs.save(kept.completed(OUTCOME, BEST, at=NOON + DUE_AFTER), a_cause())
    assert over == jobs.get(kept.id)
    assert (over.version, over.status, over.outcome) == (2, Status.COMPLETED, OUTCOME)


def test_a_job_that_came_unasked_begins_with_its_report(any_ledger: Ledger) -> None:
    jobs = LedgerJobs(any_ledger)
    unasked = Job.unasked(job_id(1), [], at=NOON, actor="webhook:scraper")
    assert jobs.save(unasked, a_cause()) == unasked
    with pytest.raises(NotFoundError):
        jobs.get(unasked.id)
    over = jobs.save(unasked.completed(OUTCOME, [], at=NOON), a_cause())
    assert jobs.get(unasked.id) == over
    assert (over.version, over.due_at, over.brands, over.search) == (1, None, (), "")


def test_what_is_said_of_a_job_is_in_its_events(any_ledger: Ledger) -> None:
    jobs = LedgerJobs(any_ledger)
    kept = jobs.save(a_job(), a_cause())
    late = jobs.save(kept.overdue(at=NOON + DUE_AFTER), a_cause())
    jobs.save(late.completed(OUTCOME, BEST, at=NOON + 2 * DUE_AFTER), a_cause())
    events = list(any_ledger.history(JOB, kept.id))
    assert [event.type for event in events] == ["scraper.job.created", "scraper.job.overdue", "scraper.job.completed"]
    assert [event.version for event in events] == [1, 2, 3]
    assert {event.source for event in events} == {"switchyard.scraping"}
    assert events[2].data["best"] == BEST


def test_a_job_that_others_changed_meanwhile_is_not_saved(any_ledger: Ledger) -> None:
    jobs = LedgerJobs(any_ledger)
    kept = jobs.save(a_job(), a_cause())
    jobs.save(kept.completed(OUTCOME, [], at=NOON), a_cause())
    with pytest.raises(ConflictError):
        jobs.save(kept.overdue(at=NOON + DUE_AFTER), a_cause())
    with pytest.raises(ConflictError):
        jobs.save(a_job(), a_cause())
    assert jobs.get(kept.id).status is Status.COMPLETED


def test_jobs_are_listed_newest_change_first_and_by_status(any_ledger: Ledger) -> None:
    jobs = LedgerJobs(any_ledger)
    kept = [jobs.save(a_job(number, at=timedelta(minutes=number)), a_cause()) for number in range(7)]
    jobs.save(kept[3].completed(OUTCOME, [], at=NOON + timedelta(hours=1)), a_cause())
    jobs.save(kept[5].overdue(at=NOON + timedelta(hours=2)), a_cause())
    ids = [job_id(number) for number in (5, 3, 6, 4, 2, 1, 0)]
    assert [job.id for job in jobs.newest(at_a_time=2)] == ids
    assert [job.id for job in jobs.newest(status=Status.RUNNING, at_a_time=2)] == ids[2:]
    assert [job.id for job in jobs.newest(status=Status.OVERDUE)] == [job_id(5)]


def test_of_many_who_report_the_same_job_at_once_the_first_counts(racing_ledger: Ledger) -> None:
    jobs = LedgerJobs(racing_ledger)
    kept = jobs.save(a_job(), a_cause())

    def report(number: int) -> bool:
        outcome = Outcome(matches=number, created_listings=0, skipped=number, refused=0)
        try:
            jobs.save(kept.completed(outcome, [], at=NOON), a_cause())
        except ConflictError:
            return False
        return True

    counted = at_once(report)
    assert counted.count(True) == 1
    assert jobs.get(kept.id).outcome == Outcome(
        matches=counted.index(True), created_listings=0, skipped=counted.index(True), refused=0
    )
