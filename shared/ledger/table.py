"""Reading the ledger's table: keys in batches, queries page by page."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from shared.ledger.items import Item
from shared.runtime.aws import asking
from shared.runtime.errors import DependencyError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH_KEYS: Final = 100  # DynamoDB's limit for one BatchGetItem
BATCH_ROUNDS: Final = 6  # how often keys that DynamoDB left out of an answer are asked for again


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
        for start in range(0, len(keys), BATCH_KEYS):
            yield from self._batch(list(keys[start : start + BATCH_KEYS]))

    def query(self, **request: Any) -> Iterator[Item]:
        """Page by page, as far as the caller reads."""
        query: Callable[..., Any] = self._client.query
        while True:
            with asking("the ledger"):
                answer = query(TableName=self._name, **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _batch(self, keys: list[Item]) -> Iterator[Item]:
        wanted: Any = {self._name: {"Keys": keys, "ConsistentRead": True}}
        for _ in range(BATCH_ROUNDS):
            with asking("the ledger"):
                answer = self._client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(self._name, [])
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                return
        raise DependencyError("DynamoDB goes on leaving keys unread")
