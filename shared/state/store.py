"""What may be forgotten: keys with a time to live, in DynamoDB or in memory."""

from typing import TYPE_CHECKING, Any, Protocol

from shared.runtime.aws import asking
from shared.runtime.clock import Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class StateStore(Protocol):
    """Text under a key, for so many seconds."""

    def get(self, key: str) -> str | None:
        """None where there is nothing, or nothing any more."""

    def put(self, key: str, value: str, *, ttl: int) -> None: ...


class DynamoState:
    """DynamoDB deletes what has expired up to two days late, so reading looks at the time itself."""

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def get(self, key: str) -> str | None:
        with asking("the state store"):
            answer = self._client.get_item(TableName=self._table, Key={"pk": {"S": key}}, ConsistentRead=True)
        item = answer.get("Item")
        if item is None or int(item["expires_at"]["N"]) <= self._clock().timestamp():
            return None
        return item["value"]["S"]

    def put(self, key: str, value: str, *, ttl: int) -> None:
        expires_at = int(self._clock().timestamp()) + ttl
        item: Any = {"pk": {"S": key}, "value": {"S": value}, "expires_at": {"N": str(expires_at)}}
        with asking("the state store"):
            self._client.put_item(TableName=self._table, Item=item)


class MemoryState:
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._values: dict[str, tuple[str, float]] = {}

    def get(self, key: str) -> str | None:
        value, expires_at = self._values.get(key, (None, 0.0))
        return value if expires_at > self._clock().timestamp() else None

    def put(self, key: str, value: str, *, ttl: int) -> None:
        self._values[key] = (value, int(self._clock().timestamp()) + ttl)
