"""The documents of the built-in store, as reports see them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.control.proxies.kept import KeptDocuments
from tests.support.builders import NOON


@dataclass(frozen=True)
class Kept:
    id: str
    title: str = "How we ship"
    source: str = "github"
    place: str = "acme/shop:README.md"
    content_hash: str = "0" * 64
    content_type: str = "text/markdown"
    url: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    updated_at: datetime | None = None
    saved_at: datetime = NOON


class MemoryStore:
    def __init__(self, *records: Kept) -> None:
        self.records = records
        self.read: list[str] = []

    def newest(self) -> Iterator[tuple[str, Kept]]:
        return ((record.id, record) for record in self.records)

    def content(self, record: Kept) -> str:
        self.read.append(record.id)
        return f"content of {record.id}"


def test_documents_come_as_the_store_has_them_and_are_read_when_they_are_asked() -> None:
    store = MemoryStore(Kept("a", url="https://x.example/a.md"), Kept("b", updated_at=NOON.replace(year=2025)))
    one, other = KeptDocuments(store).newest_first()
    assert (one.id, one.url, one.updated_at, one.is_prose) == ("a", "https://x.example/a.md", NOON, True)
    assert one.place == "acme/shop:README.md"
    assert (other.id, other.url, other.updated_at.year) == ("b", "", 2025)
    assert store.read == []
    assert (other.read(), store.read) == ("content of b", ["b"])


def test_the_description_of_an_api_is_no_prose() -> None:
    (one,) = KeptDocuments(MemoryStore(Kept("a", content_type="application/openapi"))).newest_first()
    assert not one.is_prose
