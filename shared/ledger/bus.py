"""Where events go from the ledger: the bus of EventBridge."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from shared.ledger.envelope import REPLAY, Event, to_detail
from shared.runtime.aws import asking

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

MAX_ENTRIES = 10  # EventBridge's limits for one PutEvents
MAX_BYTES = 256 * 1024
_ENTRY_OVERHEAD = 64  # what EventBridge counts for an entry's time, beside its texts


class EventBridgeBus:
    def __init__(self, client: "EventBridgeClient", name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, events: Sequence[Event]) -> int:
        """Put the events on the bus in order; return how many were taken before the first that was not.

        Events behind that one may have been taken too: they will come again, as every delivery may.
        """
        return self._publish([self._entry(event, {}) for event in events])

    def replay(self, events: Sequence[Event], *, name: str, to: str) -> int:
        """Put events on the bus once more, for `to` alone; the rest is as with `publish`.

        They say so: rules let them through to that consumer, or to those that take what is for all.
        """
        return self._publish([self._entry(event, {REPLAY: {"name": name, "to": to}}) for event in events])

    def _publish(self, entries: Sequence[dict[str, Any]]) -> int:
        taken = 0
        for batch in _batches(entries):
            accepted = self._put(batch)
            taken += accepted
            if accepted < len(batch):
                break
        return taken

    def _put(self, entries: list[dict[str, Any]]) -> int:
        with asking("the bus"):
            answer = self._client.put_events(Entries=entries)  # type: ignore[arg-type]
        if not answer["FailedEntryCount"]:
            return len(entries)
        return next(index for index, result in enumerate(answer["Entries"]) if "ErrorCode" in result)

    def _entry(self, event: Event, more: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "EventBusName": self._name,
            "Time": event.time,
            "Source": event.source,
            "DetailType": event.type,
            "Detail": json.dumps({**to_detail(event), **more}, ensure_ascii=False, separators=(",", ":")),
        }

    def is_reachable(self) -> bool:
        try:
            self._client.describe_event_bus(Name=self._name)
        except (BotoCoreError, ClientError):
            return False
        return True


def _batches(entries: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """As many entries as one call takes, by number and by size."""
    batch: list[dict[str, Any]] = []
    size = 0
    for entry in entries:
        width = sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail")) + _ENTRY_OVERHEAD
        if batch and (len(batch) == MAX_ENTRIES or size + width > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += width
    if batch:
        yield batch
