"""A job: what is done now and then, by one at a time, and what came of it the last time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.jobs.keeping import fractions_as_text, kept_parameters, kept_result
from shared.ledger.envelope import Fact
from shared.runtime.errors import ContradictionError

LEASE: Final = timedelta(minutes=3)  # longer than the function that does it may take; who holds on longer is gone
REQUESTED: Final = "job.requested"
STARTED: Final = "job.started"
COMPLETED: Final = "job.completed"
FAILED: Final = "job.failed"
LOST: Final = "nothing was heard of it any more"


class BusyJobError(ContradictionError):
    """It is being done already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of a run that has ended: `result`, or why there is none."""

    run_id: str
    started_at: datetime
    ended_at: datetime
    result: Mapping[str, Any] | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    name: str
    run_id: str | None = None  # of the run in hand
    started_at: datetime | None = None
    last: Outcome | None = None
    changed_at: datetime | None = None
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    def is_busy(self, *, at: datetime) -> bool:
        return self.started_at is not None and at < self.started_at + LEASE

    def requested(self, parameters: Mapping[str, Any], *, at: datetime) -> "Job":
        """With all of the parameters: whoever does it has no others."""
        return self._with(REQUESTED, {"parameters": fractions_as_text(parameters)}, at=at)

    def started(self, run_id: str, parameters: Mapping[str, Any], *, at: datetime) -> "Job":
        """Raises BusyJobError while another run may be at it."""
        if self.is_busy(at=at):
            raise BusyJobError(f"{self.name} is being done since {self.started_at:%H:%M:%S} UTC")
        before = self.failed(LOST, at=at, broke_down=True) if self.run_id else self
        told = before._with(STARTED, {"run_id": run_id, "parameters": kept_parameters(parameters)}, at=at)
        return replace(told, run_id=run_id, started_at=at)

    def completed(self, result: Mapping[str, Any], *, at: datetime) -> "Job":
        kept = kept_result(result)
        return self._ended(COMPLETED, {"result": fractions_as_text(kept)}, at=at, result=kept)

    def failed(self, error: str, *, at: datetime, broke_down: bool = False) -> "Job":
        """`broke_down`: nobody has come to its end, so that it is to be done again where its request comes again."""
        return self._ended(FAILED, {"error": error, "broke_down": broke_down}, at=at, error=error)

    def _ended(self, kind: str, said: Mapping[str, Any], *, at: datetime, **outcome: Any) -> "Job":
        assert self.run_id is not None, "nobody is at it"
        assert self.started_at is not None
        seconds = f"{(at - self.started_at).total_seconds():.3f}"
        told = self._with(kind, {"run_id": self.run_id, "seconds": seconds, **said}, at=at)
        last = Outcome(run_id=self.run_id, started_at=self.started_at, ended_at=at, **outcome)
        return replace(told, run_id=None, started_at=None, last=last)

    def _with(self, kind: str, said: Mapping[str, Any], *, at: datetime) -> "Job":
        fact = Fact(type=kind, time=at, data={"job": self.name, **said})
        return replace(self, changed_at=at, facts=(*self.facts, fact))
