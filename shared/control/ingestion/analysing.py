"""The step that looks at documents: by the consistency engine where there is one, else by our own checks."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.control.ingestion.checks import checked
from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.documents.store import COLUMNS, LedgerDocuments
from shared.control.ingestion.engine import ConsistencyEngine
from shared.control.ingestion.finding import Finding
from shared.control.ingestion.findings import Analysis, LedgerFindings, Looked, analysis_of
from shared.control.ingestion.linking import Library, web_links, without_details
from shared.control.ingestion.web import AT_ONCE, SLOWEST, Guard, look
from shared.control.runs.step import Again, Done, StepCall
from shared.files.store import Files
from shared.runtime.clock import Clock
from shared.runtime.errors import NotFoundError

MOST_DOCUMENTS: Final = 10_000
MOST_ROOM: Final = 512 * 1024 * 1024  # bytes that they take while they are looked at; the function has a gigabyte
_ROOM_OF_ONE: Final = 4 * 1024  # beside its outline
USUAL_LINKS: Final = 200
_LARGEST: Final = 8 * 1024 * 1024  # bytes of what is known of addresses: 2,000, of 500 letters that may take six
_AT_A_TIME: Final = 2 * AT_ONCE
# A batch that has begun is waited for, and what came of it has to be written down.
_MARGIN: Final = timedelta(seconds=SLOWEST * _AT_A_TIME / AT_ONCE + 10)

Known = dict[str, str | None]  # addresses that were looked at, with the reason where one is dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    documents: LedgerDocuments
    findings: LedgerFindings
    files: Files
    guard: Guard
    clock: Clock


class Analyse:
    """`engine` gives the one that is registered, if there is one. `stale_days`: where the run does not say."""

    def __init__(self, engine: Callable[[], ConsistencyEngine | None], ports: Ports, *, stale_days: int) -> None:
        self._engine = engine
        self._ports = ports
        self._stale_days = stale_days

    def __call__(self, call: StepCall) -> Done | Again:
        if known := self._known(call.run_id):
            return _done(known)
        sources = call.parameters.get("documents_of") or COLUMNS
        documents, is_all = self._documents(sources)
        engine = self._engine()
        if engine is None:
            return self._by_ourselves(call, documents, is_all=is_all)
        findings = engine.findings(documents, call.cause.correlation_id)
        return self._save(call, Looked(findings=findings, documents=len(documents), by=engine.name, is_cut=not is_all))

    def _documents(self, sources: Sequence[str]) -> tuple[list[DocumentRecord], bool]:
        """The newest for which there is room, and whether these are all."""
        kept: list[DocumentRecord] = []
        room = MOST_ROOM
        for _, record in self._ports.documents.newest(sources, at_a_time=500):
            room -= _ROOM_OF_ONE + record.outline.room
            if len(kept) == MOST_DOCUMENTS or room < 0:
                return sorted(kept, key=_id), False
            kept.append(without_details(record))
        return sorted(kept, key=_id), True

    def _by_ourselves(self, call: StepCall, documents: Sequence[DocumentRecord], *, is_all: bool) -> Done | Again:
        addresses = list(web_links(documents, Library(documents)))
        wanted = addresses[: _most_links(call.parameters)]
        looked_at = self._look(call, wanted)
        if isinstance(looked_at, Again):
            return looked_at
        dead = {address: reason for address, reason in looked_at.items() if reason}
        days: int = call.parameters.get("stale_days") or self._stale_days
        now, after = self._ports.clock(), timedelta(days=days)
        found = checked(documents, dead=dead, stale_after=after, at=now, is_all=is_all)
        looked = Looked(
            findings=found.findings,
            documents=len(documents),
            links_left=len(addresses) - len(wanted),
            is_cut=found.is_cut or not is_all,
        )
        return self._save(call, looked)

    def _look(self, call: StepCall, wanted: Sequence[str]) -> Known | Again:
        """What an earlier call has seen stands in a file: it is too much for a checkpoint."""
        known = self._seen(call) if call.checkpoint else {}
        left = [address for address in wanted if address not in known]
        while left:
            batch, left = left[:_AT_A_TIME], left[_AT_A_TIME:]
            known |= look(batch, guard=self._ports.guard)
            if left and self._ports.clock() >= call.until - _MARGIN:
                self._ports.files.put(_key(call), json.dumps(known).encode(), "application/json")
                progress = {"links": len(known), "of": len(wanted)}
                return Again(checkpoint={"links": len(known)}, progress=progress)
        return known

    def _seen(self, call: StepCall) -> Known:
        known: Known = json.loads(self._ports.files.first_bytes(_key(call), _LARGEST))
        return known

    def _save(self, call: StepCall, looked: Looked) -> Done:
        analysis = analysis_of(
            looked,
            self._before(),
            run_id=call.run_id,
            correlation_id=call.cause.correlation_id,
            at=self._ports.clock(),
        )
        return _done(self._ports.findings.save(analysis, looked.findings, call.cause))

    def _before(self) -> list[Finding]:
        newest = self._ports.findings.newest()
        return self._ports.findings.all(newest.run_id) if newest else []

    def _known(self, run_id: str) -> Analysis | None:
        try:
            return self._ports.findings.get(run_id)
        except NotFoundError:
            return None


def _id(document: DocumentRecord) -> str:
    return document.id


def _most_links(parameters: Mapping[str, object]) -> int:
    most = parameters.get("most_links", USUAL_LINKS)
    return most if isinstance(most, int) and parameters.get("check_links", True) else 0


def _done(analysis: Analysis) -> Done:
    return Done(
        output={
            "by": analysis.by,
            "documents": analysis.documents,
            "is_cut": analysis.is_cut,
            "count": analysis.count,
            "new_count": analysis.new_count,
            "severity_counts": analysis.severity_counts,
            "worst": list(analysis.worst),
            "links_left": analysis.links_left,
        }
    )


def _key(call: StepCall) -> str:
    return f"documents/links/{call.run_id}.json"
