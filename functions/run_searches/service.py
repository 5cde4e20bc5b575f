"""What happens by the clock: the next search of the rotation has its turn, and jobs that never report are flagged."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Protocol
from uuid import NAMESPACE_URL, uuid5

from shared.ledger.envelope import Cause
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.http import ServiceError
from shared.scraping.job import Job, Status
from shared.scraping.rotation import Rotation, Search

ATTEMPTS: Final = 10  # over a list that others change at the same moment
TRIES: Final = 3  # to hand a search to the scraper, before it is left for the next time it has its turn
PAUSE: Final = 1.0  # seconds between two of them


class Rotations(Protocol):
    def get(self) -> Rotation: ...
    def save(self, rotation: Rotation, cause: Cause, *, turn: str | None = None) -> Rotation: ...
    def is_taken(self, turn: str) -> bool: ...


class Jobs(Protocol):
    def save(self, job: Job, cause: Cause) -> Job: ...
    def newest(self, *, status: Status | None = None) -> Iterator[Job]: ...


class Scraper(Protocol):
    def scrape(self, brands: list[str], search: str, *, key: str) -> str: ...


def take_turn(
    turn: str, cause: Cause, *, rotation: Rotations, jobs: Jobs, scraper: Scraper, at: datetime, pause: Pause
) -> Job | None:
    """The job of the next search; None where there is none, or this turn was taken before.

    Who has the turn is recorded before the scraper is asked: two runs never take the same search. Raises
    DependencyError where others keep changing the list.
    """
    search = _next(turn, cause, rotation=rotation, at=at, pause=pause)
    if search is None:
        return None
    for attempt in range(1, TRIES + 1):
        try:
            job_id = scraper.scrape([search.brand], search.search, key=str(uuid5(NAMESPACE_URL, f"turn:{turn}")))
        except ServiceError as error:
            if attempt == TRIES:
                _record_failure(search, error.said, cause, rotation=rotation, at=at, pause=pause)
                return None
            pause(PAUSE)
        else:
            return record_job(
                Job.created(job_id, [search.brand], search.search, at=at, actor=cause.actor), cause, jobs=jobs
            )
    return None


def record_job(job: Job, cause: Cause, *, jobs: Jobs) -> Job:
    """As recorded; a job that has reported already, or was recorded by an earlier try, stays as it is."""
    try:
        return jobs.save(job, cause)
    except ConflictError:
        return job


def flag_overdue(cause: Cause, *, jobs: Jobs, at: datetime) -> int:
    """How many running jobs have run out of time and were not flagged before."""
    flagged = 0
    for job in jobs.newest(status=Status.RUNNING):
        late = job.overdue(at=at)
        if late is job:
            continue
        try:
            jobs.save(late, cause)
        except ConflictError:
            continue  # it has reported at this very moment
        flagged += 1
    return flagged


def _next(turn: str, cause: Cause, *, rotation: Rotations, at: datetime, pause: Pause) -> Search | None:
    for _ in attempts(ATTEMPTS, pause=pause):
        advanced, search = rotation.get().advanced(at=at, turn=turn)
        if search is None:
            return None
        try:
            rotation.save(advanced, cause, turn=turn)
        except ConflictError:
            if rotation.is_taken(turn):
                return _of(turn, rotation.get())
            continue
        return search
    raise DependencyError("the list of searches is changed by others all the time")


def _of(turn: str, known: Rotation) -> Search | None:
    """The search of a turn that was begun, and perhaps cut off: the scraper knows it by the turn's key."""
    return next((s for s in known.searches if s.id == known.last), None) if known.turn == turn else None


def _record_failure(
    search: Search, answer: str, cause: Cause, *, rotation: Rotations, at: datetime, pause: Pause
) -> None:
    for _ in attempts(ATTEMPTS, pause=pause):
        try:
            rotation.save(rotation.get().failed(search, answer, at=at), cause)
        except ConflictError:
            continue
        return
