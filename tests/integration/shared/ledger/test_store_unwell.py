"""When DynamoDB is unwell the ledger says so, in its own words; when we are wrong, it does not."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.ledger.store import DynamoLedger
from shared.listings.store import LedgerListings
from shared.runtime.batches import ROUNDS
from shared.runtime.errors import ConflictError, DependencyError
from tests.support.builders import a_cause, a_listing


def a_change() -> Change:
    kept: list[Change] = []

    class Keeping(MemoryLedger):
        def commit(self, change: Change) -> None:
            kept.append(change)

    LedgerListings(Keeping()).save(a_listing(), a_cause())
    return kept[0]


@pytest.fixture
def stubbed() -> Any:
    client = boto3.client("dynamodb")
    with Stubber(client) as stubber:
        yield DynamoLedger(client, "ledger"), stubber


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "InternalServerError", "ProvisionedThroughputExceededException"]
)
def test_an_unwell_table_is_a_dependency_that_failed(stubbed: Any, code: str) -> None:
    ledger, stubber = stubbed
    stubber.add_client_error("get_item", service_error_code=code, http_status_code=500)
    with pytest.raises(DependencyError):
        ledger.get("LISTING", "x")


def test_a_call_that_is_wrong_is_not_taken_for_a_table_that_is_unwell(stubbed: Any) -> None:
    ledger, stubber = stubbed
    stubber.add_client_error("get_item", service_error_code="ValidationException")
    with pytest.raises(ClientError):
        ledger.get("LISTING", "x")


def cancelled(*codes: str) -> dict[str, Any]:
    return {"modeled_fields": {"CancellationReasons": [{"Code": code} for code in codes]}}


def test_a_transaction_cancelled_by_throttling_failed_and_was_not_lost_to_anyone(stubbed: Any) -> None:
    ledger, stubber = stubbed
    stubber.add_client_error(
        "transact_write_items", "TransactionCanceledException", **cancelled("None", "ThrottlingError")
    )
    with pytest.raises(DependencyError):
        ledger.commit(a_change())


@pytest.mark.parametrize("codes", [("ConditionalCheckFailed", "None"), ("None", "TransactionConflict")])
def test_a_transaction_cancelled_by_another_writer_is_a_conflict(stubbed: Any, codes: tuple[str, str]) -> None:
    ledger, stubber = stubbed
    stubber.add_client_error("transact_write_items", "TransactionCanceledException", **cancelled(*codes))
    with pytest.raises(ConflictError):
        ledger.commit(a_change())


def test_keys_that_dynamodb_leaves_unread_are_asked_for_again_and_not_for_ever(stubbed: Any) -> None:
    ledger, stubber = stubbed
    key = {"pk": {"S": "LISTING#x"}, "sk": {"S": "STATE"}}
    unread = {"Responses": {}, "UnprocessedKeys": {"ledger": {"Keys": [key]}}}
    for _ in range(ROUNDS):
        stubber.add_response("batch_get_item", unread)
    with pytest.raises(DependencyError):
        ledger.get_many("LISTING", ["x"])
    stubber.assert_no_pending_responses()
