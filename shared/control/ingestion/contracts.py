"""What arrives: requests to ingest and to save, envelopes of agents, findings of the consistency engine."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.control.ingestion.envelope import (
    PLAIN,
    SAVED,
    DocumentEnvelope,
    SourceRef,
    checked_content,
    hash_of,
    is_ingested,
    moment,
)
from shared.ledger.envelope import to_text
from shared.runtime.clock import in_utc
from shared.runtime.errors import InvalidInputError
from shared.runtime.nesting import DEEPEST, is_too_deep


def _in_utc(time: datetime) -> datetime:
    try:
        return in_utc(time)
    except InvalidInputError as error:
        raise PydanticCustomError("moment", "{reason}", {"reason": str(error)}) from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
DocumentId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$")]
Hash = Annotated[str, StringConstraints(pattern=r"^(sha256:)?[0-9a-fA-F]{64}$")]
Line = Annotated[str, StringConstraints(max_length=1_000)]
_MOST_METADATA: Final = 16 * 1024  # bytes as JSON


class IngestIn(BaseModel):
    """What is to be brought."""

    model_config = ConfigDict(extra="forbid")

    source: Literal["github", "jira", "confluence", "swagger"]
    scope: dict[str, Any] = Field(default_factory=dict, description="A part of what is configured; all, where empty")
    correlation_id: Annotated[str, StringConstraints(min_length=1, max_length=128)] | None = None


class SaveIn(BaseModel):
    """A document that somebody saves."""

    model_config = ConfigDict(extra="forbid")

    id: DocumentId | None = Field(default=None, description="Of a document that is there: a new version of it")
    content: str = Field(min_length=1, description="At most 1 MB")
    content_hash: Hash | None = Field(default=None, description="SHA-256 of the content; refused where it is another")
    metadata: dict[str, Any] = Field(default_factory=dict, description="title, content_type and url have a meaning")

    def envelope(self, correlation_id: str, *, at: datetime) -> DocumentEnvelope:
        """Raises InvalidInputError."""
        if self.id and is_ingested(self.id):
            raise InvalidInputError(f"id: {self.id} is kept for a document that is ingested")
        check_metadata(self.metadata)
        content_hash = checked_hash(self.content, self.content_hash)
        known = self.id or f"{SAVED}-{content_hash[:32]}"
        told = {name: value for name in ("title", "content_type", "url") if isinstance(value := self._said(name), str)}
        updated_at = moment(self._said("updated_at")) or at
        return DocumentEnvelope(
            id=known,
            version_tag=content_hash,
            content_hash=content_hash,
            timestamp=at,
            correlation_id=correlation_id,
            source_refs=(SourceRef(source=SAVED, place=known, url=told.get("url")),),
            document={"content": self.content, "metadata": self.metadata, "updated_at": to_text(updated_at), **told},
        )

    def _said(self, name: str) -> Any:
        return self.metadata.get(name)


class RefIn(BaseModel):
    source: Line
    place: Line
    url: Line | None = None
    revision: Line | None = None


class DocumentIn(BaseModel):
    title: Line = ""
    content: str
    content_type: Annotated[str, StringConstraints(max_length=100)] = PLAIN
    url: Line | None = None
    updated_at: Moment | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class EnvelopeIn(BaseModel):
    """A document as an agent brings it."""

    id: DocumentId
    version_tag: Line = ""
    content_hash: Hash | None = None
    timestamp: Moment
    source_refs: list[RefIn] = Field(default_factory=list, max_length=20)
    document: DocumentIn

    def envelope(self, source: str, correlation_id: str) -> DocumentEnvelope:
        """Under the source it was asked for. Raises InvalidInputError."""
        check_metadata(self.document.metadata)
        content_hash = checked_hash(self.document.content, self.content_hash)
        refs = [SourceRef(**ref.model_dump()) for ref in self.source_refs if ref.source == source]
        said = self.document.model_dump()
        updated_at = self.document.updated_at
        return DocumentEnvelope(
            id=self.id,
            version_tag=self.version_tag or content_hash,
            content_hash=content_hash,
            timestamp=self.timestamp,
            correlation_id=correlation_id,
            source_refs=tuple(refs) or (SourceRef(source=source, place=self.id, url=self.document.url),),
            document=said | {"updated_at": to_text(updated_at) if updated_at else None},
        )


class BroughtIn(BaseModel):
    """An agent's answer."""

    documents: list[EnvelopeIn] = Field(max_length=500)
    removed: list[DocumentId] = Field(default_factory=list, max_length=500)
    next_cursor: Any = None
    is_last: bool


class FindingIn(BaseModel):
    """A finding in the words of a consistency engine."""

    type: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "inconsistency"
    severity: str = "low"
    title: str = ""
    description: str = ""
    where: str = ""
    document_id: str = ""
    detail: str = ""


class FindingsIn(BaseModel):
    findings: list[FindingIn] = Field(max_length=10_000)


def checked_hash(content: str, told: str | None) -> str:
    """The hash of the content. Raises InvalidInputError where it is not the one that was told."""
    known = hash_of(checked_content(content))
    if told is not None and told.lower().removeprefix("sha256:") != known:
        raise InvalidInputError("content_hash is not the SHA-256 of the content")
    return known


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Raises InvalidInputError for what cannot be kept and shown as JSON, or is too much of it."""
    if is_too_deep(metadata):
        raise InvalidInputError(f"metadata: lists and objects stand in each other more than {DEEPEST} deep")
    try:
        size = len(json.dumps(metadata, allow_nan=False, default=str, ensure_ascii=False).encode())
    except (ValueError, RecursionError):
        raise InvalidInputError("metadata is not JSON in UTF-8") from None
    if size > _MOST_METADATA:
        raise InvalidInputError(f"metadata has {size} bytes; at most {_MOST_METADATA} are kept")
