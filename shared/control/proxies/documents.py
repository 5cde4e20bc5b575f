"""Documents as reports on them see them: what is known of each, and its content only where it is asked for."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`read` gives its content, and may raise NotFoundError where it is gone meanwhile, and DependencyError."""

    id: str
    source: str  # github, jira, confluence, swagger …
    title: str  # empty where it has none
    updated_at: datetime
    content_hash: str  # the same content has the same
    read: Callable[[], str] = field(repr=False, compare=False)
    place: str = ""  # its name at its source: a path, the key of an issue
    url: str = ""  # where people read it; empty where that is not known
    is_prose: bool = True  # and not, say, the description of an API
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Documents(Protocol):
    def newest_first(self) -> Iterator[Document]:
        """All of them, read lazily. Raises DependencyError."""


class MemoryDocuments:
    def __init__(self, *documents: Document) -> None:
        self._documents = documents

    def newest_first(self) -> Iterator[Document]:
        in_order = sorted(self._documents, key=lambda document: (document.updated_at, document.id), reverse=True)
        return iter(in_order)
