"""What was done with the letters of a queue, in the ledger: one thing for each queue, with its history."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shared.control.letters.letter import Letter
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, Fact
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError, NotFoundError

KIND: Final = "DEAD_LETTERS"
RETRIED: Final = "dead_letters.retried"
DISCARDED: Final = "dead_letters.discarded"
MOST_IN_ONE: Final = 50  # letters that one event names
_ATTEMPTS: Final = 10


class LetterBook:
    def __init__(self, ledger: Ledger, *, pause: Pause) -> None:
        self._ledger = ledger
        self._pause = pause

    def retried(self, letters: Sequence[Letter], cause: Cause, *, at: datetime, run_id: str | None = None) -> None:
        """That these, of one queue and at most `MOST_IN_ONE`, were tried again.

        Raises ConflictError where others write all the time, DependencyError.
        """
        first = letters[0]
        said = {**_said(letters), "source": first.source, "run_id": run_id}
        self._say(first.queue, Fact(type=RETRIED, time=at, data=said), cause)

    def discarded(self, letters: Sequence[Letter], cause: Cause, *, at: datetime, reason: str) -> None:
        """As `retried`."""
        said = {**_said(letters), "reason": reason}
        self._say(letters[0].queue, Fact(type=DISCARDED, time=at, data=said), cause)

    def history(self, queue: str) -> Iterator[Event]:
        """Oldest first."""
        return self._ledger.history(KIND, queue)

    def _say(self, queue: str, fact: Fact, cause: Cause) -> None:
        """Two who work on one queue say it one after the other."""
        for _ in attempts(_ATTEMPTS, pause=self._pause):
            try:
                self._ledger.commit(self._change(queue, fact, cause))
            except ConflictError:
                continue
            return
        raise ConflictError(f"the history of {queue} is written by others all the time")

    def _change(self, queue: str, fact: Fact, cause: Cause) -> Change:
        known = self._known(queue)
        (event,) = recorded(KIND, queue, [fact], after=known.version if known else 0, cause=cause)
        totals = dict(known.fields) if known else {}
        name = fact.type.partition(".")[2]
        totals[name] = int(totals.get(name, 0)) + int(fact.data["count"])
        aggregate = Aggregate(kind=KIND, id=queue, version=event.version, changed_at=fact.time, fields=totals)
        return Change(aggregate=aggregate, events=(event,))

    def _known(self, queue: str) -> Aggregate | None:
        try:
            return self._ledger.get(KIND, queue)
        except NotFoundError:
            return None


def _said(letters: Sequence[Letter]) -> Mapping[str, Any]:
    return {"queue": letters[0].queue, "count": len(letters), "letters": [dict(one.note()) for one in letters]}
