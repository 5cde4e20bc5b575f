"""Jobs in the ledger: the version of each is what lets one in at a time."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from shared.control.jobs.job import Job, Outcome
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.errors import NotFoundError

KIND: Final = "JOB"


class LedgerJobs:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, name: str) -> Job:
        """One that was never done is as good as any other."""
        try:
            return _job(self._ledger.get(KIND, name))
        except NotFoundError:
            return Job(name=name)

    def get_all(self, names: Collection[str]) -> list[Job]:
        known = self._ledger.get_many(KIND, names)
        return [_job(known[name]) if name in known else Job(name=name) for name in names]

    def save(self, job: Job, cause: Cause) -> Job:
        """Raises ConflictError where it was changed since it was read."""
        events = recorded(KIND, job.name, job.facts, after=job.version, cause=cause)
        aggregate = Aggregate(
            kind=KIND,
            id=job.name,
            version=events[-1].version,
            changed_at=events[-1].time,
            place="ALL",
            fields=_fields(job),
        )
        self._ledger.commit(Change(aggregate=aggregate, events=events))
        return replace(job, version=aggregate.version, facts=())

    def history(self, name: str, *, after: int = 0) -> Iterator[Event]:
        """Oldest first, behind a version."""
        return self._ledger.history(KIND, name, after=after)

    def newest(self, name: str, number: int) -> Iterator[Event]:
        """The last so many, newest first; no more than these are read."""
        return islice(self._ledger.history(KIND, name, newest_first=True, at_a_time=number), number)


def _fields(job: Job) -> dict[str, Any]:
    return {
        "run_id": job.run_id,
        "started_at": to_text(job.started_at) if job.started_at else None,
        "last": _outcome_fields(job.last) if job.last else None,
    }


def _outcome_fields(last: Outcome) -> dict[str, Any]:
    return {
        "run_id": last.run_id,
        "started_at": to_text(last.started_at),
        "ended_at": to_text(last.ended_at),
        "result": json.dumps(last.result) if last.result is not None else None,  # numbers stay what they are
        "error": last.error,
    }


def _job(aggregate: Aggregate) -> Job:
    fields = aggregate.fields
    return Job(
        name=aggregate.id,
        run_id=fields.get("run_id"),
        started_at=_moment(fields.get("started_at")),
        last=_outcome(fields["last"]) if fields.get("last") else None,
        changed_at=aggregate.changed_at,
        version=aggregate.version,
    )


def _outcome(kept: Mapping[str, Any]) -> Outcome:
    return Outcome(
        run_id=kept["run_id"],
        started_at=from_text(kept["started_at"]),
        ended_at=from_text(kept["ended_at"]),
        result=json.loads(kept["result"]) if kept["result"] is not None else None,
        error=kept["error"],
    )


def _moment(text: str | None) -> datetime | None:
    return from_text(text) if text else None
