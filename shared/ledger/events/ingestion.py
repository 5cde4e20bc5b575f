"""Events of ingestion: what was brought, and what was found in it."""

from collections.abc import Mapping
from typing import Any, Literal

from shared.ledger.event_data import EventData

Severity = Literal["low", "med", "high"]


class IngestionRequested(EventData):
    """Documents are to be brought from these sources."""

    run_id: str
    workflow: str
    sources: list[str]
    scope: dict[str, Any]


class IngestionMoved(EventData):
    """Where the next reading of a place begins is now further on; or, set back, where it was before a run."""

    run_id: str
    source: str
    place: str


class SourceOutcome(EventData):
    """What came of one source; `reason` where it was skipped, or why the first of the `refused` documents was."""

    status: Literal["done", "skipped"]
    documents: int = 0
    removed: int = 0
    refused: int = 0
    reason: str | None = None


class IngestionCompleted(EventData):
    """What was asked for was brought, and looked at; without `sources`, what is there was looked at anew."""

    run_id: str
    workflow: str
    sources: dict[str, SourceOutcome]
    count: int  # of findings
    new_count: int  # of those that the analysis before did not have
    severity_counts: dict[Severity, int]
    worst: list[str]  # titles of a few


class DocumentChanged(EventData):
    """A document has a new version; `document.removed`: the version says that it is no longer at its source."""

    document_id: str
    source: str
    place: str
    version: int
    version_tag: str
    content_hash: str
    title: str
    run_id: str | None


class DocumentForgotten(EventData):
    """A version was withdrawn, because what it was brought by was undone; the version before counts again."""

    document_id: str
    source: str
    version: int
    current_version: int | None
    run_id: str


class FindingTold(EventData):
    """One finding. Its id is the same in every analysis that finds it."""

    id: str
    type: str
    severity: Severity
    title: str
    where: str
    detail: str


class FindingsCreated(EventData):
    """Documents were looked at; `findings` are the first of them, the worst before the others."""

    correlation_id: str
    run_id: str
    type: str  # of all of them, or `mixed`
    by: str  # `built-in`, or the service that was asked
    documents: int
    is_cut: bool = False  # there are more documents, or findings
    count: int
    new_count: int
    severity_counts: dict[Severity, int]
    findings: list[FindingTold]


EVENTS: Mapping[str, type[EventData]] = {
    "ingestion.requested": IngestionRequested,
    "ingestion.advanced": IngestionMoved,
    "ingestion.set_back": IngestionMoved,
    "ingestion.completed": IngestionCompleted,
    "document.saved": DocumentChanged,
    "document.removed": DocumentChanged,
    "document.forgotten": DocumentForgotten,
    "findings.created": FindingsCreated,
}
