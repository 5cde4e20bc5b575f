"""Scrape jobs and the search rotation in the ledger."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, event_id, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.errors import NotFoundError
from shared.scraping.job import Job, Outcome, Status
from shared.scraping.rotation import Rotation, Search

JOB = "SCRAPER"
ROTATION = "SEARCHES"
_THE_ONE = "rotation"


class LedgerJobs:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, job_id: str) -> Job:
        """Raises NotFoundError."""
        return _job(self._ledger.get(JOB, job_id))

    def save(self, job: Job, cause: Cause) -> Job:
        """Record the job with its facts; without facts there is nothing to record.

        Raises ConflictError where it was changed since it was read.
        """
        if not job.facts:
            return job
        events = recorded(JOB, job.id, job.facts, after=job.version, cause=cause)
        aggregate = Aggregate(
            kind=JOB,
            id=job.id,
            version=events[-1].version,
            changed_at=job.changed_at,
            place=str(job.status),
            fields=_job_fields(job),
        )
        self._ledger.commit(Change(aggregate=aggregate, events=events))
        return replace(job, version=aggregate.version, facts=())

    def newest(self, *, status: Status | None = None, at_a_time: int = 50) -> Iterator[Job]:
        """Newest change first."""
        places = [str(status)] if status else [str(each) for each in Status]
        return map(_job, self._ledger.board(JOB, places, at_a_time=at_a_time))


class LedgerRotation:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self) -> Rotation:
        """Empty where nobody has made a list yet."""
        try:
            kept = self._ledger.get(ROTATION, _THE_ONE)
        except NotFoundError:
            return Rotation()
        searches = tuple(Search(**search) for search in kept.fields.get("searches", []))
        return Rotation(
            searches=searches,
            last=kept.fields.get("last"),
            turn=kept.fields.get("turn"),
            changed_at=kept.changed_at,
            version=kept.version,
        )

    def save(self, rotation: Rotation, cause: Cause, *, turn: str | None = None) -> Rotation:
        """Record it with its facts. `turn` names a turn that is to be taken once.

        Raises ConflictError where it was changed since it was read, or the turn was taken.
        """
        assert rotation.changed_at is not None, "what has facts has changed"
        events = recorded(ROTATION, _THE_ONE, rotation.facts, after=rotation.version, cause=cause)
        aggregate = Aggregate(
            kind=ROTATION,
            id=_THE_ONE,
            version=events[-1].version,
            changed_at=rotation.changed_at,
            fields={
                "searches": [search.said() for search in rotation.searches],
                "last": rotation.last,
                "turn": rotation.turn,
            },
        )
        claims = (turn_claim(turn),) if turn else ()
        self._ledger.commit(Change(aggregate=aggregate, events=events, claims=claims))
        return replace(rotation, version=aggregate.version, facts=())

    def newest_events(self, rotation: Rotation) -> Iterator[Event]:
        """What led to it, newest first, each read when it is asked for: every turn is one."""
        for version in range(rotation.version, 0, -1):
            yield self._ledger.event(event_id(ROTATION, _THE_ONE, version))

    def is_taken(self, turn: str) -> bool:
        return bool(self._ledger.claimed([turn_claim(turn)]))


def turn_claim(turn: str) -> str:
    return f"TURN#{turn}"


def _job_fields(job: Job) -> dict[str, Any]:
    return {
        "status": str(job.status),
        "brands": list(job.brands),
        "search": job.search,
        "requested_by": job.requested_by,
        "created_at": to_text(job.created_at),
        "due_at": to_text(job.due_at) if job.due_at else None,
        "outcome": asdict(job.outcome) if job.outcome else None,
    }


def _job(aggregate: Aggregate) -> Job:
    kept = aggregate.fields
    due_at, outcome = kept.get("due_at"), kept.get("outcome")
    return Job(
        id=aggregate.id,
        status=Status(kept["status"]),
        brands=tuple(kept["brands"]),
        search=kept["search"],
        requested_by=kept["requested_by"],
        created_at=from_text(kept["created_at"]),
        changed_at=aggregate.changed_at,
        due_at=from_text(due_at) if due_at else None,
        outcome=Outcome(**{name: int(value) for name, value in outcome.items()}) if outcome else None,
        version=aggregate.version,
    )
