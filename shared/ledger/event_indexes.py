"""The indexes of events in DynamoDB: by day, type, actor, correlation and trace, each in order of time."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from shared.ledger import items
from shared.ledger.envelope import Event, to_text
from shared.ledger.items import Item
from shared.ledger.ledger import By
from shared.ledger.table import LedgerTable

_MORE_AT_TIMES: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of an index, as the port names it."""

    since: datetime | None = None
    until: datetime | None = None
    newest_first: bool = False
    at_a_time: int | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """A time begins with a digit, so these are before and behind every one."""
        return to_text(self.since) if self.since else " ", to_text(self.until) if self.until else "~"


class EventIndexes:
    """Every method may raise DependencyError."""

    def __init__(self, table: LedgerTable) -> None:
        self._table = table

    def of_day(self, day: date, span: Span) -> Iterator[Event]:
        partitions = [items.timeline_partition(day, shard) for shard in range(items.EVENT_SHARDS)]
        return _events(self._shards("timeline", "timeline_pk", partitions, span), span)

    def found(self, by: By, value: str, span: Span) -> Iterator[Event]:
        match by:
            case By.TYPE:
                return _events(self._shards("types", "type_pk", _partitions(value), span), span)
            case By.ACTOR:
                return _events(self._shards("actors", "actor_pk", _partitions(value), span), span)
            case By.TRACE:
                return _events([self._part("traces", "trace_id", value, span)], span)
            case By.CORRELATION:
                return _events(self._correlated(value, span), span)

    def _correlated(self, value: str, span: Span) -> list[Iterator[Item]]:
        """Those whose trace has the same id stand in no index of their own."""
        own = self._part("correlations", "correlation_pk", value, span)
        of_trace = self._part("traces", "trace_id", value, span)
        return [own, (item for item in of_trace if item["correlation_id"]["S"] == value)]

    def _shards(self, index: str, attribute: str, partitions: Sequence[str], span: Span) -> list[Iterator[Item]]:
        """Each has about its share, and some more at times."""
        share = span.at_a_time and span.at_a_time // len(partitions) + _MORE_AT_TIMES
        return [self._part(index, attribute, partition, replace(span, at_a_time=share)) for partition in partitions]

    def _part(self, index: str, attribute: str, partition: str, span: Span) -> Iterator[Item]:
        first, last = span.ends
        if first > last:
            return iter(())  # DynamoDB takes that for a mistake
        return self._table.query(
            IndexName=index,
            KeyConditionExpression=f"{attribute} = :pk AND #time BETWEEN :since AND :until",
            ExpressionAttributeNames={"#time": "time"},
            ExpressionAttributeValues={":pk": {"S": partition}, ":since": {"S": first}, ":until": {"S": last}},
            ScanIndexForward=not span.newest_first,
            Limit=span.at_a_time,
        )


def _partitions(value: str) -> list[str]:
    return [items.sharded(value, shard) for shard in range(items.EVENT_SHARDS)]


def _events(parts: Iterable[Iterator[Item]], span: Span) -> Iterator[Event]:
    in_order = heapq.merge(*parts, key=lambda item: item["time"]["S"], reverse=span.newest_first)
    return map(items.event_from, in_order)
