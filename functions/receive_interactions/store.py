"""What is asked of AWS: that an interaction is new, the queue, and what stands on the board.

The layout of the state table is that of `shared.state.store`, the board's that of `shared.ledger.items`.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from shared.runtime.aws_calls import AwsCalls, AwsRefusedError

REMEMBERED_FOR: Final = 900  # seconds; a signature is good for 600
PAGE: Final = 100  # items of a column that are read at once

Place = Mapping[str, Any]  # where a page of a column begins, as DynamoDB says it
Now = Callable[[], float]  # seconds since 1970


class Seen:
    """Interactions that were taken, in the state table."""

    def __init__(self, aws: AwsCalls, table: str, *, now: Now) -> None:
        self._aws = aws
        self._table = table
        self._now = now

    def take(self, interaction_id: str, *, seconds: float) -> bool:
        """Whether nobody has before. Raises DependencyError."""
        value = json.dumps(secrets.token_hex(8))
        put = {
            "TableName": self._table,
            "Item": {
                "pk": {"S": f"interaction:{interaction_id}"},
                "value": {"S": value},
                "expires_at": {"N": str(int(self._now()) + REMEMBERED_FOR)},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._aws.ask("dynamodb", "PutItem", put, seconds=seconds)
        except AwsRefusedError as refusal:
            if refusal.code != "ConditionalCheckFailedException":
                raise
            # The call is tried again where its answer gets lost: then it is ourselves who were here.
            return bool(refusal.said.get("Item", {}).get("value") == {"S": value})
        return True


class CommandQueue:
    def __init__(self, aws: AwsCalls, url: str) -> None:
        self._aws = aws
        self._url = url

    def send(self, message: Mapping[str, Any], *, seconds: float) -> None:
        """Raises DependencyError, where it may be there all the same."""
        text = json.dumps(message)  # in ASCII: SQS refuses some letters as they are
        self._aws.ask("sqs", "SendMessage", {"QueueUrl": self._url, "MessageBody": text}, seconds=seconds)


class Board:
    """Columns of the ledger's board."""

    def __init__(self, aws: AwsCalls, table: str) -> None:
        self._aws = aws
        self._table = table

    def newest(
        self, column: str, fields: Sequence[str], *, after: Place | None = None, seconds: float
    ) -> tuple[list[dict[str, str]], Place | None]:
        """These fields, where they are texts, of the last to change in a column; and where the next page begins.

        Raises DependencyError.
        """
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "board",
            "KeyConditionExpression": "board_pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": column}},
            **_only(fields),
            "ScanIndexForward": False,
            "Limit": PAGE,
        }
        query |= {"ExclusiveStartKey": after} if after else {}
        answer = self._aws.ask("dynamodb", "Query", query, seconds=seconds)
        return [_texts(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")

    def get(self, pk: str, fields: Sequence[str], *, seconds: float) -> dict[str, str] | None:
        """These fields of one thing, wherever it stands. Raises DependencyError."""
        key = {"pk": {"S": pk}, "sk": {"S": "STATE"}}
        wanted = {"TableName": self._table, "Key": key, **_only(fields)}
        item = self._aws.ask("dynamodb", "GetItem", wanted, seconds=seconds).get("Item")
        return _texts(item) if item else None


def _only(fields: Sequence[str]) -> dict[str, Any]:
    names = {f"#{number}": name for number, name in enumerate(fields)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}


def _texts(item: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: value["S"] for name, value in item.items() if "S" in value}
