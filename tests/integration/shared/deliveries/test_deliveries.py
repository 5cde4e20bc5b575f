"""The promises of deliveries, kept alike by those in memory and those in DynamoDB."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from shared.deliveries.delivery import HELD_FOR, Deliveries, Delivery, MemoryDeliveries, Status, first_try
from shared.deliveries.store import DynamoDeliveries
from shared.runtime.errors import ConflictError, DependencyError
from tests.support.places import MANY, Place, at_once

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
EVENT = "listing:3668b72f-2493-5f9e-afaf-5cf1988a2fe0:1"


@pytest.fixture(params=["memory", "in_process", "local"])
def deliveries(request: pytest.FixtureRequest) -> Deliveries:
    if request.param == "memory":
        return MemoryDeliveries()
    place: Place = request.getfixturevalue(request.param)
    return DynamoDeliveries(place.client, place.table)


def a_try() -> Delivery:
    return first_try(EVENT, "ebay", at=NOON)


def test_what_nobody_has_tried_is_not_known(deliveries: Deliveries) -> None:
    assert deliveries.get(EVENT, "ebay") is None


def test_what_is_saved_is_read_back_as_it_was(deliveries: Deliveries) -> None:
    taken = deliveries.save(a_try())
    assert taken == replace(a_try(), revision=1) == deliveries.get(EVENT, "ebay")
    ended = deliveries.save(taken.ended(Status.DELIVERED, at=NOON + HELD_FOR, external_id="110012345678"))
    assert ended == deliveries.get(EVENT, "ebay")
    assert (ended.revision, ended.external_id, ended.key) == (2, "110012345678", EVENT)


@pytest.mark.parametrize("status", Status)
def test_every_status_is_read_back(deliveries: Deliveries, status: Status) -> None:
    kept = deliveries.save(deliveries.save(a_try()).ended(status, at=NOON, error="ü, 503"))
    assert deliveries.get(EVENT, "ebay") == kept
    assert (kept.status, kept.last_error) == (status, "ü, 503")


def test_the_error_of_a_try_is_gone_with_the_next(deliveries: Deliveries) -> None:
    failed = deliveries.save(deliveries.save(a_try()).ended(Status.FAILED, at=NOON, error="503"))
    again = deliveries.save(failed.taken(at=NOON + timedelta(hours=1), key="another"))
    assert deliveries.get(EVENT, "ebay") == again
    assert (again.attempts, again.last_error, again.key) == (2, None, "another")


def test_places_and_events_are_apart(deliveries: Deliveries) -> None:
    deliveries.save(a_try())
    assert deliveries.get(EVENT, "chatterbot") is None
    assert deliveries.get(f"{EVENT}0", "ebay") is None


def test_a_first_try_is_taken_once(deliveries: Deliveries) -> None:
    deliveries.save(a_try())
    with pytest.raises(ConflictError):
        deliveries.save(a_try())


def test_a_try_over_what_somebody_changed_meanwhile_is_not_taken(deliveries: Deliveries) -> None:
    known = deliveries.save(a_try())
    deliveries.save(known.ended(Status.FAILED, at=NOON))
    with pytest.raises(ConflictError):
        deliveries.save(known.taken(at=NOON))
    now = deliveries.get(EVENT, "ebay")
    assert now is not None
    assert now.status is Status.FAILED


def test_a_try_over_what_is_not_there_is_not_taken(deliveries: Deliveries) -> None:
    with pytest.raises(ConflictError):
        deliveries.save(replace(a_try(), revision=1))


def takes(deliveries: Deliveries, delivery: Delivery) -> bool:
    try:
        deliveries.save(delivery)
    except ConflictError:
        return False
    return True


def test_of_many_who_take_the_same_work_at_once_one_has_it(local: Place) -> None:
    deliveries = DynamoDeliveries(local.client, local.table)
    for _ in range(3):
        known = deliveries.get(EVENT, "ebay")
        tries = [taken_by(number, known) for number in range(MANY)]
        won = at_once(lambda number, tries=tries: takes(deliveries, tries[number]))  # type: ignore[misc]
        assert won.count(True) == 1
        now = deliveries.get(EVENT, "ebay")
        assert now is not None
        assert now.key == f"by {won.index(True)}"


def taken_by(number: int, known: Delivery | None) -> Delivery:
    mine = known.taken(at=NOON) if known else a_try()
    return replace(mine, key=f"by {number}")


def test_an_unwell_table_is_a_dependency_that_failed_and_a_wrong_call_is_not() -> None:
    client = boto3.client("dynamodb")
    with Stubber(client) as stubber:
        stubber.add_client_error("put_item", "ThrottlingException", http_status_code=400)
        stubber.add_client_error("get_item", "InternalServerError", http_status_code=500)
        stubber.add_client_error("put_item", "ValidationException", http_status_code=400)
        deliveries = DynamoDeliveries(client, "ledger")
        with pytest.raises(DependencyError):
            deliveries.save(a_try())
        with pytest.raises(DependencyError):
            deliveries.get(EVENT, "ebay")
        with pytest.raises(ClientError):
            deliveries.save(a_try())
