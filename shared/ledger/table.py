"""Reading the ledger's table: keys in batches, queries page by page."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from shared.ledger.items import Item
from shared.runtime.aws import asking
from shared.runtime.batches import get_many

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class LedgerTable:
    """Every method may raise DependencyError."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Item) -> Item | None:
        with asking("the ledger"):
            answer = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def get_many(self, keys: Sequence[Item]) -> Iterator[Item]:
        """Those that exist, in no order."""
        return get_many(self._client, self._name, keys, place="the ledger")

    def query(self, **request: Any) -> Iterator[Item]:
        """Page by page, as far as the caller reads. A part of the request that is None is left out."""
        query: Callable[..., Any] = self._client.query
        request = {name: value for name, value in request.items() if value is not None}
        while True:
            with asking("the ledger"):
                answer = query(TableName=self._name, **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
