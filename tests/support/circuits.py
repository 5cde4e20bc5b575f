"""Circuits of the state table in this process, whose time can be made to pass."""

from typing import Any

from shared.runtime import circuit, wiring_sinks
from tests.support.in_process import client


def circuit_item(name: str) -> dict[str, Any]:
    """As it is kept; empty where it never opened."""
    key = {"pk": {"S": f"circuit:{name}"}}
    item: dict[str, Any] = client("dynamodb").get_item(TableName="state", Key=key, ConsistentRead=True).get("Item", {})
    return item


def let_time_pass(name: str, dynamodb: Any = None, table: str = "state") -> None:
    """The circuit has been open for long, and nobody remembers how it was."""
    values = {":long_ago": {"N": "1000000000"}}
    key = {"pk": {"S": f"circuit:{name}"}}
    (dynamodb or client("dynamodb")).update_item(
        TableName=table, Key=key, UpdateExpression="SET opened_at = :long_ago", ExpressionAttributeValues=values
    )
    circuit._store.cache_clear()
    wiring_sinks._built.clear()  # they hold the store
