"""Deliveries as operators read them, alike in memory and in DynamoDB; and how little room one takes there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.deliveries.delivery import OPEN, Delivery, DeliveryRecords, MemoryDeliveries, Status, first_try, position
from shared.deliveries.store import DynamoDeliveries
from shared.runtime.batches import KEYS
from tests.support.in_process import client
from tests.support.places import Place

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
WRITE_UNIT = 1_024  # bytes


@pytest.fixture(params=["memory", "in_process", "local"])
def records(request: pytest.FixtureRequest) -> DeliveryRecords:
    if request.param == "memory":
        return MemoryDeliveries()
    place: Place = request.getfixturevalue(request.param)
    return DynamoDeliveries(place.client, place.table)


def event(number: int) -> str:
    return f"message:m-{number}:1"


def keep(
    records: DeliveryRecords, number: int = 1, sink: str = "notion", status: Status = Status.FAILED, **said: Any
) -> Delivery:
    at = said.pop("at", NOON + timedelta(seconds=number))
    return records.save(replace(first_try(event(number), sink, at=at), status=status, **said))


def test_all_that_a_record_says_is_read_back(records: DeliveryRecords) -> None:
    kept = keep(
        records,
        external_id="page 1",
        url="https://notion.example/ü",
        last_error="ü, 503",
        request={"method": "POST", "body": {"price": "12.50", "list": [1, 2.5, None, {"deep": True}]}},
        retry_at=NOON + timedelta(minutes=1),
        began_at=NOON - timedelta(days=1),
        trigger="delivery:message:m-1:1:notion:2",
        is_announced=True,
        key="another",
    )
    assert records.get(event(1), "notion") == kept


def test_the_deliveries_of_an_event_are_in_order_of_sink(records: DeliveryRecords) -> None:
    kept = [keep(records, 1, sink) for sink in ("telegram", "discord", "notion")]
    keep(records, 12, "notion")
    assert records.of_event(event(1)) == sorted(kept, key=lambda delivery: delivery.sink)
    assert records.of_event(event(2)) == []


def test_many_are_read_at_once_and_those_that_are_not_there_are_left_out(records: DeliveryRecords) -> None:
    kept = [keep(records, number) for number in range(KEYS + 7)]
    wanted = [(event(number), sink) for number in range(KEYS + 9) for sink in ("notion", "shopify")]
    assert records.get_many(wanted) == {(delivery.event_id, "notion"): delivery for delivery in kept}
    assert records.get_many([]) == {}


@pytest.mark.parametrize("status", sorted(OPEN))
def test_what_somebody_may_have_to_see_to_is_listed_newest_change_first(
    records: DeliveryRecords, status: Status
) -> None:
    kept = [keep(records, number, status=status) for number in range(5)]
    keep(records, 6, "shopify", status)
    keep(records, 7, "notion", next(other for other in OPEN if other is not status))
    listed = list(records.newest("notion", status))
    assert listed == [(position(delivery), delivery) for delivery in reversed(kept)]
    assert list(records.newest("notion", status, before=listed[1][0])) == listed[2:]
    assert list(records.newest("notion", status, before=listed[-1][0])) == []


def test_more_than_a_page_is_listed_to_its_end(records: DeliveryRecords) -> None:
    kept = [keep(records, number) for number in range(120)]
    assert [delivery for _, delivery in records.newest("notion", Status.FAILED)] == kept[::-1]


def test_what_changed_at_the_same_moment_is_listed_once_each(records: DeliveryRecords) -> None:
    for number in range(5):
        keep(records, number, at=NOON)
    places = [place for place, _ in records.newest("notion", Status.FAILED)]
    assert len(set(places)) == 5
    assert [place for place, _ in records.newest("notion", Status.FAILED, before=places[2])] == places[3:]


@pytest.mark.parametrize("status", Status)
def test_a_record_is_listed_only_as_long_as_it_is_open(records: DeliveryRecords, status: Status) -> None:
    kept = records.save(keep(records, status=Status.PENDING).ended(status, at=NOON))
    listed = {each: [delivery for _, delivery in records.newest("notion", each)] for each in Status}
    assert listed == {each: [kept] if each is status and status in OPEN else [] for each in Status}


def test_a_record_that_an_earlier_release_wrote_is_read(in_process: Place) -> None:
    item = {
        "pk": {"S": "DELIVERY#listing:7:1"},
        "sk": {"S": "SINK#ebay"},
        "key": {"S": "listing:7:1"},
        "status": {"S": "accepted"},
        "attempts": {"N": "2"},
        "changed_at": {"S": "2026-03-01T12:00:00.123456Z"},
        "revision": {"N": "3"},
    }
    client("dynamodb").put_item(TableName=in_process.table, Item=item)
    deliveries = DynamoDeliveries(in_process.client, in_process.table)
    known = deliveries.get("listing:7:1", "ebay")
    assert known is not None
    assert (known.status, known.began_at, known.key) == (Status.ACCEPTED, NOON, "listing:7:1")
    assert deliveries.save(known.ended(Status.DELIVERED, at=NOON)).revision == 4


def size_of(item: Any) -> int:
    """Bytes as DynamoDB counts them: names, texts, and numbers at most a byte for two digits and one more."""
    values = [(name, *value.values()) for name, value in item.items()]
    return sum(len(name.encode()) + len(str(value).encode()) + 1 for name, value in values)


def test_what_was_delivered_takes_one_write_unit_even_where_everything_is_long(in_process: Place) -> None:
    deliveries = DynamoDeliveries(in_process.client, in_process.table)
    long = first_try(f"message:{'k' * 128}:1", "google-calendar", at=NOON)
    ended = replace(deliveries.save(long).ended(Status.DELIVERED, at=NOON, external_id="e" * 64), url="u" * 300)
    deliveries.save(ended)
    (item,) = client("dynamodb").scan(TableName=in_process.table)["Items"]
    assert size_of(item) < WRITE_UNIT
    assert "board_pk" not in item
