"""The ledger's stream as Lambda hands it to a function."""

from typing import Any

from tests.support.in_process import client


def event_items() -> list[dict[str, Any]]:
    """The events of the ledger in this process, as items."""
    found: list[Any] = client("dynamodb").scan(TableName="ledger")["Items"]
    return [item for item in found if item["sk"]["S"].startswith("EVENT#")]


def stream_batch(items: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """The insertion of these items, or of every event there is."""
    chosen = event_items() if items is None else items
    return {"Records": [_record(item, number) for number, item in enumerate(chosen, start=1)]}


def _record(item: dict[str, Any], number: int) -> dict[str, Any]:
    return {
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"pk": item["pk"], "sk": item["sk"]},
            "NewImage": item,
            "SequenceNumber": f"{number:021}",
            "ApproximateCreationDateTime": 1772366400,
        },
    }
