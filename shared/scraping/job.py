"""A scrape job: asked of the scraper, reported by it, or overdue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.ledger.envelope import Fact, to_text

DUE_AFTER: Final = timedelta(hours=1)


class Status(StrEnum):
    RUNNING = "running"
    COMPLETED = "completed"
    OVERDUE = "overdue"  # it may still report


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of the matches of a job."""

    matches: int
    created_listings: int
    skipped: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    id: str  # the scraper's
    status: Status
    brands: tuple[str, ...]
    search: str
    requested_by: str  # an actor; `webhook:scraper` where it came unasked
    created_at: datetime
    changed_at: datetime
    due_at: datetime | None = None
    outcome: Outcome | None = None
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @classmethod
    def created(cls, job_id: str, brands: Sequence[str], search: str, *, at: datetime, actor: str) -> "Job":
        due_at = at + DUE_AFTER
        said = {"job_id": job_id, "brands": list(brands), "search": search, "due_at": to_text(due_at)}
        return cls(
            id=job_id,
            status=Status.RUNNING,
            brands=tuple(brands),
            search=search,
            requested_by=actor,
            created_at=at,
            changed_at=at,
            due_at=due_at,
            facts=(Fact(type="scraper.job.created", time=at, data=said),),
        )

    @classmethod
    def unasked(cls, job_id: str, brands: Sequence[str], *, at: datetime, actor: str) -> "Job":
        """A job that reports and was never asked for by us. Nothing is recorded until it has reported."""
        return cls(
            id=job_id,
            status=Status.RUNNING,
            brands=tuple(brands),
            search="",
            requested_by=actor,
            created_at=at,
            changed_at=at,
        )

    def completed(self, outcome: Outcome, best: Sequence[Mapping[str, Any]], *, at: datetime) -> "Job":
        """Told of a report; the first one counts."""
        if self.status is Status.COMPLETED:
            return self
        said = {
            "job_id": self.id,
            "brands": list(self.brands),
            "matches": outcome.matches,
            "created_listings": outcome.created_listings,
            "skipped": outcome.skipped,
            "refused": outcome.refused,
            "best": list(best),
        }
        fact = Fact(type="scraper.job.completed", time=at, data=said)
        return replace(self, status=Status.COMPLETED, outcome=outcome, changed_at=at, facts=(*self.facts, fact))

    def overdue(self, *, at: datetime) -> "Job":
        """Flagged once, if its time is over and it has not reported."""
        if self.status is not Status.RUNNING or self.due_at is None or at < self.due_at:
            return self
        said = {
            "job_id": self.id,
            "brands": list(self.brands),
            "search": self.search,
            "due_at": to_text(self.due_at),
        }
        fact = Fact(type="scraper.job.overdue", time=at, data=said)
        return replace(self, status=Status.OVERDUE, changed_at=at, facts=(*self.facts, fact))
