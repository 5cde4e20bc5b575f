"""The documents of the built-in store, as reports on them see them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from shared.control.proxies.documents import Document

_API: Final = "application/openapi"


class Record(Protocol):
    """What the store knows of a document."""

    @property
    def id(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def content_hash(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def metadata(self) -> Mapping[str, Any]: ...
    @property
    def updated_at(self) -> datetime | None: ...  # at its source
    @property
    def saved_at(self) -> datetime: ...


R = TypeVar("R", bound=Record)


class Store(Protocol[R]):
    def newest(self) -> Iterator[tuple[str, R]]:
        """Those that are there, the newest change first, each with its place in the list."""

    def content(self, record: R) -> str:
        """Raises NotFoundError."""


class KeptDocuments:
    def __init__(self, store: Store[R]) -> None:
        self._store: Store[Any] = store

    def newest_first(self) -> Iterator[Document]:
        return (_document(record, self._store) for _, record in self._store.newest())


def _document(record: Record, store: Store[Any]) -> Document:
    return Document(
        id=record.id,
        source=record.source,
        title=record.title,
        updated_at=record.updated_at or record.saved_at,
        content_hash=record.content_hash,
        read=partial(store.content, record),
        place=record.place,
        url=record.url or "",
        is_prose=record.content_type != _API,
        metadata=record.metadata,
    )
