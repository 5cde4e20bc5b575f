"""The last digest of each period, in the ledger: what the next one is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact, event_id
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError, NotFoundError
from shared.status.period import Period

KIND: Final = "DIGEST"
TAKEN: Final = "digest.taken"
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is kept of a digest."""

    at: datetime
    level: str
    figures: Mapping[str, int]


class LedgerDigests:
    def __init__(self, ledger: Ledger, *, pause: Pause) -> None:
        self._ledger = ledger
        self._pause = pause

    def record(self, period: Period, data: Mapping[str, Any], cause: Cause, *, at: datetime) -> Taken | None:
        """Keep it as the last one, and return the one before it; None where there was none.

        `data` is that of the event. Recorded again in the same trace, it is what it was the first time.
        Raises ConflictError where others go on being faster; DependencyError.
        """
        for _ in attempts(_ATTEMPTS, pause=self._pause):
            kept = self._kept(period)
            if kept and kept.fields["trace_id"] == cause.trace_id:
                return self._earlier(period, kept.version - 1)
            try:
                self._ledger.commit(_change(period, data, cause, at=at, after=kept.version if kept else 0))
            except ConflictError:
                continue
            return self._earlier(period, kept.version) if kept else None
        raise ConflictError(f"{_ATTEMPTS} times another digest was faster")

    def _kept(self, period: Period) -> Aggregate | None:
        try:
            return self._ledger.get(KIND, period.value)
        except NotFoundError:
            return None

    def _earlier(self, period: Period, version: int) -> Taken | None:
        if not version:
            return None
        event = self._ledger.event(event_id(KIND, period.value, version))
        return Taken(at=event.time, level=event.data["level"], figures=event.data["figures"])


def _change(period: Period, data: Mapping[str, Any], cause: Cause, *, at: datetime, after: int) -> Change:
    events = recorded(KIND, period.value, [Fact(type=TAKEN, time=at, data=data)], after=after, cause=cause)
    fields = {"level": data["level"], "figures": dict(data["figures"]), "trace_id": cause.trace_id}
    return Change(
        aggregate=Aggregate(kind=KIND, id=period.value, version=after + 1, changed_at=at, fields=fields), events=events
    )
