"""What was cleared, in the ledger: a list of marks, each written with the event that says so."""

from datetime import datetime
from typing import Final

from shared.control.history.cleared import CLEARED, Cleared, Mark
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, Fact, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Entry, Ledger
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError, NotFoundError

KIND: Final = "EVENTS"
ID: Final = "history"
LIST: Final = "cleared"
ATTEMPTS: Final = 8


class LedgerMarks:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def cleared(self) -> Cleared:
        """As it is at this moment."""
        return Cleared(
            Mark(
                before=from_text(entry.fields["before"]),
                event_type=entry.fields.get("event_type"),
                correlation_id=entry.fields.get("correlation_id"),
            )
            for entry in self._ledger.entries(LIST)
        )

    def clear(self, mark: Mark, *, reason: str, cause: Cause, at: datetime, pause: Pause) -> Event:
        """The event that says so. Raises ConflictError where others do the same all the time."""
        for _ in attempts(ATTEMPTS, pause=pause):
            change = self._change(mark, reason=reason, cause=cause, at=at)
            try:
                self._ledger.commit(change)
            except ConflictError:
                continue
            return change.events[0]
        raise ConflictError("others are clearing the history; try again")

    def _change(self, mark: Mark, *, reason: str, cause: Cause, at: datetime) -> Change:
        names = {"event_type": mark.event_type, "correlation_id": mark.correlation_id}
        fact = Fact(type=CLEARED, time=at, data={"before": mark.before, "filter": names, "reason": reason})
        events = recorded(KIND, ID, [fact], after=self._version(), cause=cause)
        version = events[-1].version
        fields = {"before": to_text(mark.before), "by": cause.actor, **names}
        return Change(
            aggregate=Aggregate(kind=KIND, id=ID, version=version, changed_at=at),
            events=events,
            entries=(Entry(list=LIST, key=f"{version:010}", fields=fields),),
        )

    def _version(self) -> int:
        try:
            return self._ledger.get(KIND, ID).version
        except NotFoundError:
            return 0
