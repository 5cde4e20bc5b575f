"""What is kept of each version of a document, beside its content."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from shared.control.ingestion import outline as outlines
from shared.control.ingestion.envelope import (
    PLAIN,
    DocumentEnvelope,
    SourceRef,
    moment,
    refs_from,
    refs_to_json,
)
from shared.control.ingestion.outline import Outline, outline_of
from shared.ledger.envelope import from_text, to_text

_LONGEST_TITLE: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRecord:
    """`version` counts from 1 without a gap; one with `is_removed` says that it is gone at its source."""

    id: str
    version: int
    version_tag: str
    title: str
    content_hash: str
    size: int  # bytes of the content
    content_type: str
    url: str | None
    updated_at: datetime | None  # at its source
    metadata: Mapping[str, Any]
    source_refs: tuple[SourceRef, ...]
    outline: Outline
    saved_at: datetime
    correlation_id: str
    run_id: str | None = None
    is_removed: bool = False

    @property
    def source(self) -> str:
        return self.source_refs[0].source

    @property
    def place(self) -> str:
        return self.source_refs[0].place

    @property
    def key(self) -> str:
        """Of the file with its content."""
        return f"documents/texts/{self.id}/{self.content_hash}"

    def is_same(self, envelope: DocumentEnvelope) -> bool:
        """Whether it says nothing new."""
        said = envelope.document
        return (
            not self.is_removed
            and self.content_hash == envelope.content_hash
            and self.title == title_of(said)
            and self.url == said.get("url")
            and self.metadata == _json(said.get("metadata") or {})
        )

    def removed(self, *, version: int, run_id: str, at: datetime) -> "DocumentRecord":
        return replace(self, version=version, run_id=run_id, saved_at=at, is_removed=True)

    def to_text(self) -> str:
        kept = {name: getattr(self, name) for name in _PLAIN} | {
            "updated_at": to_text(self.updated_at) if self.updated_at else None,
            "saved_at": to_text(self.saved_at),
            "source_refs": refs_to_json(self.source_refs),
            "outline": self.outline.to_text(),
        }
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


_PLAIN: Final = (
    "id",
    "version",
    "version_tag",
    "title",
    "content_hash",
    "size",
    "content_type",
    "url",
    "metadata",
    "correlation_id",
    "run_id",
    "is_removed",
)


def record_from(text: str) -> DocumentRecord:
    kept: dict[str, Any] = json.loads(text)
    return DocumentRecord(
        **{name: kept[name] for name in _PLAIN},
        updated_at=from_text(kept["updated_at"]) if kept["updated_at"] else None,
        saved_at=from_text(kept["saved_at"]),
        source_refs=refs_from(kept["source_refs"]),
        outline=outlines.from_text(kept["outline"]),
    )


def record_of(envelope: DocumentEnvelope, *, version: int, run_id: str | None, at: datetime) -> DocumentRecord:
    said = envelope.document
    return DocumentRecord(
        id=envelope.id,
        version=version,
        version_tag=envelope.version_tag,
        title=title_of(said),
        content_hash=envelope.content_hash,
        size=len(envelope.content.encode()),
        content_type=str(said.get("content_type") or PLAIN),
        url=said.get("url"),
        updated_at=moment(said.get("updated_at")),
        metadata=_json(said.get("metadata") or {}),
        source_refs=envelope.source_refs,
        outline=outline_of(said),
        saved_at=at,
        correlation_id=envelope.correlation_id,
        run_id=run_id,
    )


def title_of(document: Mapping[str, Any]) -> str:
    return " ".join(str(document.get("title") or "").split())[:_LONGEST_TITLE]


def _json(metadata: Mapping[str, Any]) -> Any:
    """As it comes back from where it is kept."""
    return json.loads(json.dumps(metadata, default=str))
