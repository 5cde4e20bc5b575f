"""The snapshot is brought up to date: all there is, once each, with what became of it; nothing of it is ever lost."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.write_snapshot import service
from functions.write_snapshot.service import KEY, OVERLAP, Ports, Report, bring_up_to_date
from shared.deliveries.delivery import MemoryDeliveries, Status, first_try
from shared.deliveries.events import RETRY_REQUESTED, DeliveryEvents, Said
from shared.files.store import MemoryFiles
from shared.ledger.envelope import Event, Fact, to_text
from shared.ledger.memory import MemoryLedger
from shared.messages.store import LedgerMessages
from shared.runtime.errors import DependencyError, InvalidInputError
from tests.support.builders import a_cause
from tests.support.posted import a_raw, keep_message
from tests.unit.in_memory import HeldClock

MINUTE = timedelta(minutes=1)
PENDING = {"status": "pending", "attempts": 0}


class World:
    """A ledger of messages, records of what became of them, and the bucket."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        self.ledger = MemoryLedger()
        self.files = MemoryFiles()
        self.records = MemoryDeliveries()

    def post(self, name: str, *sinks: str, **said: Any) -> Event:
        return keep_message(self.ledger, name, sinks=sinks, at=self.clock(), **said)

    def set_status(self, event: Event, status: Status, sink: str = "notion", **said: Any) -> None:
        known = self.records.get(event.id, sink) or first_try(event.id, sink, at=self.clock())
        self.records.save(replace(known, status=status, changed_at=self.clock(), **said))

    def ask_again(self, event: Event, sink: str = "notion") -> None:
        fact = Fact(type=RETRY_REQUESTED, time=self.clock(), data={"event_id": event.id, "sinks": [sink]})
        DeliveryEvents(self.ledger).say(fact, first_try(event.id, sink, at=self.clock()), after=Said(), cause=a_cause())

    def run(self, *, after: timedelta = timedelta(0)) -> Report:
        self.clock.now += after
        ports = Ports(
            files=self.files,
            ledger=self.ledger,
            messages=LedgerMessages(self.ledger),
            records=self.records,
            clock=self.clock,
        )
        with TemporaryDirectory() as folder:
            return bring_up_to_date(Path(folder), ports=ports)

    @property
    def text(self) -> bytes:
        size, _ = self.files.head(KEY) or (0, "")
        return self.files.first_bytes(KEY, size)

    @property
    def entries(self) -> list[Any]:
        found: list[Any] = json.loads(self.text)["events"]
        return found

    @property
    def metadata(self) -> Any:
        return json.loads(self.text)["metadata"]

    def standing(self, number: int = 0) -> dict[str, Any]:
        """What the file says of the deliveries of an entry."""
        found: dict[str, Any] = self.entries[number]["deliveries"]
        return found


def ids(world: World) -> list[str]:
    return [entry["payload"]["id"] for entry in world.entries]


# runs


def test_the_first_run_writes_all_there_is_however_old() -> None:
    world = World()
    world.post("1", "notion", "shopify")
    world.clock.put_on(days=400)
    world.post("2")
    report = world.run(after=MINUTE)
    assert report == Report(read=2, updated=0, count=2, written=True)
    assert ids(world) == ["1", "2"]
    assert (world.standing(0), world.standing(1)) == ({"notion": PENDING, "shopify": PENDING}, {})
    assert world.entries[0]["raw"] == {"discord": a_raw("1")}
    assert (world.metadata["count"], world.files.head(KEY)) == (2, (len(world.text), "application/json"))


def test_where_there_is_nothing_yet_the_file_says_so() -> None:
    world = World()
    assert world.run() == Report(written=True)
    assert (world.entries, world.metadata["count"]) == ([], 0)


def test_where_nothing_is_new_nothing_is_written() -> None:
    world = World()
    world.post("1")
    world.run(after=MINUTE)
    before = world.text
    assert world.run(after=MINUTE) == Report(count=1, written=False)
    assert world.run(after=timedelta(hours=5)) == Report(count=1, written=False)
    assert world.text == before


def test_where_much_was_read_for_nothing_it_is_written_so_that_it_is_not_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "WRITTEN_AFTER", 3)
    world = World()
    for name in ("1", "2", "3"):
        world.post(name)
    world.run(after=MINUTE)
    assert not world.run(after=OVERLAP / 2).written  # they would be read again all the same
    assert world.run(after=OVERLAP / 2).written
    assert world.metadata["read_through"] == to_text(world.clock())


def test_what_is_new_is_added_to_what_was_there() -> None:
    world = World()
    world.post("1")
    world.run(after=MINUTE)
    world.clock.put_on(days=3)
    world.post("2")
    assert world.run(after=MINUTE) == Report(read=1, count=2, written=True)
    assert ids(world) == ["1", "2"]


def test_what_became_visible_late_is_found_and_what_was_read_before_is_not_doubled() -> None:
    world = World()
    late = world.clock() + MINUTE
    world.post("1")
    world.run(after=2 * MINUTE)
    keep_message(world.ledger, "2", at=late)
    assert world.run(after=MINUTE) == Report(read=1, count=2, written=True)
    assert world.run(after=OVERLAP / 2) == Report(count=2)
    assert ids(world) == ["1", "2"]


def test_other_events_are_none_of_its_business() -> None:
    world = World()
    world.ask_again(world.post("1", "notion"))
    assert world.run(after=MINUTE).count == 1


@given(st.lists(st.sampled_from(["post", "minute", "hour", "days", "run"]), max_size=25))
def test_whenever_it_runs_it_says_what_a_run_from_nothing_would_say(steps: list[str]) -> None:
    world = World()
    spans = {"minute": MINUTE, "hour": timedelta(hours=1), "days": timedelta(days=2)}
    posted = 0
    for step in steps:
        world.clock.now += spans.get(step, timedelta(0))
        if step == "post":
            posted += 1
            world.post(f"{posted:03}", "notion")
        if step == "run":
            world.run()
    world.run()
    grown = world.entries
    world.files.delete(KEY)
    world.run()
    assert world.entries == grown
    assert len(grown) == posted


# so much at once


def test_more_than_one_run_reads_is_read_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_EVENTS", 5)
    world = World()
    for number in range(12):
        world.post(f"{number:02}")
        world.clock.now += OVERLAP
    reports = [world.run() for _ in range(6)]
    assert [report.count for report in reports][-1] == 12
    assert reports[0] == Report(read=5, count=5, written=True)
    assert sum(report.read for report in reports) == 12
    assert ids(world) == [f"{number:02}" for number in range(12)]


def test_a_run_that_does_not_come_to_the_end_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_EVENTS", 3)
    world = World()
    times = []
    for number in range(5):
        times.append(world.clock())
        world.post(str(number))
        world.clock.put_on(days=1)
    world.run()
    assert datetime.fromisoformat(world.metadata["read_through"]) == times[2]
    world.run()
    assert ids(world) == [str(number) for number in range(5)]


# what became of them


def test_what_becomes_of_a_message_is_followed_to_its_end() -> None:
    world = World()
    event = world.post("1", "notion")
    world.run(after=MINUTE)
    world.set_status(event, Status.IN_DOUBT, last_error="did not answer in time")
    assert world.run(after=timedelta(days=40)).updated == 1
    assert (world.standing()["notion"]["status"], world.standing()["notion"]["attempts"]) == ("in_doubt", 1)
    world.set_status(event, Status.DELIVERED, external_id="page 1", url="https://notion.example/1", last_error=None)
    assert world.run(after=MINUTE) == Report(updated=1, count=1, written=True)
    assert world.standing() == {
        "notion": {
            "status": "delivered",
            "attempts": 1,
            "external_id": "page 1",
            "url": "https://notion.example/1",
            "last_error": None,
            "changed_at": "2026-04-10T12:01:00.000000Z",
        }
    }
    assert world.run(after=MINUTE) == Report(count=1)


@pytest.mark.parametrize("status", sorted(set(Status)))
def test_a_status_that_is_known_is_not_news(status: Status) -> None:
    world = World()
    world.set_status(world.post("1", "notion"), status)
    assert world.run(after=MINUTE).written
    assert world.run(after=MINUTE) == Report(count=1)
    assert world.standing()["notion"]["status"] == status


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DELIVERED}))
def test_what_was_delivered_remains_delivered(status: Status) -> None:
    world = World()
    event = world.post("1", "notion")
    world.set_status(event, Status.DELIVERED, external_id="page 1")
    world.run(after=MINUTE)
    world.set_status(event, status)
    world.ask_again(event)
    world.run(after=MINUTE)
    assert world.standing()["notion"] | {"changed_at": None} == {
        "status": "delivered",
        "attempts": 1,
        "external_id": "page 1",
        "url": None,
        "last_error": None,
        "changed_at": None,
    }


@pytest.mark.parametrize("status", [Status.FAILED, Status.SKIPPED, Status.DRY_RUN, Status.IN_DOUBT])
def test_what_somebody_asked_for_again_is_followed_again(status: Status) -> None:
    world = World()
    event = world.post("1", "notion")
    world.set_status(event, status)
    world.run(after=MINUTE)
    world.run(after=timedelta(days=5))
    world.ask_again(event)
    world.run(after=MINUTE)
    world.set_status(event, Status.DELIVERED)
    world.run(after=MINUTE)
    assert world.standing()["notion"]["status"] == "delivered"


def test_what_is_asked_for_again_at_a_sink_nobody_sent_it_to_does_no_harm() -> None:
    world = World()
    event = world.post("1")
    world.run(after=MINUTE)
    world.ask_again(event)
    world.set_status(event, Status.DELIVERED)
    world.run(after=MINUTE)
    world.run(after=MINUTE)
    assert (len(world.entries), world.standing().get("notion", {}).get("status")) in ((1, None), (1, "delivered"))


def test_many_deliveries_are_followed() -> None:
    world = World()
    events = [world.post(f"{number:03}", "notion", "shopify") for number in range(120)]
    world.run(after=MINUTE)
    for event in events:
        world.set_status(event, Status.DELIVERED)
        world.set_status(event, Status.SKIPPED, "shopify")
    assert world.run(after=MINUTE).updated == 240
    assert world.run(after=MINUTE) == Report(count=120)


# what is there already


def test_what_others_have_put_into_the_file_stays() -> None:
    world = World()
    theirs: dict[str, Any] = {
        "key": "mail:note:7",
        "payload": {"id": "7"},
        "source": "mail",
        "type": "note",
        "raw": None,
        "tags": [],
    }
    old = {"events": [theirs], "metadata": {"repo_root": "adaptco-ssot", "count": 1}}
    world.files.put(KEY, json.dumps(old).encode(), "application/json")
    world.post("1")
    report = world.run(after=MINUTE)
    assert (report.count, report.read) == (2, 1)
    assert [entry["key"] for entry in world.entries] == ["discord:message.created:1", "mail:note:7"]
    assert world.metadata["repo_root"] == "adaptco-ssot"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"hello",
        b'"hello"',
        b"7",
        b"[7]",
        b'{"events": [{"key": 7}]}',
        b'{"events": []} and more',
        b'{"events": [], "metadata": 7}',
        b'{"events": [], "metadata": {"read_through": "yesterday"}}',
        b'{"events": [], "metadata": {"read_through": "2026-03-01T12:00:00"}}',
        b'{"events": [], "metadata": {"read_through": 7}}',
        b'{"events": [{"key": "\xff"}]}',
        b"\xff\xfe\x00",
    ],
    ids=repr,
)
def test_a_file_that_is_none_of_ours_is_left_alone(content: bytes) -> None:
    world = World()
    world.post("1")
    world.files.put(KEY, content, "application/json")
    with pytest.raises(InvalidInputError):
        world.run(after=MINUTE)
    assert world.text == content


class Unwell(MemoryDeliveries):
    def get_many(self, keys: Any) -> Any:
        raise DependencyError("the ledger cannot answer now")


def test_a_run_that_fails_leaves_the_file_as_it_was_and_the_next_goes_on() -> None:
    world = World()
    world.post("1", "notion")
    world.run(after=MINUTE)
    before, well = world.text, world.records
    world.post("2", "notion")
    world.records = Unwell()
    with pytest.raises(DependencyError):
        world.run(after=MINUTE)
    assert world.text == before
    world.records = well
    assert world.run(after=timedelta(hours=3)).read == 1
    assert ids(world) == ["1", "2"]


def test_what_is_asked_for_again_of_something_else_than_a_message_is_none_of_its_business() -> None:
    world = World()
    world.post("1")
    world.run(after=MINUTE)
    (event,) = world.ledger.timeline(world.clock().date())
    notice = replace(event, id="sink:shopify:1")
    world.set_status(notice, Status.FAILED, "telegram")
    world.ask_again(notice, "telegram")
    world.clock.put_on(seconds=1)
    world.set_status(notice, Status.DELIVERED, "telegram")
    assert world.run(after=MINUTE) == Report(count=1)
