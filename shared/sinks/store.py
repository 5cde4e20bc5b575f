"""What people have decided about sinks, in the ledger."""

from datetime import datetime
from typing import Final

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.errors import NotFoundError
from shared.sinks.pausing import SinkState

KIND: Final = "SINK"
PAUSED: Final = "sink.paused"
RESUMED: Final = "sink.resumed"


class LedgerSinks:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, name: str) -> SinkState:
        """Nobody has decided anything yet: it is served."""
        try:
            kept = self._ledger.get(KIND, name)
        except NotFoundError:
            return SinkState(name=name)
        return _state(kept)

    def get_all(self, names: tuple[str, ...]) -> list[SinkState]:
        kept = self._ledger.get_many(KIND, names)
        return [_state(kept[name]) if name in kept else SinkState(name=name) for name in names]

    def decide(self, known: SinkState, *, paused: bool, reason: str | None, cause: Cause, at: datetime) -> SinkState:
        """Put the decision in the place of the known one. Raises ConflictError where it is another by now."""
        fact = Fact(type=PAUSED if paused else RESUMED, time=at, data={"sink": known.name, "reason": reason})
        events = recorded(KIND, known.name, [fact], after=known.version, cause=cause)
        fields = {"paused": paused, "reason": reason, "since": to_text(at), "by": cause.actor}
        version = events[-1].version
        aggregate = Aggregate(kind=KIND, id=known.name, version=version, changed_at=at, fields=fields)
        self._ledger.commit(Change(aggregate=aggregate, events=events))
        return _state(aggregate)


def _state(kept: Aggregate) -> SinkState:
    return SinkState(
        name=kept.id,
        is_paused=kept.fields["paused"],
        reason=kept.fields.get("reason"),
        since=from_text(kept.fields["since"]),
        by=kept.fields["by"],
        version=kept.version,
    )
