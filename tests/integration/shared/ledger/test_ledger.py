"""The promises of the ledger, kept alike by the one in memory and the one in DynamoDB."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest

from shared.ledger.envelope import Event, event_id
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.ledger.memory import MemoryLedger
from shared.ledger.store import DynamoLedger
from shared.runtime.errors import ConflictError, NotFoundError
from tests.support.in_process import make_table
from tests.support.local_stack import LocalAws

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WRITERS = 16


@pytest.fixture(params=["memory", "dynamodb"])
def ledger(request: pytest.FixtureRequest) -> Iterator[Ledger]:
    if request.param == "memory":
        yield MemoryLedger()
        return
    aws: LocalAws = request.getfixturevalue("aws")
    client = boto3.client("dynamodb", endpoint_url=aws.endpoint_url)
    table = f"ledger-{uuid4().hex}"
    make_table(client, "LedgerTable", table)
    yield DynamoLedger(client, table)
    client.delete_table(TableName=table)


def an_event(subject: str, version: int, **changes: Any) -> Event:
    said: dict[str, Any] = {
        "id": event_id("THING", subject, version),
        "type": "thing.happened",
        "source": "switchyard.things",
        "time": NOON + timedelta(seconds=version),
        "actor": "timer",
        "trace_id": "a" * 32,
        "correlation_id": "a" * 32,
        "data": {"number": version, "text": "ü", "none": None, "list": [1, {"deep": True}]},
    }
    return Event(subject=subject, version=version, **said | changes)


def a_change(subject: str, first: int = 1, *, count: int = 1, claims: tuple[str, ...] = (), **changes: Any) -> Change:
    """`count` events from version `first` on."""
    events = tuple(an_event(subject, version, **changes) for version in range(first, first + count))
    aggregate = Aggregate(
        kind="THING",
        id=subject,
        version=events[-1].version,
        changed_at=events[-1].time,
        place="OPEN",
        fields={"size": events[-1].version, "name": subject},
    )
    return Change(aggregate=aggregate, events=events, claims=claims)


def test_what_is_committed_is_read_back_as_it_was(ledger: Ledger) -> None:
    change = a_change("one", tags=("loud", "late"), causation_id="listing:x:1")
    ledger.commit(change)
    assert ledger.get("THING", "one") == change.aggregate
    assert list(ledger.history("THING", "one")) == list(change.events)


def test_history_is_in_order_of_version(ledger: Ledger) -> None:
    ledger.commit(a_change("one", 1, count=3))
    ledger.commit(a_change("one", 4, count=9))
    assert [event.version for event in ledger.history("THING", "one")] == list(range(1, 13))


def test_what_does_not_exist_is_not_found_and_has_no_history(ledger: Ledger) -> None:
    with pytest.raises(NotFoundError):
        ledger.get("THING", "nobody")
    assert list(ledger.history("THING", "nobody")) == []


@pytest.mark.parametrize("first", [1, 2, 4])
def test_a_change_over_another_version_than_the_stored_one_changes_nothing(ledger: Ledger, first: int) -> None:
    ledger.commit(a_change("one", 1, count=2))
    with pytest.raises(ConflictError):
        ledger.commit(a_change("one", first))
    assert ledger.get("THING", "one").version == 2
    assert len(list(ledger.history("THING", "one"))) == 2


def test_a_first_change_of_what_exists_not_must_start_at_one(ledger: Ledger) -> None:
    with pytest.raises(ConflictError):
        ledger.commit(a_change("one", 2))
    assert list(ledger.history("THING", "one")) == []


def test_a_claim_is_taken_once_and_who_comes_second_changes_nothing(ledger: Ledger) -> None:
    ledger.commit(a_change("one", claims=("name#blue",)))
    with pytest.raises(ConflictError):
        ledger.commit(a_change("two", claims=("name#blue", "name#red")))
    assert ledger.claimed(["name#blue", "name#red"]) == {"name#blue"}
    assert ledger.get_many("THING", ["one", "two"]).keys() == {"one"}


def test_of_many_changes_only_those_are_lost_that_someone_was_before(ledger: Ledger) -> None:
    ledger.commit(a_change("7"))
    ledger.commit(a_change("other", claims=("name#93",)))
    changes = [a_change(str(n), claims=(f"name#{n}",)) for n in range(120)]
    lost = ledger.commit_all(changes)
    assert sorted(change.aggregate.id for change in lost) == ["7", "93"]
    assert ledger.get_many("THING", [str(n) for n in range(120)]).keys() == {str(n) for n in range(120)} - {"93"}
    assert len(list(ledger.history("THING", "7"))) == 1


def test_the_board_shows_columns_together_in_either_order_and_from_any_place_on(ledger: Ledger) -> None:
    changes = [a_change(str(n), time=NOON + timedelta(minutes=n)) for n in range(10)]
    places = [("OPEN", "HELD", None)[n % 3] for n in range(10)]
    for change, place in zip(changes, places, strict=True):
        fields = {name: getattr(change.aggregate, name) for name in ("kind", "id", "version", "changed_at", "fields")}
        ledger.commit(Change(aggregate=Aggregate(place=place, **fields), events=change.events))

    shown = list(ledger.board("THING", ["OPEN", "HELD"]))
    assert [aggregate.id for aggregate in shown] == ["9", "7", "6", "4", "3", "1", "0"]
    rest = ledger.board("THING", ["OPEN", "HELD"], before=shown[2].position)
    assert [aggregate.id for aggregate in rest] == ["4", "3", "1", "0"]
    assert [aggregate.id for aggregate in ledger.board("THING", ["HELD"])] == ["7", "4", "1"]
    assert list(ledger.board("THING", ["OPEN", "HELD"], newest_first=False, at_a_time=1)) == shown[::-1]
    assert list(ledger.board("OTHER", ["OPEN"])) == []


def test_an_aggregate_that_moved_is_in_its_new_column_only(ledger: Ledger) -> None:
    ledger.commit(a_change("one"))
    after = a_change("one", 2)
    ledger.commit(
        Change(
            aggregate=Aggregate(kind="THING", id="one", version=2, changed_at=NOON, place="HELD", fields={}),
            events=after.events,
        )
    )
    assert list(ledger.board("THING", ["OPEN"])) == []
    assert [aggregate.id for aggregate in ledger.board("THING", ["HELD"])] == ["one"]


def test_the_timeline_has_a_days_events_of_all_subjects_in_order_of_time(ledger: Ledger) -> None:
    for n in range(9):
        ledger.commit(a_change(str(n), time=NOON + timedelta(hours=3 * n)))
    today = [event.subject for event in ledger.timeline(NOON.date())]
    tomorrow = [event.subject for event in ledger.timeline(NOON.date() + timedelta(days=1))]
    assert (today, tomorrow) == (["0", "1", "2", "3"], ["4", "5", "6", "7", "8"])


def test_a_trace_has_its_events_and_no_others(ledger: Ledger) -> None:
    ledger.commit(a_change("one", 1, count=2, trace_id="b" * 32))
    ledger.commit(a_change("two", 1, trace_id="c" * 32))
    assert [event.id for event in ledger.trace("b" * 32)] == ["thing:one:1", "thing:one:2"]


def at_once(work: Callable[[int], bool]) -> list[bool]:
    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(work, range(WRITERS)))


def test_of_many_who_write_the_same_version_at_once_one_wins(ledger: Ledger) -> None:
    ledger.commit(a_change("one"))

    def write(writer: int) -> bool:
        try:
            ledger.commit(a_change("one", 2, actor=f"writer:{writer}"))
        except ConflictError:
            return False
        return True

    won = at_once(write)
    assert won.count(True) == 1
    (_, second) = ledger.history("THING", "one")
    assert second.actor == f"writer:{won.index(True)}"


def test_many_who_read_and_try_again_write_one_chain_without_gap(ledger: Ledger) -> None:
    ledger.commit(a_change("one"))

    def write(writer: int) -> bool:
        for _ in range(WRITERS * 4):
            following = ledger.get("THING", "one").version + 1
            try:
                ledger.commit(a_change("one", following, actor=f"writer:{writer}"))
            except ConflictError:
                continue
            return True
        return False

    assert all(at_once(write))
    chain = list(ledger.history("THING", "one"))
    assert [event.version for event in chain] == list(range(1, WRITERS + 2))
    assert {event.actor for event in chain[1:]} == {f"writer:{writer}" for writer in range(WRITERS)}
