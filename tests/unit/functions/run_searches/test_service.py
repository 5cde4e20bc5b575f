"""By the clock: each turn is taken once, by one search, however often and by however many it is asked for."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from functions.run_searches.service import ATTEMPTS, PAUSE, TRIES, flag_overdue, record_job, take_turn
from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.http import ServiceError, Verdict
from shared.scraping.job import DUE_AFTER, Job, Outcome, Status
from shared.scraping.rotation import Rotation, Search
from shared.scraping.store import LedgerJobs, LedgerRotation
from tests.support.builders import NOON, a_cause

TIMER = a_cause("timer")
FIRST, SECOND = "2026-03-01T09:00:00Z", "2026-03-01T14:00:00Z"
DONE = Outcome(matches=0, created_listings=0, skipped=0, refused=0)


class ModelScraper:
    """Takes each search on under a key; `errors` come first."""

    def __init__(self, *errors: ServiceError) -> None:
        self.errors = list(errors)
        self.asked: list[tuple[str, str, str]] = []
        self.jobs: dict[str, str] = {}

    def scrape(self, brands: list[str], search: str, *, key: str) -> str:
        if self.errors:
            raise self.errors.pop(0)
        self.asked.append((",".join(brands), search, key))
        return self.jobs.setdefault(key, str(UUID(int=len(self.jobs) + 1)))


class Office:
    """A rotation of three searches, one of them not enabled, its jobs and its scraper."""

    def __init__(self, *errors: ServiceError) -> None:
        self.ledger = MemoryLedger()
        self.rotation, self.jobs = LedgerRotation(self.ledger), LedgerJobs(self.ledger)
        self.scraper = ModelScraper(*errors)
        self.paused: list[float] = []
        searches = [
            Search(id="a", brand="Sony", search="Camera"),
            Search(id="b", brand="Leica", search="Camera", enabled=False),
            Search(id="c", brand="Canon", search="Lens"),
        ]
        self.rotation.save(Rotation().with_searches(searches, at=NOON), a_cause("key:anna"))

    def take(self, turn: str) -> Job | None:
        return take_turn(
            turn,
            TIMER,
            rotation=self.rotation,
            jobs=self.jobs,
            scraper=self.scraper,
            at=NOON,
            pause=self.paused.append,
        )

    def told(self) -> list[str]:
        return [event.type for event in self.ledger.history("SEARCHES", "rotation")]


def unwell(verdict: Verdict = Verdict.RETRY_BACKOFF) -> ServiceError:
    return ServiceError("scraper", verdict, "503 full")


def test_a_turn_hands_the_next_search_to_the_scraper_and_keeps_its_job() -> None:
    office = Office()
    job = office.take(FIRST)
    assert job
    assert (job.brands, job.search, job.requested_by, job.version) == (("Sony",), "Camera", "timer", 1)
    assert office.jobs.get(job.id).status is Status.RUNNING
    assert office.rotation.get().last == "a"


def test_turn_after_turn_the_searches_go_round() -> None:
    office = Office()
    for number in range(5):
        office.take(str(number))
    assert [brand for brand, _, _ in office.scraper.asked] == ["Sony", "Canon", "Sony", "Canon", "Sony"]


@pytest.mark.parametrize("copies", [2, 5])
def test_the_same_turn_again_is_the_same_search_and_the_same_job(copies: int) -> None:
    """It may have been cut off before the scraper was asked."""
    office = Office()
    jobs = [office.take(FIRST) for _ in range(copies)]
    assert len({job.id for job in jobs if job}) == 1
    assert len(set(office.scraper.asked)) == 1
    assert (office.rotation.get().last, office.told().count("searches.advanced")) == ("a", 1)


def test_a_turn_that_another_has_followed_is_over() -> None:
    office = Office()
    office.take(FIRST)
    office.take(SECOND)
    assert office.take(FIRST) is None
    assert len(office.scraper.asked) == 2


def test_each_turn_shows_the_scraper_a_key_of_its_own() -> None:
    office = Office()
    office.take(FIRST)
    office.take(SECOND)
    again = Office()
    again.take(FIRST)
    keys = [key for *_, key in office.scraper.asked]
    assert len(set(keys)) == 2
    assert again.scraper.asked[0][2] == keys[0]


@pytest.mark.parametrize("number", range(1, TRIES))
def test_a_scraper_that_is_unwell_for_a_moment_is_asked_again(number: int) -> None:
    office = Office(*[unwell()] * number)
    assert office.take(FIRST)
    assert office.paused == [PAUSE] * number
    assert "searches.failed" not in office.told()


def test_a_scraper_that_stays_unwell_has_the_search_left_for_its_next_turn_and_somebody_is_told() -> None:
    office = Office(*[unwell()] * TRIES)
    assert office.take(FIRST) is None
    assert office.told()[-1] == "searches.failed"
    failed = list(office.ledger.history("SEARCHES", "rotation"))[-1]
    assert (failed.data["search_id"], failed.data["answer"], failed.actor) == ("a", "503 full", "timer")
    assert office.take(SECOND)
    assert office.scraper.asked[0][0] == "Canon"


def test_a_list_without_a_search_has_no_turns() -> None:
    office = Office()
    known = office.rotation.get()
    office.rotation.save(known.with_searches([], at=NOON), a_cause("key:anna"))
    assert office.take(FIRST) is None
    assert office.scraper.asked == []


class Contested(LedgerRotation):
    """Just before each of our first writes an operator writes the list anew."""

    def __init__(self, ledger: MemoryLedger, *, times: int) -> None:
        super().__init__(ledger)
        self._left = times
        self._free = LedgerRotation(ledger)

    def save(self, rotation: Rotation, cause: Cause, *, turn: str | None = None) -> Rotation:
        if self._left:
            self._left -= 1
            known = self._free.get()
            self._free.save(known.with_searches(known.searches, at=NOON), a_cause("key:anna"))
        return super().save(rotation, cause, turn=turn)


@pytest.mark.parametrize("times", [1, ATTEMPTS - 1])
def test_a_turn_is_taken_over_what_operators_write_meanwhile(times: int) -> None:
    office = Office()
    office.rotation = Contested(office.ledger, times=times)
    assert office.take(FIRST)
    assert len(office.scraper.asked) == 1


def test_who_loses_every_time_comes_back_later() -> None:
    office = Office()
    office.rotation = Contested(office.ledger, times=1_000)
    with pytest.raises(DependencyError):
        office.take(FIRST)
    assert office.scraper.asked == []


def test_a_rival_with_the_same_turn_and_we_ask_for_the_same() -> None:
    office = Office()

    class Rival(LedgerRotation):
        def save(self, rotation: Rotation, cause: Cause, *, turn: str | None = None) -> Rotation:
            LedgerRotation(office.ledger).save(rotation, cause, turn=turn)
            return super().save(rotation, cause, turn=turn)

    office.rotation = Rival(office.ledger)
    office.take(FIRST)
    assert [brand for brand, *_ in office.scraper.asked] == ["Sony"]  # theirs: the scraper knows it by the turn's key
    assert office.told().count("searches.advanced") == 1


def test_of_sixteen_with_the_same_turn_all_take_one_search() -> None:
    office = Office()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(office.take, [FIRST] * 16))
    assert len(set(office.scraper.asked)) == 1
    assert office.told().count("searches.advanced") == 1


def test_two_turns_at_once_take_different_searches() -> None:
    for _ in range(20):
        office = Office()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(office.take, [FIRST, SECOND]))
        assert sorted(brand for brand, _, _ in office.scraper.asked) == ["Canon", "Sony"]


def test_a_job_that_reported_before_it_was_recorded_stays_as_it_is() -> None:
    office = Office()
    job_id = str(UUID(int=1))
    done = Job.unasked(job_id, ["Sony"], at=NOON, actor="webhook:scraper").completed(DONE, [], at=NOON)
    office.jobs.save(done, a_cause())
    assert office.take(FIRST)
    assert office.jobs.get(job_id).status is Status.COMPLETED


def test_a_job_that_was_recorded_before_is_recorded_once() -> None:
    office = Office()
    job = Job.created(str(UUID(int=1)), ["Sony"], "Camera", at=NOON, actor="timer")
    assert record_job(job, TIMER, jobs=office.jobs).version == 1
    record_job(job, TIMER, jobs=office.jobs)
    assert len(list(office.ledger.history("SCRAPER", job.id))) == 1


def running(office: Office, number: int, *, minutes: int = 0) -> str:
    at = NOON + timedelta(minutes=minutes)
    job = Job.created(str(UUID(int=number)), ["Sony"], "Camera", at=at, actor="timer")
    return office.jobs.save(job, TIMER).id


def test_only_jobs_whose_time_is_over_are_flagged_and_only_once() -> None:
    office = Office()
    late, early = running(office, 1), running(office, 2, minutes=1)
    done = running(office, 3)
    office.jobs.save(office.jobs.get(done).completed(DONE, [], at=NOON), TIMER)
    at = NOON + DUE_AFTER
    assert [flag_overdue(TIMER, jobs=office.jobs, at=at) for _ in range(3)] == [1, 0, 0]
    statuses = [office.jobs.get(job).status for job in (late, early, done)]
    assert statuses == [Status.OVERDUE, Status.RUNNING, Status.COMPLETED]


def test_a_job_that_reports_at_that_very_moment_is_not_flagged() -> None:
    office = Office()
    job_id = running(office, 1)

    class Slow(LedgerJobs):
        def newest(self, *, status: Status | None = None, at_a_time: int = 50) -> Iterator[Job]:
            found = list(super().newest(status=status))
            office.jobs.save(office.jobs.get(job_id).completed(DONE, [], at=NOON), TIMER)
            return iter(found)

    assert flag_overdue(TIMER, jobs=Slow(office.ledger), at=NOON + timedelta(days=1)) == 0
    assert office.jobs.get(job_id).status is Status.COMPLETED


def test_a_turn_is_a_name_that_can_be_taken_once() -> None:
    office = Office()
    known = office.rotation.get()
    assert not office.rotation.is_taken(FIRST)
    advanced, _ = known.advanced(at=NOON)
    saved = office.rotation.save(advanced, TIMER, turn=FIRST)
    assert office.rotation.is_taken(FIRST)
    with pytest.raises(ConflictError):
        office.rotation.save(saved.advanced(at=NOON)[0], TIMER, turn=FIRST)
    assert office.rotation.get() == saved
