"""What a run of ingestion was asked for, and what came of it: one thing in the ledger for each."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.errors import ConflictError, NotFoundError

KIND: Final = "INGESTION"
_REQUESTED: Final = "requested"
_COMPLETED: Final = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    run_id: str
    workflow: str
    sources: tuple[str, ...]
    scope: Mapping[str, Any]


class LedgerIngestions:
    """Each is said once, however often it is told."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def request(self, asked: Asked, cause: Cause, *, at: datetime) -> None:
        data = {"workflow": asked.workflow, "sources": list(asked.sources), "scope": dict(asked.scope)}
        self._tell(asked.run_id, _REQUESTED, data, cause, at=at)

    def complete(self, run_id: str, told: Mapping[str, Any], cause: Cause, *, at: datetime) -> None:
        """`told`: what came of it, as the event says it."""
        self._tell(run_id, _COMPLETED, told, cause, at=at)

    def _tell(self, run_id: str, state: str, data: Mapping[str, Any], cause: Cause, *, at: datetime) -> None:
        version, known = self._known(run_id)
        if known in (state, _COMPLETED):
            return
        fact = Fact(type=f"ingestion.{state}", time=at, data={**data, "run_id": run_id})
        events = recorded(KIND, run_id, [fact], after=version, cause=cause)
        aggregate = Aggregate(kind=KIND, id=run_id, version=events[-1].version, changed_at=at, fields={"state": state})
        with suppress(ConflictError):  # another step has said it
            self._ledger.commit(Change(aggregate=aggregate, events=events))

    def _known(self, run_id: str) -> tuple[int, str]:
        try:
            kept = self._ledger.get(KIND, run_id)
        except NotFoundError:
            return 0, ""
        return kept.version, kept.fields["state"]
