"""What `switchyard route` has delivered, kept in a file of its own, so that a file routed twice makes nothing twice."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final

from shared.deliveries.delivery import Deliveries, Delivery, Status
from shared.ledger.envelope import from_text, to_text
from shared.runtime.errors import ConflictError, DependencyError

_CUT_OFF: Final = "an earlier run was cut off; it is not known whether it was sent"
_UNKNOWN: Final = "there is no record of it"
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SAFE: Final = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
_DELIVERIES: Final = """
    CREATE TABLE IF NOT EXISTS deliveries (
        event_id TEXT, sink TEXT, revision INTEGER, status TEXT, delivery TEXT, PRIMARY KEY (event_id, sink)
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS cut_off ON deliveries (status) WHERE status = 'sending';
"""
_DIGESTS: Final = "CREATE TABLE IF NOT EXISTS digests (key TEXT PRIMARY KEY, digest TEXT) WITHOUT ROWID"


class LocalDeliveries:
    """In a database of one process at a time: each write is on the disk when it returns.

    What was being done when this is opened was cut off: whether it was done is in doubt. Raises DependencyError.
    """

    def __init__(self, path: Path) -> None:
        self._base = _Base(path, _SAFE + _DELIVERIES)
        for (text,) in self._base.ask("SELECT delivery FROM deliveries WHERE status = ?", str(Status.SENDING)):
            delivery = from_json(text)
            self.save(delivery.ended(Status.IN_DOUBT, at=delivery.changed_at, error=_CUT_OFF))

    def close(self) -> None:
        self._base.close()

    def get(self, event_id: str, sink: str) -> Delivery | None:
        found = self._base.ask("SELECT delivery FROM deliveries WHERE event_id = ? AND sink = ?", event_id, sink)
        return from_json(found[0][0]) if found else None

    def save(self, delivery: Delivery) -> Delivery:
        kept = replace(delivery, revision=delivery.revision + 1)
        row = (kept.event_id, kept.sink, kept.revision, str(kept.status), to_json(kept))
        saved = self._base.ask(
            "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET revision = excluded.revision, "
            "status = excluded.status, delivery = excluded.delivery WHERE deliveries.revision = ? RETURNING revision",
            *row,
            delivery.revision,
        )
        if not saved:
            raise ConflictError(f"the delivery of {delivery.event_id} was changed by someone else")
        return kept


class LookFirst:
    """Believes of what has no record that it may have been done, from elsewhere: the provider is looked at first."""

    def __init__(self, kept: Deliveries) -> None:
        self._kept = kept

    def get(self, event_id: str, sink: str) -> Delivery:
        return self._kept.get(event_id, sink) or Delivery(
            event_id=event_id,
            sink=sink,
            key=event_id,
            status=Status.IN_DOUBT,
            attempts=0,
            changed_at=_LONG_AGO,
            began_at=_LONG_AGO,
            last_error=_UNKNOWN,
        )

    def save(self, delivery: Delivery) -> Delivery:
        return self._kept.save(delivery)


class Told(Enum):
    """What became of telling the digest of a message."""

    NEW = "new"
    KNOWN = "known"
    OTHER = "other"  # under this key something else was said


class Digests:
    """Of messages, by key: one message is told once. Raises DependencyError."""

    def __init__(self, path: Path, *, is_safe: bool) -> None:
        """`is_safe`: what was told is still known after a crash."""
        self._base = _Base(path, _SAFE + _DIGESTS if is_safe else f"PRAGMA synchronous = OFF; {_DIGESTS}")

    def close(self) -> None:
        self._base.close()

    def tell(self, key: str, digest: str) -> Told:
        if self._base.ask("INSERT INTO digests VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING key", key, digest):
            return Told.NEW
        return self.look(key, digest)

    def look(self, key: str, digest: str) -> Told:
        """The same, without telling it."""
        known = self._base.ask("SELECT digest FROM digests WHERE key = ?", key)
        if not known:
            return Told.NEW
        return Told.KNOWN if known[0][0] == digest else Told.OTHER


class _Base:
    """A database whose every statement is a transaction of its own, for all threads of this process."""

    def __init__(self, path: Path, script: str) -> None:
        self._path = path
        self._lock = threading.Lock()
        with self._asking():
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._base.executescript(script)

    def close(self) -> None:
        self._base.close()

    def ask(self, statement: str, *values: Any) -> list[Any]:
        with self._lock, self._asking():
            return self._base.execute(statement, values).fetchall()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise DependencyError(f"{self._path}: {error}") from None


def to_json(delivery: Delivery) -> str:
    return json.dumps(asdict(delivery), default=to_text, ensure_ascii=False)


def from_json(text: str) -> Delivery:
    kept = json.loads(text)
    times = {name: from_text(value) for name, value in kept.items() if name.endswith("_at") and value is not None}
    return Delivery(**{**kept, **times, "status": Status(kept["status"])})
