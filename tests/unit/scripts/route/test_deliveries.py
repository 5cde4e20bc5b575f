"""What is remembered of deliveries from run to run."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scripts.route.deliveries import Digests, LocalDeliveries, LookFirst, Told, from_json, to_json
from shared.deliveries.delivery import Deliveries, Delivery, MemoryDeliveries, Status, first_try
from shared.runtime.errors import ConflictError, DependencyError

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST = first_try("message:a:1", "notion", at=NOON)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.deliveries.db"


@pytest.fixture(params=["on disk", "in memory"])
def deliveries(request: pytest.FixtureRequest, file: Path) -> Iterator[Deliveries]:
    if request.param == "in memory":
        yield MemoryDeliveries()
        return
    with closing(LocalDeliveries(file)) as kept:
        yield kept


def test_what_is_saved_is_read_again(deliveries: Deliveries) -> None:
    assert deliveries.get("message:a:1", "notion") is None
    saved = deliveries.save(FIRST)
    assert saved == replace(FIRST, revision=1)
    assert deliveries.get("message:a:1", "notion") == saved
    assert deliveries.get("message:a:1", "shopify") is None


def test_who_did_not_see_the_last_change_is_refused(deliveries: Deliveries) -> None:
    first = deliveries.save(FIRST)
    second = deliveries.save(first.ended(Status.DELIVERED, at=NOON, external_id="page-1"))
    for stale in (FIRST, first):
        with pytest.raises(ConflictError):
            deliveries.save(stale)
    assert deliveries.get("message:a:1", "notion") == second


def test_what_was_never_there_cannot_be_changed(file: Path) -> None:
    with closing(LocalDeliveries(file)) as kept:
        kept.save(FIRST)
        other = replace(FIRST, revision=7)
        with pytest.raises(ConflictError):
            kept.save(other)


def test_every_field_survives_the_file() -> None:
    full = replace(
        FIRST.ended(Status.PENDING, at=NOON + timedelta(microseconds=1), error="503 “busy”", external_id="1"),
        url="https://notion.example/1",
        request={"method": "POST", "body": [1, None]},
        trigger="run:1",
        is_announced=True,
        retry_at=NOON,
        revision=3,
    )
    assert all(getattr(full, field.name) is not None for field in fields(Delivery))
    assert from_json(to_json(full)) == full
    assert from_json(to_json(FIRST)) == FIRST


def test_what_was_delivered_is_known_in_the_next_run_and_what_was_cut_off_is_in_doubt(file: Path) -> None:
    with closing(LocalDeliveries(file)) as kept:
        kept.save(kept.save(FIRST).ended(Status.DELIVERED, at=NOON, external_id="page-1"))
        kept.save(first_try("message:b:1", "notion", at=NOON))
    with closing(LocalDeliveries(file)) as kept:
        known, cut_off = kept.get("message:a:1", "notion"), kept.get("message:b:1", "notion")
    assert known
    assert (known.status, known.external_id) == (Status.DELIVERED, "page-1")
    assert cut_off
    assert cut_off.status is Status.IN_DOUBT


def test_a_write_is_on_the_disk_when_it_returns(file: Path) -> None:
    """Another connection sees it, without anything being closed."""
    with closing(LocalDeliveries(file)) as kept:
        kept.save(FIRST)
        with closing(sqlite3.connect(file)) as other:
            assert other.execute("SELECT event_id, status FROM deliveries").fetchall() == [("message:a:1", "sending")]
            assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_file_that_is_no_database_is_refused_and_stays_as_it_is(file: Path) -> None:
    file.write_text("something else altogether, and long enough to be looked at" * 20)
    with pytest.raises(DependencyError, match="not a database"):
        LocalDeliveries(file)
    assert file.read_text().startswith("something else")


def test_what_has_no_record_may_have_been_done(deliveries: Deliveries) -> None:
    looking = LookFirst(deliveries)
    known = looking.get("message:a:1", "notion")
    assert known.status is Status.IN_DOUBT
    assert deliveries.get("message:a:1", "notion") is None
    done = looking.save(known.ended(Status.DELIVERED, at=NOON))
    assert looking.get("message:a:1", "notion") == deliveries.get("message:a:1", "notion") == done
    with pytest.raises(ConflictError):
        looking.save(known)


@pytest.mark.parametrize("is_safe", [True, False])
def test_one_message_is_told_once(file: Path, is_safe: bool) -> None:
    with closing(Digests(file, is_safe=is_safe)) as told:
        assert told.look("a", "1") is Told.NEW
        assert told.tell("a", "1") is Told.NEW
        assert told.tell("a", "1") is Told.KNOWN
        assert told.tell("a", "2") is Told.OTHER
        assert told.look("a", "1") is Told.KNOWN
    with closing(Digests(file, is_safe=is_safe)) as told:
        assert told.look("a", "2") is Told.OTHER
