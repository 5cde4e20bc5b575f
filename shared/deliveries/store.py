"""Deliveries in the ledger's table, beside the events they are for: `DELIVERY#<event id>` / `SINK#<name>`.

Those somebody may have to see to also stand on the board, by sink and status; the others take no room there.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from shared.deliveries.delivery import OPEN, Delivery, Status, position
from shared.ledger.envelope import from_text, to_text
from shared.ledger.items import Item, board_partition, deserialized, serialized
from shared.ledger.table import LedgerTable
from shared.runtime.aws import asking
from shared.runtime.errors import ConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KIND: Final = "DELIVERY"
_PAGE: Final = 100


class DynamoDeliveries:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._read = LedgerTable(client, table)

    def get(self, event_id: str, sink: str) -> Delivery | None:
        item = self._read.get(_key(event_id, sink))
        return _from_item(item) if item is not None else None

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

    def of_event(self, event_id: str) -> list[Delivery]:
        found = self._read.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": f"{KIND}#{event_id}"}, ":prefix": {"S": "SINK#"}},
            ConsistentRead=True,
        )
        return [_from_item(item) for item in found]

    def get_many(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
        found = (_from_item(item) for item in self._read.get_many([_key(*key) for key in keys]))
        return {(delivery.event_id, delivery.sink): delivery for delivery in found}

    def newest(self, sink: str, status: Status, *, before: str | None = None) -> Iterator[tuple[str, Delivery]]:
        condition, values = "board_pk = :pk", {":pk": {"S": _partition(sink, status)}}
        if before is not None:
            condition += " AND board_sk < :before"
            values[":before"] = {"S": before}
        found = self._read.query(
            IndexName="board",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            Limit=_PAGE,
        )
        return ((item["board_sk"]["S"], _from_item(item)) for item in found)


def _key(event_id: str, sink: str) -> Item:
    return {"pk": {"S": f"{KIND}#{event_id}"}, "sk": {"S": f"SINK#{sink}"}}


def _partition(sink: str, status: Status) -> str:
    return board_partition(KIND, f"{sink}#{status}")


def _to_item(delivery: Delivery) -> Item:
    """Only what is said is kept: a record of something delivered stays below the kilobyte of one write unit."""
    values: dict[str, Any] = {
        "key": delivery.key if delivery.key != delivery.event_id else None,
        "status": str(delivery.status),
        "attempts": delivery.attempts,
        "changed_at": to_text(delivery.changed_at),
        "began_at": to_text(delivery.began_at),
        "external_id": delivery.external_id,
        "url": delivery.url,
        "last_error": delivery.last_error,
        "request": json.dumps(delivery.request, ensure_ascii=False) if delivery.request is not None else None,
        "retry_at": to_text(delivery.retry_at) if delivery.retry_at else None,
        "trigger": delivery.trigger,
        "announced": delivery.is_announced or None,
        "revision": delivery.revision,
    }
    if delivery.status in OPEN:
        values |= {"board_pk": _partition(delivery.sink, delivery.status), "board_sk": position(delivery)}
    said = {name: value for name, value in values.items() if value is not None}
    return _key(delivery.event_id, delivery.sink) | serialized(said)


def _from_item(item: Item) -> Delivery:
    kept = deserialized(item, Decimal)
    event_id = kept["pk"].partition("#")[2]
    return Delivery(
        event_id=event_id,
        sink=kept["sk"].partition("#")[2],
        key=kept.get("key", event_id),
        status=Status(kept["status"]),
        attempts=int(kept["attempts"]),
        changed_at=from_text(kept["changed_at"]),
        began_at=from_text(kept.get("began_at", kept["changed_at"])),
        external_id=kept.get("external_id"),
        url=kept.get("url"),
        last_error=kept.get("last_error"),
        request=json.loads(kept["request"]) if "request" in kept else None,
        retry_at=from_text(kept["retry_at"]) if "retry_at" in kept else None,
        trigger=kept.get("trigger"),
        is_announced=kept.get("announced", False),
        revision=int(kept["revision"]),
    )
