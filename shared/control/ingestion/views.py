"""What leaves: documents, their versions, findings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from shared.control.ingestion.documents.record import DocumentRecord
from shared.control.ingestion.envelope import refs_to_json
from shared.control.ingestion.finding import Finding
from shared.control.ingestion.findings import Analysis


class Accepted(BaseModel):
    status: Literal["accepted", "known"]  # `known`: it was asked for before
    source: str
    correlation_id: str
    run_id: str


class DocumentView(BaseModel):
    """A version of a document, without its content."""

    id: str
    source: str
    place: str
    title: str
    url: str | None
    version: int
    version_tag: str
    content_hash: str
    size: int
    content_type: str
    updated_at: datetime | None
    saved_at: datetime
    correlation_id: str
    run_id: str | None
    is_removed: bool
    metadata: dict[str, Any]

    @classmethod
    def of(cls, record: DocumentRecord) -> "DocumentView":
        return cls(**{name: getattr(record, name) for name in cls.model_fields})


class DocumentPage(BaseModel):
    documents: list[DocumentView]
    next_cursor: str | None


class VersionView(BaseModel):
    version: int
    version_tag: str
    content_hash: str
    saved_at: datetime
    run_id: str | None
    is_removed: bool
    is_withdrawn: bool

    @classmethod
    def of(cls, record: DocumentRecord, *, is_withdrawn: bool) -> "VersionView":
        names = cls.model_fields.keys() - {"is_withdrawn"}
        return cls(is_withdrawn=is_withdrawn, **{name: getattr(record, name) for name in names})


class EnvelopeView(BaseModel):
    """A version of a document as it travels between services, and the newest versions there are.

    `older_versions`: so many are not listed.
    """

    id: str
    version_tag: str
    version: int
    correlation_id: str
    source_refs: list[dict[str, str]]
    content_hash: str
    timestamp: datetime
    document: dict[str, Any]
    is_removed: bool
    versions: list[VersionView]
    older_versions: int

    @classmethod
    def of(
        cls, record: DocumentRecord, content: str, versions: Sequence[tuple[DocumentRecord, bool]]
    ) -> "EnvelopeView":
        names = ("id", "version_tag", "version", "correlation_id", "content_hash", "is_removed")
        said = ("title", "content_type", "url", "updated_at", "metadata")
        return cls(
            **{name: getattr(record, name) for name in names},
            source_refs=refs_to_json(record.source_refs),
            timestamp=record.saved_at,
            document={name: getattr(record, name) for name in said} | {"content": content},
            versions=[VersionView.of(one, is_withdrawn=is_withdrawn) for one, is_withdrawn in versions],
            older_versions=versions[0][0].version - 1,
        )


class Saved(BaseModel):
    """`known`: it was there already, just so."""

    status: Literal["saved", "known"]
    id: str
    version: int
    content_hash: str


class FindingView(BaseModel):
    id: str
    type: str
    severity: Literal["low", "med", "high"]
    title: str
    where: str
    detail: str


class FindingsPage(BaseModel):
    """What an analysis has found, the worst first. `links_left`: addresses in the web that were not looked at.

    `is_cut`: there are more documents than were looked at, or findings than are counted.
    """

    correlation_id: str
    run_id: str
    by: str
    type: str
    analysed_at: datetime
    documents: int
    count: int
    new_count: int
    severity_counts: dict[str, int]
    links_left: int
    is_cut: bool
    findings: list[FindingView]
    next_cursor: str | None

    @classmethod
    def of(cls, analysis: Analysis, findings: Sequence[Finding], next_cursor: str | None) -> "FindingsPage":
        names = cls.model_fields.keys() - {"analysed_at", "findings", "next_cursor"}
        return cls(
            **{name: getattr(analysis, name) for name in names},
            analysed_at=analysis.at,
            findings=[FindingView(**one.to_json()) for one in findings],
            next_cursor=next_cursor,
        )
