"""The snapshot is brought up to date: what the ledger has since, and what became of what was under way."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, Protocol

from shared.deliveries.delivery import Delivery, DeliveryRecords
from shared.deliveries.events import RETRY_REQUESTED
from shared.files.store import Files
from shared.ledger.catalogue import SOURCES
from shared.ledger.envelope import Event, from_text, to_detail, to_text
from shared.ledger.ledger import Ledger
from shared.messages.snapshot import FILE, Snapshot, entry_of
from shared.runtime.clock import Clock
from shared.runtime.errors import InvalidInputError

ROOT: Final = "ssot"  # in the bucket
KEY: Final = f"{ROOT}/{FILE}"
OVERLAP: Final = timedelta(minutes=10)  # read once more: an index shows an event a moment late, and clocks differ
REACHES_BACK: Final = timedelta(days=3 * 365)  # where there is no snapshot yet
MOST_EVENTS: Final = 200_000  # in one run; the next goes on
WRITTEN_AFTER: Final = 5_000  # events, also where nothing is new, so that they are not read again and again

_AT_A_TIME: Final = 100
_READ_CHARACTERS: Final = 1024 * 1024


class Messages(Protocol):
    def raw(self, keys: Collection[str]) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    files: Files
    ledger: Ledger
    messages: Messages
    records: DeliveryRecords
    clock: Clock


@dataclass(slots=True, kw_only=True)
class Report:
    """How many messages were new, how many events were looked at, what the file holds, whether it was written."""

    read: int = 0
    looked_at: int = field(default=0, compare=False)
    updated: int = 0
    count: int = 0
    written: bool = False


def bring_up_to_date(folder: Path, *, ports: Ports) -> Report:
    """`folder` is for what is too large for memory. Raises InvalidInputError where the file in place is none of ours:
    it is left alone then; DependencyError where AWS is unwell."""
    at = ports.clock()
    with Snapshot(folder / "work.db") as snapshot:
        _load(snapshot, folder / "old.json", ports.files)
        known = _read_through(snapshot)
        since = known or at - REACHES_BACK
        report, through = _add_events(snapshot, since - OVERLAP, at, ports=ports)
        report.updated = _follow(snapshot, ports.records)
        report.count = len(snapshot)
        is_behind = report.looked_at >= WRITTEN_AFTER and at - since >= OVERLAP
        if report.read or report.updated or known is None or is_behind:
            _store(snapshot, folder / "new.json", ports.files, at=at, through=through)
            report.written = True
    return report


def _load(snapshot: Snapshot, path: Path, files: Files) -> None:
    with path.open("wb") as file:
        exists = files.download(KEY, file)
    if exists:
        with path.open(encoding="utf-8") as stream:
            snapshot.load(stream)


def _read_through(snapshot: Snapshot) -> datetime | None:
    """None where no run of ours has written the file. Raises InvalidInputError."""
    text = snapshot.extras.get("read_through")
    if text is None:
        return None
    try:
        moment = from_text(str(text))
    except ValueError:
        raise InvalidInputError("read_through is no moment") from None
    if moment.tzinfo is None:
        raise InvalidInputError("read_through is no moment of a known timezone")
    return moment.astimezone(UTC)


def _add_events(snapshot: Snapshot, since: datetime, at: datetime, *, ports: Ports) -> tuple[Report, datetime]:
    """Also the time up to which all is read now."""
    report, through = Report(), at
    events = islice(_events(since, at, ports.ledger), MOST_EVENTS)
    while chunk := list(islice(events, _AT_A_TIME)):
        report.looked_at += len(chunk)
        through = chunk[-1].time
        report.read += _add(snapshot, chunk, ports=ports)
    return report, through if report.looked_at == MOST_EVENTS else at


def _events(since: datetime, at: datetime, ledger: Ledger) -> Iterator[Event]:
    day = since.date()
    while day <= at.date():
        yield from ledger.timeline(day, since=since)
        day += timedelta(days=1)


def _add(snapshot: Snapshot, events: list[Event], *, ports: Ports) -> int:
    """How many of the events the snapshot did not know."""
    posted = [event for event in events if event.source == SOURCES["MESSAGE"]]
    new = [event for event in posted if not snapshot.has(event.id)]
    raws = ports.messages.raw([event.subject for event in new]) if new else {}
    snapshot.put(entry_of(to_detail(event), raws.get(event.subject)) for event in new)
    for event in new:
        snapshot.set_deliveries(event.id, {sink: _waiting() for sink in event.data["sinks"]})
    for event in events:
        if event.type == RETRY_REQUESTED:
            of, (sink,) = event.data["event_id"], event.data["sinks"]
            if snapshot.has(of):  # notices are brought to sinks, too, and do not stand here
                snapshot.follow(of, sink, at=to_text(event.time))
    return len(new)


def _follow(snapshot: Snapshot, records: DeliveryRecords) -> int:
    """How many deliveries stand otherwise than the snapshot says."""
    changed = 0
    followed = snapshot.open_deliveries()
    while chunk := list(islice(followed, _AT_A_TIME)):
        for (event_id, sink), delivery in records.get_many(chunk).items():
            changed += snapshot.update(event_id, sink, _standing(delivery))
    return changed


def _waiting() -> dict[str, Any]:
    return {"status": "pending", "attempts": 0}


def _standing(delivery: Delivery) -> dict[str, Any]:
    return {
        "status": str(delivery.status),
        "attempts": delivery.attempts,
        "external_id": delivery.external_id,
        "url": delivery.url,
        "last_error": delivery.last_error,
        "changed_at": to_text(delivery.changed_at),
    }


def _store(snapshot: Snapshot, path: Path, files: Files, *, at: datetime, through: datetime) -> None:
    """A file in S3 is there as a whole or not at all."""
    with path.open("w", encoding="utf-8") as stream:
        snapshot.write(
            stream,
            at=at,
            extras={"repo_root": snapshot.extras.get("repo_root", ROOT), "read_through": to_text(through)},
        )
    with path.open("rb") as file:
        files.upload(KEY, iter(lambda: file.read(_READ_CHARACTERS), b""), "application/json")
