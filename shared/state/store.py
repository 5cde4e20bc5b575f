"""What may be forgotten: keys with a time to live; here in DynamoDB, and what every other place is asked for too."""

from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING, Any, Final, Protocol

from botocore.exceptions import ClientError

from shared.runtime.aws import asking
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError
from shared.state.texts import TextStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NAME: Final = "the state store"
_IS_ABSENT: Final = "attribute_not_exists(pk) OR expires_at <= :now"
_IS_EXPECTED: Final = "#value = :expected AND expires_at > :now"


class StateStore(Protocol):
    """JSON under a key, for so many seconds.

    Keys of the namespaces `deploy:`, `button:` and `conv:` have lives of their own (see LIVES); all others need a
    `ttl`, and raise ValueError without one. None is the absence of a value, so putting it deletes; so does a ttl
    that is over at once. Raises InvalidInputError for what is larger than the stores take, and DependencyError where
    the store fails: that something is not there is only said when it was looked for.
    """

    def get(self, key: str) -> Any | None:
        """None where there is nothing, or nothing any more."""

    def put(self, key: str, value: Any, *, ttl: int | None = None) -> None: ...

    def delete(self, key: str) -> None: ...

    def compare_and_set(self, key: str, expected: Any, value: Any, *, ttl: int | None = None) -> bool:
        """Put `value` where `expected` is; of many who try at once, one is told True.

        With `expected` None: where nothing is, or nothing any more. With `value` None: delete. Values are the same
        where their JSON is, so 1 is not 1.0. After DependencyError nobody knows whether it was done.
        """

    def cleanup_expired(self) -> int:
        """How many were removed that nobody could see any more; none where the place removes them by itself."""


class DynamoState(TextStore):
    """DynamoDB deletes what has expired up to two days late, so reading looks at the time itself.

    It wants whole seconds: nothing is gone before its time, and nothing stays a second longer.
    """

    def __init__(self, client: "DynamoDBClient", table: str, *, clock: Clock) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def _read(self, key: str) -> str | None:
        with asking(_NAME):
            answer = self._client.get_item(TableName=self._table, Key={"pk": {"S": key}}, ConsistentRead=True)
        item = answer.get("Item")
        if item is None or int(item["expires_at"]["N"]) <= self._clock().timestamp():
            return None
        return item["value"]["S"]

    def _write(self, key: str, text: str, seconds: int) -> None:
        with asking(_NAME):
            self._client.put_item(TableName=self._table, Item=self._item(key, text, seconds))

    def _remove(self, key: str) -> None:
        with asking(_NAME):
            self._client.delete_item(TableName=self._table, Key={"pk": {"S": key}})

    def _swap(self, key: str, expected: str | None, text: str, seconds: int) -> bool:
        item, condition = self._item(key, text, seconds), self._condition(expected)
        return _is_done(lambda: self._client.put_item(TableName=self._table, Item=item, **condition))

    def _remove_if(self, key: str, expected: str) -> bool:
        condition = self._condition(expected)
        return _is_done(lambda: self._client.delete_item(TableName=self._table, Key={"pk": {"S": key}}, **condition))

    def _item(self, key: str, text: str, seconds: int) -> Any:
        expires_at = ceil(self._clock().timestamp() + seconds)
        return {"pk": {"S": key}, "value": {"S": text}, "expires_at": {"N": str(expires_at)}}

    def _condition(self, expected: str | None) -> Any:
        now = {":now": {"N": str(self._clock().timestamp())}}
        if expected is None:
            return {"ConditionExpression": _IS_ABSENT, "ExpressionAttributeValues": now}
        return {
            "ConditionExpression": _IS_EXPECTED,
            "ExpressionAttributeNames": {"#value": "value"},
            "ExpressionAttributeValues": {":expected": {"S": expected}, **now},
        }


def _is_done(write: Callable[[], object]) -> bool:
    """Whether the condition held.

    Raises DependencyError where it did not, but the call was sent more than once: the one who was first may be us.
    """
    try:
        with asking(_NAME):
            write()
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        if error.response["ResponseMetadata"].get("RetryAttempts", 0):
            raise DependencyError("the state store's first answer was lost, and it may have been yes") from error
        return False
    return True
