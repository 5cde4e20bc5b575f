"""The SSOT snapshot: what is in the file, and what stays of an earlier one."""

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, to_detail
from shared.messages.contracts import read_message
from shared.messages.message import KIND, recording
from shared.messages.routing import Rules, decide
from shared.messages.snapshot import Snapshot, entry_of
from shared.runtime.errors import InvalidInputError

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAUSE = Cause(actor="command:route", trace_id="1" * 32, correlation_id="1" * 32)
RAW = {
    "id": "example-1",
    "content": "Kickoff",
    "channel": "sales",
    "shelf": {"row": 4},
    "created_at": "2026-11-02T12:00Z",
}


def an_entry(at: datetime = NOON, **said: Any) -> dict[str, Any]:
    raw = RAW | said
    message = read_message(raw, now=at, default_currency="GBP")
    fact = recording(message, decide(message, Rules()), at=at)
    (event,) = recorded(KIND, message.key, [fact], after=0, cause=CAUSE)
    return entry_of(to_detail(event), raw)


def written(snapshot: Snapshot, **extras: Any) -> dict[str, Any]:
    out = StringIO()
    snapshot.write(out, at=LATER, extras=extras)
    kept: dict[str, Any] = json.loads(out.getvalue())
    assert out.getvalue() == json.dumps(kept, indent=2, sort_keys=True) + "\n"
    return kept


def events(snapshot: Snapshot) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = written(snapshot)["events"]
    return found


def loaded(earlier: Any) -> Snapshot:
    snapshot = Snapshot(":memory:")
    snapshot.load(StringIO(earlier if isinstance(earlier, str) else json.dumps(earlier)))
    return snapshot


def delivery(status: str, **more: Any) -> dict[str, Any]:
    return {"status": status, "attempts": 1} | more


def test_an_entry_says_what_was_posted_and_what_was_made_of_it() -> None:
    entry = an_entry(price="400.50", attendees=["a@example.com"], scheduled_for="2026-12-01T10:00:00+01:00")

    assert entry["key"] == "discord:message.created:example-1"
    assert entry["event_id"] == "message:example-1:1"
    assert entry["source"] == "discord"
    assert entry["ingested_at"] == "2026-11-20T12:00:00.000000Z"
    assert entry["raw"]["discord"]["created_at"] == "2026-11-02T12:00Z"
    assert entry["payload"] == {
        "id": "example-1",
        "content": "Kickoff",
        "author": None,
        "channel": "sales",
        "created_at": "2026-11-02T12:00:00Z",
        "url": None,
        "scheduled_for": "2026-12-01T09:00:00Z",
        "attendees": ["a@example.com"],
        "price": "400.5",
        "currency": "GBP",
        "metadata": {"shelf": {"row": 4}},
    }


def test_the_file_is_sorted_counted_and_says_when() -> None:
    with Snapshot(":memory:") as snapshot:
        snapshot.put([an_entry(id="b"), an_entry(id="a"), an_entry(id="c", event_type="task.created")])
        kept = written(snapshot, repo_root="ssot")

    assert [entry["key"] for entry in kept["events"]] == [
        "discord:message.created:a",
        "discord:message.created:b",
        "discord:task.created:c",
    ]
    assert kept["metadata"] == {"count": 3, "repo_root": "ssot", "updated_at": "2026-11-21T12:00:00.000000Z"}


def test_an_empty_snapshot_is_a_file_too() -> None:
    with Snapshot(":memory:") as snapshot:
        assert written(snapshot)["events"] == []


def test_a_message_told_again_keeps_the_moment_it_came_first() -> None:
    with Snapshot(":memory:") as snapshot:
        snapshot.put([an_entry()])
        snapshot.put([an_entry(LATER, content="Kickoff, moved")])
        (entry,) = events(snapshot)
    assert entry["ingested_at"] == "2026-11-20T12:00:00.000000Z"
    assert entry["payload"]["content"] == "Kickoff, moved"


def test_a_message_of_another_type_is_the_same_message() -> None:
    with Snapshot(":memory:") as snapshot:
        snapshot.put([an_entry()])
        snapshot.put([an_entry(LATER, event_type="task.created")])
        (entry,) = events(snapshot)
    assert entry["key"] == "discord:task.created:example-1"
    assert entry["ingested_at"] == "2026-11-20T12:00:00.000000Z"


def test_what_was_delivered_remains_delivered() -> None:
    with Snapshot(":memory:") as snapshot:
        entry = an_entry()
        snapshot.put([entry])
        snapshot.set_deliveries(entry["event_id"], {"notion": delivery("dry_run"), "telegram": delivery("failed")})
        snapshot.set_deliveries(entry["event_id"], {"notion": delivery("delivered", external_id="page-1")})
        snapshot.set_deliveries(entry["event_id"], {"notion": delivery("dry_run"), "telegram": delivery("pending")})
        (kept,) = events(snapshot)
    assert kept["deliveries"] == {
        "notion": delivery("delivered", external_id="page-1"),
        "telegram": delivery("pending"),
    }


def test_what_may_still_change_can_be_listed() -> None:
    with Snapshot(":memory:") as snapshot:
        snapshot.set_deliveries("message:b:1", {"notion": delivery("delivered"), "discord": delivery("in_doubt")})
        snapshot.set_deliveries("message:a:1", {"shopify": delivery("skipped"), "notion": delivery("dry_run")})
        assert list(snapshot.open_deliveries()) == [("message:b:1", "discord")]


def test_what_somebody_asked_for_again_may_change_unless_it_is_delivered() -> None:
    with Snapshot(":memory:") as snapshot:
        snapshot.set_deliveries("message:a:1", {"shopify": delivery("dry_run", changed_at="2026-11-20T12")})
        snapshot.set_deliveries("message:a:1", {"notion": delivery("delivered", changed_at="2026-11-20T12")})
        for sink in ("shopify", "notion"):
            snapshot.follow("message:a:1", sink, at="2026-11-20T13")
        assert list(snapshot.open_deliveries()) == [("message:a:1", "shopify")]
        assert not snapshot.update("message:a:1", "shopify", delivery("dry_run", changed_at="2026-11-20T12"))
        assert list(snapshot.open_deliveries()) == [("message:a:1", "shopify")]  # nobody was at it yet
        assert snapshot.update("message:a:1", "shopify", delivery("delivered", changed_at="2026-11-20T14"))
        snapshot.follow("message:a:1", "shopify", at="2026-11-20T13")  # read once more
        assert list(snapshot.open_deliveries()) == []


@given(st.lists(st.sampled_from("abcdefgh"), max_size=12), st.integers(0, 11))
def test_a_file_that_is_read_again_is_written_the_same(ids: list[str], half: int) -> None:
    with Snapshot(":memory:") as at_once, Snapshot(":memory:") as first:
        at_once.put(an_entry(id=name) for name in ids)
        first.put(an_entry(id=name) for name in ids[:half])
        with loaded(written(first)) as second:
            second.put(an_entry(id=name) for name in ids[half:])
            assert written(second) == written(at_once)


def test_deliveries_and_what_others_wrote_in_the_metadata_survive_the_file() -> None:
    with Snapshot(":memory:") as snapshot:
        entry = an_entry()
        snapshot.put([entry])
        snapshot.set_deliveries(entry["event_id"], {"notion": delivery("delivered")})
        earlier = written(snapshot, repo_root="elsewhere", maintainer="sales")
    with loaded(earlier) as snapshot:
        snapshot.put([an_entry(LATER)])
        kept = written(snapshot, repo_root="ssot")
    assert kept["events"][0]["deliveries"] == {"notion": delivery("delivered")}
    assert kept["metadata"]["maintainer"] == "sales"
    assert kept["metadata"]["repo_root"] == "ssot"
    assert kept["metadata"]["count"] == 1


OLD = {
    "source": "discord",
    "type": "message.created",
    "payload": {"id": "example-1"},
    "ingested_at": "2025-01-01T00:00:00+00:00",
}


@pytest.mark.parametrize(
    "earlier",
    [
        [OLD],
        {"events": [OLD], "metadata": {"count": 1}},
        {"metadata": {"count": 1}, "events": [OLD | {"key": "discord:message.created:example-1"}]},
        {"discord:message.created:example-1": OLD},
    ],
)
def test_files_of_the_older_shapes_are_read(earlier: Any) -> None:
    with loaded(earlier) as snapshot:
        (entry,) = events(snapshot)
        assert entry == OLD | {"key": "discord:message.created:example-1"}
        snapshot.put([an_entry()])
        (entry,) = events(snapshot)
    assert entry["ingested_at"] == "2025-01-01T00:00:00+00:00"
    assert entry["event_id"] == "message:example-1:1"


@pytest.mark.parametrize(
    "earlier",
    [
        "",
        "nothing",
        '{"events": [{"key": "a"}',
        '{"events": [{"key": "a"}]} and more',
        '{"events": [1]}',
        '{"events": [{"key": 1}]}',
        '{"events": [{}]}',
        '{"events": [{"key": "a", "event_id": []}]}',
        '{"events": [{"key": "a", "event_id": "b", "deliveries": [1]}]}',
        '{"events": [{"key": "\\ud800"}]}',
        '{"events": [{"key": "a", "more": NaN}]}',
        '{"events": [], "metadata": 1}',
        '"text"',
        "[[]]",
    ],
)
def test_an_earlier_file_that_cannot_be_read_is_refused(earlier: str) -> None:
    with Snapshot(":memory:") as snapshot, pytest.raises(InvalidInputError):
        snapshot.load(StringIO(earlier))


def test_it_works_in_a_file(tmp_path: Path) -> None:
    with Snapshot(tmp_path / "work.db") as snapshot:
        snapshot.put([an_entry()])
        assert len(snapshot) == 1
