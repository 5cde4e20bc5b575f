"""The shape that documents travel in."""

import json
from datetime import UTC, datetime

import pytest

from shared.control.ingestion.contracts import SaveIn
from shared.control.ingestion.envelope import (
    LARGEST,
    checked_content,
    document_id,
    hash_of,
    moment,
    to_json,
)
from shared.runtime.errors import InvalidInputError
from tests.support.builders import NOON
from tests.unit.shared.control.ingestion.samples import an_envelope


def test_an_envelope_says_what_the_seed_says_it_does() -> None:
    told = to_json(an_envelope())
    assert list(told) == [
        "id",
        "version_tag",
        "version",
        "correlation_id",
        "source_refs",
        "content_hash",
        "timestamp",
        "document",
    ]
    assert told["timestamp"] == "2026-03-01T12:00:00.000000Z"
    assert told["content_hash"] == hash_of("# A\n\nText.")


def test_an_id_follows_from_source_and_place() -> None:
    assert document_id("github", "a/b/c.md") == document_id("github", "a/b/c.md")
    assert len({document_id(source, place) for source in ("github", "jira") for place in ("1", "2")}) == 4


@pytest.mark.parametrize("content", ["x" * (LARGEST + 1), "é" * (LARGEST // 2 + 1)])
def test_what_is_too_large_is_no_document(content: str) -> None:
    with pytest.raises(InvalidInputError, match="the content has"):
        an_envelope(content=content)


def test_what_is_no_text_is_no_document_of_who_could_have_known() -> None:
    with pytest.raises(InvalidInputError, match="half a character"):
        checked_content("\ud800")
    assert an_envelope(content="a \ud800").content == "a ?"


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-03-01T12:00:00Z", NOON),
        ("2026-03-01T13:00:00.000+0100", NOON),
        ("2026-03-01T12:00:00", None),
        ("yesterday", None),
        (7, None),
        (None, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_moments_as_sources_write_them(text: object, time: datetime | None) -> None:
    assert moment(text) == time


def test_what_somebody_saves_is_known_by_its_content_or_by_the_id_it_is_given() -> None:
    told = {"title": "A", "url": "https://a.example", "updated_at": "2026-01-01T00:00:00Z", "pages": 3}
    saved = SaveIn(content="A", metadata=told).envelope("c", at=NOON)
    assert saved.id == f"saved-{hash_of('A')[:32]}"
    assert (saved.source, saved.document["title"], saved.document["url"]) == ("saved", "A", "https://a.example")
    assert moment(saved.document["updated_at"]) == datetime(2026, 1, 1, tzinfo=UTC)
    assert saved.document["metadata"] == told
    named = SaveIn(id="notes-1", content="A", content_hash=f"sha256:{hash_of('A').upper()}").envelope("c", at=NOON)
    assert (named.id, named.place) == ("notes-1", "notes-1")


def test_metadata_of_other_types_is_kept_and_means_nothing() -> None:
    saved = SaveIn(content="A", metadata={"title": 7, "url": ["x"], "updated_at": "never"}).envelope("c", at=NOON)
    assert "title" not in saved.document
    assert moment(saved.document["updated_at"]) == NOON


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (SaveIn(content="A", content_hash=hash_of("B")), "content_hash"),
        (SaveIn(content="A", metadata={"a": "x" * 20_000}), "metadata has"),
        (SaveIn(content="A", metadata={"a": "\ud800"}), "metadata is not JSON"),
        (SaveIn(content="A", metadata={"a": json.loads("[" * 300 + "]" * 300)}), "more than 32 deep"),
        (SaveIn(content="A" * (LARGEST + 1)), "at most"),
    ],
)
def test_what_does_not_fit_is_refused(wanted: SaveIn, told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        wanted.envelope("c", at=NOON)
