"""How far each place of a source was read: cursors that are kept, and set back when a run is undone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.control.ingestion.envelope import document_id
from shared.control.ingestion.run_tag import RunTag
from shared.control.ingestion.source import Cursor
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact
from shared.ledger.ledger import Aggregate, Change, Entry, Ledger
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import ConflictError, NotFoundError

KIND: Final = "INGESTION"
ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class _Move:
    what: str
    tag: RunTag
    place: str
    cursor: Cursor
    after: int  # the version that is stored


class LedgerFeeds:
    def __init__(self, ledger: Ledger, *, pause: Pause) -> None:
        self._ledger = ledger
        self._pause = pause

    def cursor(self, source: str, place: str) -> Cursor:
        """Empty where it was never read to its end."""
        return self._read(source, place)[1]

    def advance(self, tag: RunTag, place: str, cursor: Cursor, cause: Cause, *, at: datetime) -> None:
        """The place was read to its end, once in a run. Raises ConflictError."""
        feed = feed_id(tag.source, place)
        for _ in attempts(ATTEMPTS, pause=self._pause):
            version, before = self._read(tag.source, place)
            if before == cursor or any(entry.key == feed for entry in self._ledger.entries(tag.advanced)):
                return
            line = Entry(list=tag.advanced, key=feed, fields={"place": place, "before": json.dumps(before)})
            move = _Move("ingestion.advanced", tag, place, cursor, version)
            if self._moved(move, cause, at=at, entries=(line,)):
                return
        raise ConflictError(f"{feed} is changed by others all the time; try again")

    def set_back(self, tag: RunTag, cause: Cause, *, at: datetime) -> int:
        """To where they were before the run, whoever has read on since: what is met twice is known by its content.

        Returns how many places. Raises ConflictError.
        """
        lines = list(self._ledger.entries(tag.advanced))
        for line in lines:
            self._set_back(tag, line.fields["place"], json.loads(line.fields["before"]), cause, at=at)
        return len(lines)

    def _set_back(self, tag: RunTag, place: str, before: Cursor, cause: Cause, *, at: datetime) -> None:
        for _ in attempts(ATTEMPTS, pause=self._pause):
            version, now = self._read(tag.source, place)
            move = _Move("ingestion.set_back", tag, place, before, version)
            if now == before or self._moved(move, cause, at=at):
                return
        raise ConflictError(f"{place} is changed by others all the time; try again")

    def _read(self, source: str, place: str) -> tuple[int, Cursor]:
        try:
            kept = self._ledger.get(KIND, feed_id(source, place))
        except NotFoundError:
            return 0, {}
        cursor: Mapping[str, Any] = json.loads(kept.fields["cursor"])
        return kept.version, cursor

    def _moved(self, move: _Move, cause: Cause, *, at: datetime, entries: tuple[Entry, ...] = ()) -> bool:
        """False where somebody wrote first."""
        source, place = move.tag.source, move.place
        fact = Fact(type=move.what, time=at, data={"run_id": move.tag.run_id, "source": source, "place": place})
        events = recorded(KIND, feed_id(source, place), [fact], after=move.after, cause=cause)
        aggregate = Aggregate(
            kind=KIND,
            id=feed_id(source, place),
            version=events[-1].version,
            changed_at=at,
            fields={"source": source, "place": place, "cursor": json.dumps(move.cursor)},
        )
        try:
            self._ledger.commit(Change(aggregate=aggregate, events=events, entries=entries))
        except ConflictError:
            return False
        return True


def feed_id(source: str, place: str) -> str:
    return f"feed-{document_id(source, place)}"
