"""Documents: what is known of each in the ledger, what it says as a file. Every version stays.

document/<id>                by version: the record of each
withdrawn/<id>               by version: those that do not count any more
ingested/<run id>/<source>   what a run brought, so that it can be taken back
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Protocol

from shared.control.ingestion.documents.record import DocumentRecord, record_from, record_of
from shared.control.ingestion.envelope import SAVED, SOURCES, DocumentEnvelope
from shared.control.ingestion.run_tag import RunTag
from shared.files.store import Files
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact
from shared.ledger.ledger import Aggregate, Change, Entry, Ledger
from shared.runtime.attempts import Pause, attempts
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, ContradictionError, NotFoundError

KIND: Final = "DOCUMENT"
COLUMNS: Final = (*SOURCES, SAVED)
ATTEMPTS: Final = 8
MOST_VERSIONS: Final = 100  # that are listed: what is kept of one may be 120 KB
_FEW: Final = 10  # of which the first is mostly the one
_LAST_VERSION: Final = 10**10 - 2  # that has ten digits, and the one behind it, too


class Mirror(Protocol):
    """The doc store that is configured: nothing is saved here that it has not taken. Raises ServiceError."""

    def save(self, record: DocumentRecord, content: str) -> None: ...

    def forget(self, document_id: str) -> bool:
        """False where it cannot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A line of what a run brought."""

    key: str
    document_id: str
    version: int
    is_removed: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A document as it is in the ledger: how many versions it has had, and which counts."""

    events: int = 0
    last: int = 0
    current: DocumentRecord | None = None


class LedgerDocuments:
    """Every method may raise DependencyError. `clock` says when it is written: other services are asked before."""

    def __init__(self, ledger: Ledger, *, files: Files, mirror: Mirror | None, pause: Pause) -> None:
        self._ledger = ledger
        self._files = files
        self._mirror = mirror
        self._pause = pause

    def save(
        self, envelope: DocumentEnvelope, tag: RunTag | None, cause: Cause, *, clock: Clock
    ) -> tuple[DocumentRecord, bool]:
        """The version that counts now, and whether it is new.

        Raises ContradictionError where the id is that of a document from elsewhere, ConflictError, ServiceError.
        """
        for _ in attempts(ATTEMPTS, pause=self._pause):
            known = self._known(envelope.id)
            if known.current and known.current.source != envelope.source:
                raise ContradictionError(f"{envelope.id} is a document of {known.current.source}")
            if known.current and known.current.is_same(envelope):
                return known.current, False
            run_id = tag.run_id if tag else None
            record = record_of(envelope, version=known.last + 1, run_id=run_id, at=clock())
            self._keep(record, envelope.content)
            record = replace(record, saved_at=clock())  # the doc store takes its time, and history has been read on
            if self._committed(known, record, tag, cause):
                return record, True
        raise _busy(envelope.id)

    def remove(self, document_id: str, tag: RunTag, cause: Cause, *, clock: Clock) -> bool:
        """Say, in a version of its own, that it is no longer at its source. False where that is known, or it is not."""
        for _ in attempts(ATTEMPTS, pause=self._pause):
            known = self._known(document_id)
            if known.current is None or known.current.is_removed or known.current.source != tag.source:
                return False
            if self._mirror:
                self._mirror.forget(document_id)
            record = known.current.removed(version=known.last + 1, run_id=tag.run_id, at=clock())
            if self._committed(known, record, tag, cause):
                return True
        raise _busy(document_id)

    def withdraw(self, document_id: str, version: int, run_id: str, cause: Cause, *, clock: Clock) -> bool:
        """The version does not count any more, and the newest before it that does, counts again. Nothing is deleted.

        False where the configured doc store could not be made to follow.
        """
        for _ in attempts(ATTEMPTS, pause=self._pause):
            known, withdrawn = self._known(document_id), self._withdrawn(document_id)
            if version in withdrawn or version > known.last:
                return True  # it was done before
            restored = self._newest_but(document_id, withdrawn | {version})
            followed = self._follow(document_id, restored)
            fact = Fact(
                type="document.forgotten",
                time=clock(),
                data={
                    "document_id": document_id,
                    "source": known.current.source if known.current else "",
                    "version": version,
                    "current_version": restored.version if restored else None,
                    "run_id": run_id,
                },
            )
            entry = Entry(list=f"withdrawn/{document_id}", key=_place(version))
            changed = replace(known, current=restored)
            if self._commit(document_id, changed, fact, cause, entries=(entry,)):
                return followed
        raise _busy(document_id)

    def get(self, document_id: str) -> DocumentRecord:
        """The version that counts; it may say that the document is gone. Raises NotFoundError."""
        current = self._known(document_id).current
        if current is None:
            raise NotFoundError(f"there is no document {document_id}")
        return current

    def content(self, record: DocumentRecord) -> str:
        return self._files.first_bytes(record.key, record.size).decode() if record.size else ""

    def versions(self, document_id: str) -> list[tuple[DocumentRecord, bool]]:
        """The newest `MOST_VERSIONS`, the first one first, and whether each was withdrawn. Raises NotFoundError.

        None is left out in between, so that the first says how many there are before it.
        """
        withdrawn = self._withdrawn(document_id)
        newest = list(islice(self._newest_records(document_id, at_a_time=MOST_VERSIONS), MOST_VERSIONS))
        if not newest:
            raise NotFoundError(f"there is no document {document_id}")
        return [(record, record.version in withdrawn) for record in reversed(newest)]

    def version(self, document_id: str, number: int) -> DocumentRecord:
        """Whether it counts or not. Raises NotFoundError."""
        if number <= _LAST_VERSION:
            after, before = _place(number - 1), _place(number + 1)
            for entry in self._ledger.entries(_versions_of(document_id), after=after, before=before):
                return record_from(entry.fields["record"])
        raise NotFoundError(f"document {document_id} has no version {number}")

    def newest(
        self, sources: Sequence[str] = COLUMNS, *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, DocumentRecord]]:
        """Those that are there, the newest change first, each with its place in the list."""
        for one in self._ledger.board(KIND, sources, before=before, at_a_time=at_a_time):
            yield one.position, record_from(one.fields["record"])

    def brought(self, tag: RunTag, *, after: str | None = None) -> Iterator[Brought]:
        for entry in self._ledger.entries(tag.ingested, after=after):
            document_id, _, version = entry.key.rpartition("#")
            yield Brought(
                key=entry.key,
                document_id=document_id,
                version=int(version),
                is_removed=bool(entry.fields.get("is_removed")),
            )

    def _keep(self, record: DocumentRecord, content: str) -> None:
        """The content before what is known of it: a file too many says nothing, a record without its file would lie."""
        if content:
            self._files.put(record.key, content.encode(), "text/plain; charset=utf-8")
        if self._mirror:
            self._mirror.save(record, content)

    def _follow(self, document_id: str, restored: DocumentRecord | None) -> bool:
        if self._mirror is None:
            return True
        if restored is None or restored.is_removed:
            return self._mirror.forget(document_id)
        self._mirror.save(restored, self.content(restored))
        return True

    def _committed(self, known: _Known, record: DocumentRecord, tag: RunTag | None, cause: Cause) -> bool:
        what = "removed" if record.is_removed else "saved"
        names = ("source", "place", "version", "version_tag", "content_hash", "title", "run_id")
        data = {name: getattr(record, name) for name in names} | {"document_id": record.id}
        entries = [Entry(list=_versions_of(record.id), key=_place(record.version), fields={"record": record.to_text()})]
        if tag:
            key, is_removed = f"{record.id}#{_place(record.version)}", record.is_removed
            entries.append(Entry(list=tag.ingested, key=key, fields={"is_removed": is_removed}))
        fact = Fact(type=f"document.{what}", time=record.saved_at, data=data)
        changed = replace(known, last=record.version, current=record)
        return self._commit(record.id, changed, fact, cause, entries=tuple(entries))

    def _commit(
        self, document_id: str, changed: _Known, fact: Fact, cause: Cause, *, entries: tuple[Entry, ...]
    ) -> bool:
        """False where somebody wrote first."""
        current = changed.current
        is_shown = current is not None and not current.is_removed
        events = recorded(KIND, document_id, [fact], after=changed.events, cause=cause)
        aggregate = Aggregate(
            kind=KIND,
            id=document_id,
            version=events[-1].version,
            changed_at=fact.time,
            place=current.source if current and is_shown else None,
            fields={"last": changed.last, "record": current.to_text() if current else None},
        )
        try:
            self._ledger.commit(Change(aggregate=aggregate, events=events, entries=entries))
        except ConflictError:
            return False
        return True

    def _known(self, document_id: str) -> _Known:
        try:
            kept = self._ledger.get(KIND, document_id)
        except NotFoundError:
            return _Known()
        text = kept.fields.get("record")
        return _Known(kept.version, int(kept.fields["last"]), record_from(text) if text else None)

    def _newest_records(self, document_id: str, *, at_a_time: int) -> Iterator[DocumentRecord]:
        found = self._ledger.entries(_versions_of(document_id), newest_first=True, at_a_time=at_a_time)
        return (record_from(entry.fields["record"]) for entry in found)

    def _newest_but(self, document_id: str, versions: Set[int]) -> DocumentRecord | None:
        found = self._newest_records(document_id, at_a_time=_FEW)
        return next((record for record in found if record.version not in versions), None)

    def _withdrawn(self, document_id: str) -> set[int]:
        return {int(entry.key) for entry in self._ledger.entries(f"withdrawn/{document_id}")}


def _versions_of(document_id: str) -> str:
    return f"document/{document_id}"


def _place(version: int) -> str:
    return f"{version:010}"


def _busy(document_id: str) -> ConflictError:
    return ConflictError(f"{document_id} is changed by others all the time; try again")
