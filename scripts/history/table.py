"""A table like the ledger's on the local AWS, with so many events in it, for a while."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final
from uuid import uuid4

import boto3

from scripts.history.events import item_of
from scripts.stack import Stack
from shared.ledger.envelope import Event
from shared.ledger.store import DynamoLedger

_AT_ONCE: Final = 25  # items that DynamoDB takes in one BatchWriteItem


@contextmanager
def a_ledger(stack: Stack, known: Iterable[Event]) -> Iterator[tuple[DynamoLedger, Any]]:
    """With these events in it, and the client it asks."""
    client = boto3.client("dynamodb", endpoint_url=stack.aws_endpoint_url, region_name=stack.region)
    table = f"bench-{uuid4().hex[:8]}"
    _make_like(client, stack.outputs["LedgerTableName"], table)
    try:
        puts = ({"PutRequest": {"Item": item_of(event)}} for event in known)
        while batch := list(islice(puts, _AT_ONCE)):
            left: Any = {table: batch}
            while left:
                left = client.batch_write_item(RequestItems=left)["UnprocessedItems"]
        yield DynamoLedger(client, table), client
    finally:
        client.delete_table(TableName=table)


def _make_like(client: Any, model: str, table: str) -> None:
    known = client.describe_table(TableName=model)["Table"]
    indexes = [
        {name: index[name] for name in ("IndexName", "KeySchema", "Projection")}
        for index in known["GlobalSecondaryIndexes"]
    ]
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=known["AttributeDefinitions"],
        KeySchema=known["KeySchema"],
        GlobalSecondaryIndexes=indexes,
    )
    client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
