"""What every document travels in, wherever it is from: one shape for connectors, agents and stores."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from shared.ledger.envelope import from_text, to_text
from shared.runtime.clock import in_utc
from shared.runtime.errors import InvalidInputError

SOURCES: Final = ("github", "jira", "confluence", "swagger")
SAVED: Final = "saved"  # the source of what people and services save themselves
LARGEST: Final = 1024 * 1024  # bytes of content
_INGESTED: Final = re.compile(f"({'|'.join(SOURCES)})-[0-9a-f]{{32}}", re.ASCII)

MARKDOWN: Final = "text/markdown"
RST: Final = "text/x-rst"
ASCIIDOC: Final = "text/asciidoc"
PLAIN: Final = "text/plain"
STORAGE: Final = "application/vnd.atlassian.confluence.storage"
OPENAPI: Final = "application/openapi"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """Where a document is from. `place` is its name there, the same for all of its versions."""

    source: str
    place: str
    url: str | None = None  # where people see it
    revision: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEnvelope:
    """`document`: title, content, content_type, url, updated_at (ISO 8601), metadata."""

    id: str
    version_tag: str  # what its source calls this version
    content_hash: str  # SHA-256 of the content in UTF-8, in hex
    timestamp: datetime  # when it was read
    correlation_id: str
    source_refs: tuple[SourceRef, ...]  # at least one; the first is its own
    document: Mapping[str, Any] = field(repr=False)
    version: int | None = None  # the store's, from 1; None until it is saved

    @property
    def source(self) -> str:
        return self.source_refs[0].source

    @property
    def place(self) -> str:
        return self.source_refs[0].place

    @property
    def content(self) -> str:
        return str(self.document["content"])


def document_id(source: str, place: str) -> str:
    """The same for the same place, whoever asks."""
    return f"{source}-{sha256(place.encode()).hexdigest()[:32]}"


def is_ingested(known: str) -> bool:
    """Whether an id is like those that follow from a place at a source."""
    return _INGESTED.fullmatch(known) is not None


def hash_of(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def enveloped(
    ref: SourceRef, document: Mapping[str, Any], *, version_tag: str, correlation_id: str, at: datetime
) -> DocumentEnvelope:
    """A document as it was read, with a question mark for each half a character: one in a text of somebody's is no
    reason to read no further. Raises InvalidInputError where it is larger than is kept.
    """
    document = {name: _whole(value) for name, value in document.items()}
    content = checked_content(str(document["content"]))
    return DocumentEnvelope(
        id=document_id(ref.source, ref.place),
        version_tag=_whole(version_tag),
        content_hash=hash_of(content),
        timestamp=at,
        correlation_id=correlation_id,
        source_refs=(replace(ref, url=_whole(ref.url), revision=_whole(ref.revision)),),
        document=document,
    )


def _whole(value: Any) -> Any:
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case Mapping():
            return {_whole(name): _whole(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_whole(inner) for inner in value]
        case _:
            return value


def checked_content(content: str) -> str:
    """Raises InvalidInputError."""
    try:
        size = len(content.encode())
    except UnicodeEncodeError:
        raise InvalidInputError("the content has half a character in it") from None
    if size > LARGEST:
        raise InvalidInputError(f"the content has {size} bytes; at most {LARGEST} are kept")
    return content


def to_json(envelope: DocumentEnvelope) -> dict[str, Any]:
    """As it travels between services."""
    return {
        "id": envelope.id,
        "version_tag": envelope.version_tag,
        "version": envelope.version,
        "correlation_id": envelope.correlation_id,
        "source_refs": refs_to_json(envelope.source_refs),
        "content_hash": envelope.content_hash,
        "timestamp": to_text(envelope.timestamp),
        "document": dict(envelope.document),
    }


def refs_to_json(refs: Sequence[SourceRef]) -> list[dict[str, str]]:
    return [
        {name: value for name in ("source", "place", "url", "revision") if (value := getattr(ref, name)) is not None}
        for ref in refs
    ]


def refs_from(kept: Sequence[Mapping[str, str]]) -> tuple[SourceRef, ...]:
    return tuple(SourceRef(**one) for one in kept)


def moment(text: Any) -> datetime | None:
    """A moment as sources write it, say 2026-03-01T12:00:00.000+0000; None where it is none, or none in UTC."""
    if not isinstance(text, str):
        return None
    try:
        return in_utc(from_text(text))
    except (ValueError, InvalidInputError):
        return None
