"""Traces in DynamoDB: written in batches, read page by page. What is in there is forgotten after a week."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from shared.control.tracing import items
from shared.control.tracing.traces import Part
from shared.ledger.items import Item
from shared.runtime.attempts import Pause
from shared.runtime.aws import asking
from shared.runtime.errors import DependencyError
from shared.runtime.span import Span

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH: Final = 25  # items of one BatchWriteItem
ROUNDS: Final = 6  # how often items that DynamoDB left out are tried
AT_A_TIME: Final = 200  # spans of a list
_FIRST_PAUSE: Final = 0.05  # seconds, doubled each round
_MOST_KNOWN: Final = 5_000


class DynamoTraces:
    def __init__(self, client: "DynamoDBClient", table: str, *, pause: Pause) -> None:
        self._client = client
        self._table = table
        self._pause = pause
        self._known: set[tuple[str, str]] = set()  # keys of services that are written down

    def write(self, spans: Sequence[Span]) -> None:
        """Raises DependencyError; then some of them may be there."""
        services = {_key(item): item for item in self._services_of(spans)}
        wanted = {_key(item): item for item in map(items.span_item, spans)}  # in one batch each key may be there once
        wanted |= {key: item for key, item in services.items() if key not in self._known}
        rest = iter(wanted.values())
        while batch := list(islice(rest, BATCH)):
            self._write(batch)
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known |= services.keys()

    def _services_of(self, spans: Sequence[Span]) -> Iterator[Item]:
        return (items.service_item(span.listed_as, span.start) for span in spans if span.listed_as)

    def _write(self, batch: list[Item]) -> None:
        waiting: Any = {self._table: [{"PutRequest": {"Item": item}} for item in batch]}
        for number in range(ROUNDS):
            if number:
                self._pause(_FIRST_PAUSE * 2**number)
            with asking("the traces"):
                waiting = self._client.batch_write_item(RequestItems=waiting).get("UnprocessedItems")
            if not waiting:
                return
        raise DependencyError("DynamoDB goes on leaving spans unwritten")

    def of_trace(self, trace_id: str) -> Iterator[Span]:
        found = self._query(
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": items.trace_key(trace_id)}}
        )
        return map(items.span_from, found)

    def services(self, day: date) -> Iterator[str]:
        found = self._query(
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": items.services_key(day)}}
        )
        return (item["sk"]["S"] for item in found)

    def listed(self, part: Part) -> Iterator[Span]:
        low = items.moment_key(part.since)
        if low > part.before:
            return iter(())  # DynamoDB takes that for a mistake
        found = self._query(
            IndexName="services",
            KeyConditionExpression="listed = :listed AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues={
                ":listed": {"S": items.listed_key(part.service, part.day)},
                ":low": {"S": low},
                ":high": {"S": part.before},
            },
            ScanIndexForward=False,
            Limit=AT_A_TIME,
        )
        return (span for span in map(items.span_from, found) if items.place_of(span) != part.before)

    def _query(self, **request: Any) -> Iterator[Item]:
        """As far as the caller reads."""
        query: Callable[..., Any] = self._client.query
        while True:
            with asking("the traces"):
                answer = query(TableName=self._table, **request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _key(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
