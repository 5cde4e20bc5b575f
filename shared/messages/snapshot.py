"""The SSOT snapshot: every message that was routed and what became of it, in one file of JSON, sorted by key.

`{"events": [{"ingested_at", "key", "payload", "raw", "source", "tags", "type", "event_id", "deliveries"}], "metadata":
{"count", "repo_root", "updated_at", …}}`. A key is `discord:<type>:<id>`. `payload` has what else a message said under
`metadata` and nowhere else: beside the other fields a name of the poster's choice would look like one of ours, or hide
it.
`raw` is `{"discord": <the message as it was posted>}`, or null where nobody has it.

Built in a database on disk, so that what is in memory does not grow with the file.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, Self

from shared.ledger.envelope import to_text
from shared.messages.json_stream import JsonStream
from shared.messages.message import raw_text
from shared.runtime.errors import InvalidInputError

REPOSITORY: Final = "adaptco-ssot"
FILE: Final = "data/core-orchestrator/events.json"  # in the repository

Entry = Mapping[str, Any]

_DELIVERED: Final = "delivered"
_CLOSED: Final = (_DELIVERED, "skipped", "dry_run")  # nothing changes by itself
_OWN: Final = frozenset({"count", "updated_at"})  # of the metadata: counted and told here
_BASE: Final = ("content", "author", "channel", "created_at", "url")
_EXTRA: Final = ("duration_minutes", "attendees", "location", "priority", "item", "price", "currency", "quantity")
_TABLES: Final = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE entries (key TEXT PRIMARY KEY, event_id TEXT UNIQUE, ingested_at TEXT, entry TEXT NOT NULL);
    CREATE TABLE deliveries (
        event_id TEXT, sink TEXT, status TEXT, delivery TEXT NOT NULL, PRIMARY KEY (event_id, sink)
    ) WITHOUT ROWID;
"""


def entry_of(detail: Mapping[str, Any], raw: Any) -> dict[str, Any]:
    """What the snapshot says of the event of a message; `raw` is the message as it came, None where it is lost."""
    data = detail["data"]
    payload = {"id": data["message_id"]} | {name: data[name] for name in _BASE}
    payload |= {name: data[name] for name in ("scheduled_for", *_EXTRA) if data[name] not in (None, [])}
    return {
        "ingested_at": detail["time"],
        "key": f"{data['origin']}:{detail['type']}:{data['message_id']}",
        "payload": payload | {"metadata": data["metadata"]},
        "raw": None if raw is None else {data["origin"]: raw},
        "source": data["origin"],
        "tags": list(detail["tags"]),
        "type": detail["type"],
        "event_id": detail["id"],
        "deliveries": {},
    }


class Snapshot:
    """`work` is the path of a database that is not there yet, or `:memory:`; it can go when this is closed."""

    def __init__(self, work: Path | str) -> None:
        self._base = sqlite3.connect(work, isolation_level=None)
        self._base.executescript(_TABLES)
        self._base.execute("BEGIN")
        self._extras: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def load(self, stream: IO[str]) -> None:
        """An earlier file: as it is written here, a plain list of entries, or a map of them.

        Raises InvalidInputError where it is none of these: it must not be written over then.
        """
        for key, entry in self._entries(JsonStream(stream)):
            _check(entry)
            try:
                self._put(entry, entry.get("key") or key or _key_of(entry))
            except ValueError:
                raise InvalidInputError("an entry has text or numbers that are not JSON") from None

    def put(self, entries: Iterable[Entry]) -> None:
        """New, or in place of what was said; when a message came first, and what was delivered of it, stays."""
        for entry in entries:
            self._put(entry, entry["key"])

    def set_deliveries(self, event_id: str, deliveries: Mapping[str, Mapping[str, Any]]) -> None:
        """How they stand, by sink: `status`, `attempts` … What was delivered remains delivered."""
        self._base.executemany(
            "INSERT INTO deliveries VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET status = excluded.status, "
            "delivery = excluded.delivery WHERE deliveries.status IS NOT ? OR excluded.status = ?",
            [
                (event_id, sink, delivery.get("status"), raw_text(delivery), _DELIVERED, _DELIVERED)
                for sink, delivery in deliveries.items()
            ],
        )

    def follow(self, event_id: str, sink: str, *, at: str) -> None:
        """Somebody asked for it again at that time: it is open, unless it is delivered or has changed since."""
        known = self._delivery(event_id, sink)
        if known is None or str(known.get("changed_at") or "") < at:
            self.set_deliveries(event_id, {sink: {**(known or {}), "status": "pending", "changed_at": at}})

    def update(self, event_id: str, sink: str, delivery: Mapping[str, Any]) -> bool:
        """Whether it has changed since."""
        known = self._delivery(event_id, sink)
        if known is not None and str(delivery["changed_at"]) <= str(known.get("changed_at") or ""):
            return False
        self.set_deliveries(event_id, {sink: delivery})
        return True

    def _delivery(self, event_id: str, sink: str) -> dict[str, Any] | None:
        asked = "SELECT delivery FROM deliveries WHERE event_id = ? AND sink = ?"
        found = self._base.execute(asked, (event_id, sink)).fetchone()
        return json.loads(found[0]) if found else None

    def open_deliveries(self) -> Iterator[tuple[str, str]]:
        """Event id and sink of those that may stand otherwise by now, in order."""
        asked = "SELECT event_id, sink FROM deliveries WHERE status IS NULL OR status NOT IN (?, ?, ?) ORDER BY 1, 2"
        yield from self._base.execute(asked, _CLOSED)

    @property
    def extras(self) -> Mapping[str, Any]:
        """What the metadata of the loaded file says beside count and time."""
        return self._extras

    def has(self, event_id: str) -> bool:
        found = self._base.execute("SELECT 1 FROM entries WHERE event_id = ?", (event_id,)).fetchone()
        return found is not None

    def __len__(self) -> int:
        (count,) = self._base.execute("SELECT count(*) FROM entries").fetchone()
        return int(count)

    def write(self, stream: IO[str], *, at: datetime, extras: Mapping[str, Any]) -> None:
        """The file, a piece at a time; what an earlier one had in its metadata stays where `extras` does not say."""
        metadata = {**self._extras, **extras, "count": len(self), "updated_at": to_text(at)}
        before = '{\n  "events": [\n    '
        for entry in self._written():
            stream.write(before + _pretty(entry, depth=2))
            before = ",\n    "
        end = "\n  ]" if len(self) else '{\n  "events": []'
        stream.write(f'{end},\n  "metadata": {_pretty(metadata, depth=1)}\n}}\n')

    def _written(self) -> Iterator[dict[str, Any]]:
        for event_id, ingested_at, text in self._base.execute(
            "SELECT event_id, ingested_at, entry FROM entries ORDER BY key"
        ):
            entry = {**json.loads(text)}
            if event_id is not None:
                entry |= {"ingested_at": ingested_at, "deliveries": self._deliveries_of(event_id)}
            yield entry

    def _deliveries_of(self, event_id: str) -> dict[str, Any]:
        found = self._base.execute("SELECT sink, delivery FROM deliveries WHERE event_id = ?", (event_id,))
        return {sink: json.loads(delivery) for sink, delivery in found}

    def _put(self, entry: Entry, key: str) -> None:
        event_id = entry.get("event_id")
        kept = {name: value for name, value in entry.items() if event_id is None or name != "deliveries"}
        first = self._first_told(key, event_id, entry.get("ingested_at"))
        self._base.execute("DELETE FROM entries WHERE key = ? OR event_id = ?", (key, event_id))
        row = (key, event_id, first, raw_text({**kept, "key": key, "ingested_at": first}))
        self._base.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", row)
        if event_id is not None:
            self.set_deliveries(event_id, entry.get("deliveries") or {})

    def _first_told(self, key: str, event_id: Any, otherwise: Any) -> Any:
        """A message whose type was changed has another key and is the same message."""
        asked = "SELECT ingested_at FROM entries WHERE key = ? OR event_id = ? ORDER BY ingested_at LIMIT 1"
        found = self._base.execute(asked, (key, event_id)).fetchone()
        return found[0] if found and found[0] is not None else otherwise

    def _entries(self, document: JsonStream) -> Iterator[tuple[str | None, Any]]:
        if document.peek() == "[":
            yield from ((None, entry) for entry in document.array())
        else:
            yield from self._entries_of_object(document)
        document.end()

    def _entries_of_object(self, document: JsonStream) -> Iterator[tuple[str | None, Any]]:
        for name in document.names():
            if name == "events" and document.peek() == "[":
                yield from ((None, entry) for entry in document.array())
            elif name == "metadata":
                self._extras |= _metadata(document.value())
            else:
                yield name, document.value()


def _metadata(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInputError("metadata is no object")
    return {name: kept for name, kept in value.items() if name not in _OWN}


def _check(entry: Any) -> None:
    """What is relied on of an entry that was written by somebody else."""
    if not isinstance(entry, dict):
        raise InvalidInputError("an entry is no object")
    if any(not _is_text(entry.get(name)) for name in ("key", "event_id", "ingested_at")):
        raise InvalidInputError("the key, event_id or ingested_at of an entry is no text")
    deliveries = entry.get("deliveries") or {}
    if not isinstance(deliveries, dict) or not all(isinstance(delivery, dict) for delivery in deliveries.values()):
        raise InvalidInputError("the deliveries of an entry are no objects")


def _is_text(value: Any) -> bool:
    """Or not there; half a surrogate pair is none."""
    return value is None or (isinstance(value, str) and value.encode(errors="ignore").decode() == value)


def _key_of(entry: Entry) -> str:
    """Of an entry from before entries had keys: `<source>:<type>:<what the payload is known by>`."""
    payload = entry.get("payload")
    known = payload if isinstance(payload, dict) else {}
    name = next((known[part] for part in ("id", "url", "external_id", "title", "content") if known.get(part)), None)
    if name is None:
        raise InvalidInputError("an entry has neither a key nor a payload with an id")
    return f"{entry.get('source')}:{entry.get('type')}:{name}"


def _pretty(value: Any, *, depth: int) -> str:
    """As `json.dump` with an indent of two would write it at this depth."""
    return json.dumps(value, indent=2, sort_keys=True).replace("\n", "\n" + "  " * depth)
