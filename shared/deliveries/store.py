"""Deliveries in the ledger's table, beside the events they are for: `DELIVERY#<event id>` / `SINK#<name>`."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.deliveries.delivery import Delivery, Status
from shared.ledger.envelope import from_text, to_text
from shared.ledger.items import Item, deserialized, serialized
from shared.runtime.aws import asking
from shared.runtime.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDeliveries:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, event_id: str, sink: str) -> Delivery | None:
        with asking("the ledger"):
            answer = self._client.get_item(TableName=self._table, Key=_key(event_id, sink), ConsistentRead=True)
        return _from_item(event_id, sink, answer["Item"]) if "Item" in answer else None

    def save(self, delivery: Delivery) -> Delivery:
        kept = replace(delivery, revision=delivery.revision + 1)
        put: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if delivery.revision:
            put = {
                "ConditionExpression": "revision = :known",
                "ExpressionAttributeValues": {":known": {"N": str(delivery.revision)}},
            }
        try:
            with asking("the ledger"):
                self._client.put_item(TableName=self._table, Item=_to_item(kept), **put)
        except self._client.exceptions.ConditionalCheckFailedException:
            raise ConflictError(f"the delivery of {delivery.event_id} was changed by someone else") from None
        return kept


def _key(event_id: str, sink: str) -> Item:
    return {"pk": {"S": f"DELIVERY#{event_id}"}, "sk": {"S": f"SINK#{sink}"}}


def _to_item(delivery: Delivery) -> Item:
    values: dict[str, Any] = {
        "key": delivery.key,
        "status": str(delivery.status),
        "attempts": delivery.attempts,
        "changed_at": to_text(delivery.changed_at),
        "external_id": delivery.external_id,
        "last_error": delivery.last_error,
        "revision": delivery.revision,
    }
    said = {name: value for name, value in values.items() if value is not None}
    return _key(delivery.event_id, delivery.sink) | serialized(said)


def _from_item(event_id: str, sink: str, item: Item) -> Delivery:
    kept = deserialized(item, Decimal)
    return Delivery(
        event_id=event_id,
        sink=sink,
        key=kept["key"],
        status=Status(kept["status"]),
        attempts=int(kept["attempts"]),
        changed_at=from_text(kept["changed_at"]),
        external_id=kept.get("external_id"),
        last_error=kept.get("last_error"),
        revision=int(kept["revision"]),
    )
