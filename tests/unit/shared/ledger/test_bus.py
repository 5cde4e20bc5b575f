"""The bus: batches within EventBridge's limits, in order, and how far they went."""

import json
from collections.abc import Collection
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from shared.ledger.bus import EventBridgeBus
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Event, to_detail
from tests.support.builders import NOON, a_cause, a_listing

# EventBridge's own arithmetic: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
MOST_ENTRIES, MOST_BYTES, BYTES_OF_TIME = 10, 256 * 1024, 14


class EventBridge:
    """Answers PutEvents as AWS does: whole calls beyond a limit raise, single entries are refused by their place."""

    def __init__(self, *, refuses: Collection[int] = ()) -> None:
        self.calls: list[list[dict[str, Any]]] = []
        self._refuses = refuses  # the events, counted over all calls
        self._count = 0

    def describe_event_bus(self, **request: Any) -> dict[str, Any]:
        return {"Name": request["Name"]}

    def put_events(self, **request: Any) -> dict[str, Any]:
        entries = request["Entries"]
        if not 1 <= len(entries) <= MOST_ENTRIES or sum(map(_size, entries)) > MOST_BYTES:
            raise ClientError({"Error": {"Code": "ValidationException"}}, "PutEvents")
        self.calls.append(entries)
        answers = [self._answer() for _ in entries]
        return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}

    def _answer(self) -> dict[str, str]:
        self._count += 1
        if self._count - 1 in self._refuses:
            return {"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"}
        return {"EventId": str(self._count)}

    @property
    def ids(self) -> list[str]:
        return [json.loads(entry["Detail"])["id"] for call in self.calls for entry in call]


class Absent:
    """A bus that is asked for and cannot be described, for one reason or another."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def describe_event_bus(self, **_: Any) -> None:
        raise self._error


def _size(entry: dict[str, Any]) -> int:
    return BYTES_OF_TIME + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))


def bus_over(client: Any) -> EventBridgeBus:
    return EventBridgeBus(client, "switchyard")


def some_events(number: int, *, title: str = "Sony A6400") -> list[Event]:
    listings = [a_listing(url=f"https://market.example/{n}", title=title) for n in range(number)]
    return [e for x in listings for e in recorded("LISTING", x.id, x.facts, after=0, cause=a_cause())]


@pytest.mark.parametrize(
    ("number", "calls"), [(0, []), (1, [1]), (9, [9]), (10, [10]), (11, [10, 1]), (100, [10] * 10)]
)
def test_events_leave_ten_at_a_time(number: int, calls: list[int]) -> None:
    client = EventBridge()
    assert bus_over(client).publish(some_events(number)) == number
    assert [len(call) for call in client.calls] == calls


@pytest.mark.parametrize("letter", ["x", "é", "漢"])
def test_large_events_leave_as_many_at_a_time_as_one_call_may_weigh(letter: str) -> None:
    client = EventBridge()
    title = letter * (60_000 // len(letter.encode()))
    assert bus_over(client).publish(some_events(9, title=title)) == 9
    assert [len(call) for call in client.calls] == [4, 4, 1]


def test_events_leave_in_the_order_in_which_they_came() -> None:
    client, events = EventBridge(), some_events(25)
    bus_over(client).publish(events)
    assert client.ids == [event.id for event in events]


@pytest.mark.parametrize(
    ("refused", "taken", "calls"),
    [
        ({0}, 0, 1),
        ({3}, 3, 1),
        ({9}, 9, 1),
        ({10}, 10, 2),
        ({13, 15}, 13, 2),
        ({24}, 24, 3),
        (set(range(25)), 0, 1),
    ],
    ids=str,
)
def test_publishing_stops_at_the_first_refusal_and_says_how_far_it_came(
    refused: set[int], taken: int, calls: int
) -> None:
    client = EventBridge(refuses=refused)
    assert bus_over(client).publish(some_events(25)) == taken
    assert len(client.calls) == calls


def test_an_entry_names_the_bus_and_says_what_rules_look_at() -> None:
    client, (event,) = EventBridge(), some_events(1, title="Größe: 24″")
    bus_over(client).publish([event])
    ((entry,),) = client.calls
    assert json.loads(entry.pop("Detail")) == to_detail(event)
    assert entry == {
        "EventBusName": "switchyard",
        "Time": NOON,
        "Source": "switchyard.listings",
        "DetailType": "listing.created",
    }


def test_what_is_replayed_leaves_as_it_did_and_says_for_whom_it_is() -> None:
    client, events = EventBridge(), some_events(12)
    assert bus_over(client).replay(events, name="after the fire", to="notion") == 12
    assert [len(call) for call in client.calls] == [10, 2]
    for event, entry in zip(events, [entry for call in client.calls for entry in call], strict=True):
        assert json.loads(entry["Detail"]) == to_detail(event) | {"replay": {"name": "after the fire", "to": "notion"}}
        assert (entry["Time"], entry["Source"], entry["DetailType"]) == (event.time, event.source, event.type)


def test_a_replay_stops_at_the_first_refusal_too() -> None:
    client = EventBridge(refuses={13})
    assert bus_over(client).replay(some_events(25), name="x", to="all") == 13


def test_a_bus_that_can_be_described_is_reachable() -> None:
    assert bus_over(EventBridge()).is_reachable()


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DescribeEventBus"),
        EndpointConnectionError(endpoint_url="https://events.example"),
    ],
    ids=["unknown", "unreachable"],
)
def test_a_bus_that_cannot_be_described_is_not_reachable(error: Exception) -> None:
    assert not bus_over(Absent(error)).is_reachable()
