"""The ledger in DynamoDB: one table, three sparse indexes, every write conditional."""

import heapq
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.ledger import items
from shared.ledger.envelope import Event, address_of, to_text
from shared.ledger.items import Item
from shared.ledger.ledger import Aggregate, Change
from shared.ledger.table import LedgerTable
from shared.runtime.aws import asking
from shared.runtime.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRANSACTION_ITEMS = 100  # DynamoDB's limit for one TransactWriteItems

_LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
_ABSENT = "attribute_not_exists(pk)"


class DynamoLedger:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._read = LedgerTable(client, table)

    def commit(self, change: Change) -> None:
        if self.commit_all([change]):
            raise ConflictError(f"{change.aggregate.kind} {change.aggregate.id} was changed by someone else")

    def commit_all(self, changes: Sequence[Change]) -> list[Change]:
        lost: list[Change] = []
        for bundle in _bundles(changes):
            lost += self._commit_bundle(bundle)
        return lost

    def _commit_bundle(self, bundle: list[Change]) -> list[Change]:
        """One transaction; where some changes lose, again without them, so each round is shorter."""
        lost: list[Change] = []
        while bundle:
            losers = self._losers(bundle)
            if not losers:
                break
            lost += losers
            bundle = [change for change in bundle if change not in losers]
        return lost

    def _losers(self, bundle: list[Change]) -> list[Change]:
        """Write the bundle whole and return nothing, or write nothing and return who stood in the way."""
        puts = [(change, put) for change in bundle for put in self._puts(change)]
        try:
            with asking("the ledger"):
                self._client.transact_write_items(TransactItems=[{"Put": put} for _, put in puts])
        except self._client.exceptions.TransactionCanceledException as cancelled:
            codes = [reason.get("Code") for reason in cancelled.response["CancellationReasons"]]
            losers = [change for (change, _), code in zip(puts, codes, strict=True) if code in _LOST]
            if not losers:
                raise  # too large, malformed: not a race
            return list({id(change): change for change in losers}.values())
        return []

    def _puts(self, change: Change) -> Iterator[Any]:
        aggregate, expected = change.aggregate, change.expected_version
        put: dict[str, Any] = {"TableName": self._table, "Item": items.aggregate_item(aggregate)}
        if expected:
            put["ConditionExpression"] = "version = :expected"
            put["ExpressionAttributeValues"] = {":expected": {"N": str(expected)}}
        else:
            put["ConditionExpression"] = _ABSENT
        yield put
        for item in self._companions(change):
            yield {"TableName": self._table, "Item": item, "ConditionExpression": _ABSENT}

    def _companions(self, change: Change) -> Iterator[Item]:
        yield from (items.event_item(change.aggregate.kind, event) for event in change.events)
        yield from (items.claim_key(claim) for claim in change.claims)

    def get(self, kind: str, aggregate_id: str) -> Aggregate:
        item = self._read.get(items.aggregate_key(kind, aggregate_id))
        if item is None:
            raise NotFoundError(f"there is no {kind.lower()} {aggregate_id}")
        return items.aggregate_from(item)

    def get_many(self, kind: str, aggregate_ids: Collection[str]) -> dict[str, Aggregate]:
        keys = [items.aggregate_key(kind, aggregate_id) for aggregate_id in aggregate_ids]
        found = (items.aggregate_from(item) for item in self._read.get_many(keys))
        return {aggregate.id: aggregate for aggregate in found}

    def claimed(self, claims: Collection[str]) -> set[str]:
        by_key = {items.claim_key(claim)["pk"]["S"]: claim for claim in claims}
        found = self._read.get_many([items.claim_key(claim) for claim in claims])
        return {by_key[item["pk"]["S"]] for item in found}

    def history(self, kind: str, aggregate_id: str) -> Iterator[Event]:
        found = self._read.query(
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={
                ":pk": {"S": items.subject_key(kind, aggregate_id)},
                ":prefix": {"S": items.EVENT_PREFIX},
            },
            ConsistentRead=True,
        )
        return map(items.event_from, found)

    def board(
        self, kind: str, places: Sequence[str], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[Aggregate]:
        columns = [self._column(items.board_partition(kind, place), before, at_a_time) for place in places]
        newest_first = heapq.merge(*columns, key=lambda item: item["board_sk"]["S"], reverse=True)
        return map(items.aggregate_from, newest_first)

    def _column(self, partition: str, before: str | None, at_a_time: int) -> Iterator[Item]:
        condition, values = "board_pk = :pk", {":pk": {"S": partition}}
        if before is not None:
            condition += " AND board_sk < :before"
            values[":before"] = {"S": before}
        return self._read.query(
            IndexName="board",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            Limit=at_a_time,
        )

    def event(self, known_id: str) -> Event:
        item = self._read.get(items.event_key(*address_of(known_id)))
        if item is None:
            raise NotFoundError(f"there is no event {known_id}")
        return items.event_from(item)

    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None, newest_first: bool = False
    ) -> Iterator[Event]:
        span = {":since": {"S": to_text(since) if since else " "}, ":until": {"S": to_text(until) if until else "~"}}
        shards = [
            self._read.query(
                IndexName="timeline",
                KeyConditionExpression="timeline_pk = :pk AND #time BETWEEN :since AND :until",
                ExpressionAttributeNames={"#time": "time"},
                ExpressionAttributeValues={":pk": {"S": items.timeline_partition(day, shard)}, **span},
                ScanIndexForward=not newest_first,
            )
            for shard in range(items.TIMELINE_SHARDS)
        ]
        in_order = heapq.merge(*shards, key=lambda item: item["time"]["S"], reverse=newest_first)
        return map(items.event_from, in_order)

    def trace(self, trace_id: str) -> Iterator[Event]:
        return map(items.event_from, self._index("traces", "trace_id", trace_id))

    def _index(self, index: str, attribute: str, value: str) -> Iterator[Item]:
        return self._read.query(
            IndexName=index,
            KeyConditionExpression=f"{attribute} = :pk",
            ExpressionAttributeValues={":pk": {"S": value}},
        )

    def is_reachable(self) -> bool:
        try:
            self._client.get_item(TableName=self._table, Key=items.aggregate_key("HEALTH", "probe"))
        except (BotoCoreError, ClientError):
            return False
        return True


def _bundles(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes in groups that fit one transaction."""
    bundle: list[Change] = []
    size = 0
    for change in changes:
        width = 1 + len(change.events) + len(change.claims)
        if size + width > TRANSACTION_ITEMS:
            yield bundle
            bundle, size = [], 0
        bundle.append(change)
        size += width
    if bundle:
        yield bundle
