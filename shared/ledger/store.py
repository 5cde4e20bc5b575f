"""The ledger in DynamoDB: one table, sparse indexes, every write conditional."""

import heapq
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.ledger import items
from shared.ledger.envelope import Event, address_of
from shared.ledger.event_indexes import EventIndexes, Span
from shared.ledger.items import Item
from shared.ledger.ledger import Aggregate, By, Change, Entry
from shared.ledger.table import LedgerTable
from shared.runtime.aws import asking
from shared.runtime.errors import ConflictError, NotFoundError
from shared.runtime.span import Status
from shared.runtime.tracing import span

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
        self._indexes = EventIndexes(self._read)

    def commit(self, change: Change) -> None:
        if self.commit_all([change]):
            raise ConflictError(f"{change.aggregate.kind} {change.aggregate.id} was changed by someone else")

    def commit_together(self, changes: Sequence[Change]) -> None:
        if losers := self._losers(list(changes)):
            who = ", ".join(f"{change.aggregate.kind} {change.aggregate.id}" for change in losers)
            raise ConflictError(f"{who} was changed by someone else")

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
        with span("commit", changes=len(bundle)) as here:
            losers = self._written(bundle)
            here.end(Status.REFUSED if losers else Status.OK)
            for event in (event for change in bundle for event in change.events if not losers):
                here.record(event.id, event.type)
        return losers

    def _written(self, bundle: list[Change]) -> list[Change]:
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
        yield from (items.entry_item(entry) for entry in change.entries)

    def get(self, kind: str, aggregate_id: str) -> Aggregate:
        item = self._read.get(items.aggregate_key(kind, aggregate_id))
        if item is None:
            raise NotFoundError(f"there is no {kind.lower()} {aggregate_id}")
        return items.aggregate_from(item)

    def get_many(self, kind: str, aggregate_ids: Collection[str]) -> dict[str, Aggregate]:
        keys = [items.aggregate_key(kind, aggregate_id) for aggregate_id in dict.fromkeys(aggregate_ids)]
        found = (items.aggregate_from(item) for item in self._read.get_many(keys))
        return {aggregate.id: aggregate for aggregate in found}

    def claimed(self, claims: Collection[str]) -> set[str]:
        by_key = {items.claim_key(claim)["pk"]["S"]: claim for claim in claims}
        found = self._read.get_many([items.claim_key(claim) for claim in claims])
        return {by_key[item["pk"]["S"]] for item in found}

    def history(
        self,
        kind: str,
        aggregate_id: str,
        *,
        after: int = 0,
        before: int | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]:
        low = items.event_key(kind, aggregate_id, after + 1)
        high = items.event_key(kind, aggregate_id, items.LAST_VERSION if before is None else before - 1)
        if low["sk"]["S"] > high["sk"]["S"]:
            return iter(())  # DynamoDB takes that for a mistake
        found = self._read.query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues={":pk": low["pk"], ":low": low["sk"], ":high": high["sk"]},
            ScanIndexForward=not newest_first,
            ConsistentRead=True,
            Limit=at_a_time,
        )
        return map(items.event_from, found)

    def board(
        self,
        kind: str,
        places: Sequence[str],
        *,
        before: str | None = None,
        newest_first: bool = True,
        at_a_time: int = 100,
    ) -> Iterator[Aggregate]:
        partitions = [items.board_partition(kind, place) for place in places]
        columns = [self._column(one, before, newest_first, at_a_time) for one in partitions]
        in_order = heapq.merge(*columns, key=lambda item: item["board_sk"]["S"], reverse=newest_first)
        return map(items.aggregate_from, in_order)

    def _column(self, partition: str, before: str | None, newest_first: bool, at_a_time: int) -> Iterator[Item]:
        condition, values = "board_pk = :pk", {":pk": {"S": partition}}
        if before is not None:
            condition += " AND board_sk < :before"
            values[":before"] = {"S": before}
        return self._read.query(
            IndexName="board",
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=not newest_first,
            Limit=at_a_time,
        )

    def event(self, known_id: str) -> Event:
        item = self._read.get(items.event_key(*address_of(known_id)))
        if item is None:
            raise NotFoundError(f"there is no event {known_id}")
        return items.event_from(item)

    def entries(
        self,
        name: str,
        *,
        after: str | None = None,
        before: str | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Entry]:
        # A key is printable text, so these are before and behind every one. A query takes one condition on a key: both
        # ends are included in it, and are left out here.
        low, high = after or " ", before or "\U0010ffff"
        if low > high:
            return iter(())  # DynamoDB takes that for a mistake
        found = self._read.query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :low AND :high",
            ExpressionAttributeValues={
                ":pk": {"S": items.list_key(name)},
                ":low": {"S": low},
                ":high": {"S": high},
            },
            ScanIndexForward=not newest_first,
            ConsistentRead=True,
            Limit=None if at_a_time is None else at_a_time + 2,  # and the ends
        )
        return (entry for entry in map(items.entry_from, found) if entry.key not in (after, before))

    def timeline(
        self,
        day: date,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]:
        span = Span(since=since, until=until, newest_first=newest_first, at_a_time=at_a_time)
        return self._indexes.of_day(day, span)

    def found(
        self,
        by: By,
        value: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]:
        span = Span(since=since, until=until, newest_first=newest_first, at_a_time=at_a_time)
        return self._indexes.found(by, value, span)

    def trace(self, trace_id: str) -> Iterator[Event]:
        return self.found(By.TRACE, trace_id)

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
        width = 1 + len(change.events) + len(change.claims) + len(change.entries)
        if size + width > TRANSACTION_ITEMS:
            yield bundle
            bundle, size = [], 0
        bundle.append(change)
        size += width
    if bundle:
        yield bundle
