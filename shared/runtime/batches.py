"""Items of DynamoDB by their keys, a hundred with a request."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from shared.runtime.aws import asking
from shared.runtime.errors import DependencyError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS: Final = 100  # DynamoDB's limit for one BatchGetItem
ROUNDS: Final = 6  # how often keys that DynamoDB left out of an answer are asked for again


def get_many(
    client: "DynamoDBClient", table: str, keys: Sequence[Any], *, place: str, consistent: bool = True
) -> Iterator[Any]:
    """Those that exist, in no order. `place` is what the table is called in an error. Raises DependencyError."""
    for start in range(0, len(keys), KEYS):
        yield from _batch(client, table, {"Keys": keys[start : start + KEYS], "ConsistentRead": consistent}, place)


def _batch(client: "DynamoDBClient", table: str, asked: Any, place: str) -> Iterator[Any]:
    wanted: Any = {table: asked}
    for _ in range(ROUNDS):
        with asking(place):
            answer = client.batch_get_item(RequestItems=wanted)
        yield from answer["Responses"].get(table, [])
        wanted = answer.get("UnprocessedKeys")
        if not wanted:
            return
    raise DependencyError("DynamoDB goes on leaving keys unread")
