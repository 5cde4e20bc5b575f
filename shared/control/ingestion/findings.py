"""Findings of each analysis: what they come to in the ledger, all of them as a file.

findings/<correlation id>   the analyses of one, by time
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.control.ingestion.finding import Finding, counted, finding_from
from shared.files.store import Files
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Fact, to_text
from shared.ledger.ledger import Aggregate, Change, Entry, Ledger
from shared.runtime.errors import ConflictError, NotFoundError

KIND: Final = "FINDINGS"
BUILT_IN: Final = "built-in"
TOLD: Final = 50  # in the event
_TOLD_DETAIL: Final = 200  # characters: the bus takes 256 KB, and a letter may have four bytes
MOST: Final = 5_000  # are kept
_COLUMN: Final = "all"
_MIXED: Final = "mixed"
_NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found in so many documents."""

    findings: Sequence[Finding]
    documents: int
    by: str = BUILT_IN
    links_left: int = 0  # addresses in the web that were not looked at
    is_cut: bool = False  # there are more documents, or findings, than were looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What came of looking at documents; the findings themselves are in a file."""

    run_id: str
    correlation_id: str
    by: str
    type: str  # of all of the findings, or `mixed`
    documents: int
    count: int
    new_count: int  # those that the analysis before did not have
    severity_counts: dict[str, int]
    worst: tuple[str, ...]  # titles of a few
    links_left: int
    is_cut: bool
    at: datetime


class LedgerFindings:
    def __init__(self, ledger: Ledger, *, files: Files) -> None:
        self._ledger = ledger
        self._files = files

    def save(self, analysis: Analysis, findings: Sequence[Finding], cause: Cause) -> Analysis:
        """Once for a run: where there is one, that is it."""
        content = json.dumps([one.to_json() for one in findings[:MOST]], ensure_ascii=False).encode()
        self._files.put(_key(analysis.run_id), content, "application/json")
        events = recorded(KIND, analysis.run_id, [_fact(analysis, findings)], after=0, cause=cause)
        aggregate = Aggregate(
            kind=KIND,
            id=analysis.run_id,
            version=1,
            changed_at=analysis.at,
            place=_COLUMN,
            fields=_fields(analysis) | {"size": len(content)},
        )
        line = Entry(list=f"findings/{analysis.correlation_id}", key=f"{to_text(analysis.at)}#{analysis.run_id}")
        try:
            self._ledger.commit(Change(aggregate=aggregate, events=events, entries=(line,)))
        except ConflictError:
            return self.get(analysis.run_id)
        return analysis

    def get(self, run_id: str) -> Analysis:
        """Raises NotFoundError."""
        return _analysis(self._kept(run_id))

    def of_correlation(self, correlation_id: str) -> Analysis:
        """The newest. Raises NotFoundError."""
        lines = self._ledger.entries(f"findings/{correlation_id}", newest_first=True, at_a_time=1)
        newest = next((line.key.partition("#")[2] for line in lines), None)
        if newest is None:
            raise NotFoundError(f"there is no analysis of {correlation_id[:128]}")
        return self.get(newest)

    def newest(self) -> Analysis | None:
        return next((_analysis(one) for one in self._ledger.board(KIND, [_COLUMN], at_a_time=1)), None)

    def all(self, run_id: str) -> list[Finding]:
        """The worst first, at most `MOST`. Raises NotFoundError."""
        size = int(self._kept(run_id).fields["size"])
        kept: list[dict[str, Any]] = json.loads(self._files.first_bytes(_key(run_id), size))
        return [finding_from(one) for one in kept]

    def _kept(self, run_id: str) -> Aggregate:
        try:
            return self._ledger.get(KIND, run_id)
        except NotFoundError:
            raise NotFoundError(f"there is no analysis of run {run_id[:64]}") from None


def type_of(findings: Sequence[Finding]) -> str:
    kinds = {one.type for one in findings}
    return _MIXED if len(kinds) > 1 else next(iter(kinds), _NONE)


def _fact(analysis: Analysis, findings: Sequence[Finding]) -> Fact:
    names = ("correlation_id", "run_id", "type", "by", "documents", "is_cut", "count", "new_count", "severity_counts")
    told = {name: getattr(analysis, name) for name in names} | {
        "findings": [{**one.to_json(), "detail": one.detail[:_TOLD_DETAIL]} for one in findings[:TOLD]],
    }
    return Fact(type="findings.created", time=analysis.at, data=told)


_NUMBERS: Final = ("documents", "count", "new_count", "links_left")
_KEPT: Final = ("correlation_id", "by", "type", *_NUMBERS, "severity_counts", "is_cut")


def _fields(analysis: Analysis) -> dict[str, Any]:
    return {name: getattr(analysis, name) for name in _KEPT} | {"worst": list(analysis.worst)}


def _analysis(kept: Aggregate) -> Analysis:
    said = kept.fields
    known: dict[str, Any] = {name: said[name] for name in ("correlation_id", "by", "type")}
    known |= {name: int(said[name]) for name in _NUMBERS}
    return Analysis(
        **known,
        run_id=kept.id,
        severity_counts={name: int(number) for name, number in said["severity_counts"].items()},
        worst=tuple(said["worst"]),
        is_cut=said.get("is_cut", False),
        at=kept.changed_at,
    )


def _key(run_id: str) -> str:
    return f"documents/findings/{run_id}.json"


def analysis_of(
    looked: Looked, before: Sequence[Finding], *, run_id: str, correlation_id: str, at: datetime
) -> Analysis:
    """`before` are the findings of the analysis before."""
    known = {one.id for one in before}
    return Analysis(
        run_id=run_id,
        correlation_id=correlation_id,
        by=looked.by,
        type=type_of(looked.findings),
        documents=looked.documents,
        count=len(looked.findings),
        new_count=sum(one.id not in known for one in looked.findings),
        severity_counts=counted(looked.findings),
        worst=tuple(one.title for one in looked.findings[:3]),
        links_left=looked.links_left,
        is_cut=looked.is_cut,
        at=at,
    )
