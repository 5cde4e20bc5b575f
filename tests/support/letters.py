"""Dead letters: queues in memory that behave as SQS does, and bodies as they are found in such queues."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any
from uuid import UUID

from shared.control.letters.message import Depth, Message, Parcel
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError
from tests.support.builders import NOON

TRACE = "0af7651916cd43dd8448eb211c80319c"


@dataclass
class _Lying:
    message: Message
    visible_at: datetime


@dataclass
class MemoryLetterQueue:
    """`sent` are the parcels that the source has. `refuses` are ids it does not take, `sticks` those that SQS fails to
    remove as often as that says; `unwell` names operations that fail.
    """

    name: str = "NotionDeadLetters"
    source: str | None = "NotionQueue"
    clock: Clock = lambda: NOON
    sent: list[Parcel] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    sticks: dict[str, int] = field(default_factory=dict)
    unwell: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lying: dict[str, _Lying] = {}
        self._numbers = count(1)
        self._lock = Lock()

    def lay(self, body: Any, *, sent_at: datetime = NOON - timedelta(hours=1), **said: Any) -> str:
        """A message, which is JSON unless it is text; its id."""
        text = body if isinstance(body, str) else json.dumps(body)
        with self._lock:
            message_id = str(UUID(int=next(self._numbers)))
            message = Message(id=message_id, body=text, sent_at=sent_at, receive_count=5, **said)
            self._lying[message_id] = _Lying(message, self.clock())
        return message_id

    def ids(self) -> list[str]:
        """All that are there, whoever has them in hand."""
        return list(self._lying)

    def visible(self) -> list[str]:
        return [message_id for message_id, one in self._lying.items() if one.visible_at <= self.clock()]

    def depth(self) -> Depth:
        self._call("depth")
        waiting = len(self.visible())
        return Depth(waiting=waiting, in_hand=len(self._lying) - waiting)

    def take(self, most: int, *, hidden_for: timedelta, is_sure: bool = False) -> list[Message]:
        self._call("take")
        with self._lock:
            taken = [self._lying[message_id] for message_id in self.visible()[: min(most, 10)]]
            for one in taken:
                received = one.message.receive_count + 1
                receipt = f"{one.message.id}/{next(self._numbers)}"
                one.message = replace(one.message, receive_count=received, receipt=receipt)
                one.visible_at = self.clock() + hidden_for
            return [one.message for one in taken]

    def send_back(self, parcels: Sequence[Parcel]) -> set[str]:
        self._call("send_back")
        assert 0 < len(parcels) <= 10
        with self._lock:
            accepted = [parcel for parcel in parcels if parcel.id not in self.refuses]
            self.sent += accepted
        return {parcel.id for parcel in accepted}

    def remove(self, messages: Sequence[Message]) -> set[str]:
        """With a receipt that is not the latest SQS says yes, and leaves the message there."""
        self._call("remove")
        with self._lock:
            return {message.id for message in messages if self._is_removed(message)}

    def _is_removed(self, message: Message) -> bool:
        if self.sticks.get(message.id, 0) > 0:
            self.sticks[message.id] -= 1
            return False
        known = self._lying.get(message.id)
        if known and known.message.receipt == message.receipt:
            del self._lying[message.id]
        return True

    def hide(self, messages: Collection[Message], *, hidden_for: timedelta) -> None:
        self._call("hide")
        with self._lock:
            for message in messages:
                known = self._lying.get(message.id)
                if known and known.message.receipt == message.receipt:
                    known.visible_at = self.clock() + hidden_for

    def _call(self, operation: str) -> None:
        self.calls.append(operation)
        if operation in self.unwell:
            raise DependencyError(f"the queue {self.name} cannot be reached")


def a_detail(number: int = 1, **more: Any) -> dict[str, Any]:
    """An event as it travels."""
    return {
        "id": f"listing:7:{number}",
        "type": "listing.created",
        "source": "switchyard.listings",
        "subject": "7",
        "version": number,
        "time": "2026-03-01T11:00:00.000000Z",
        "actor": "webhook:scraper",
        "trace_id": TRACE,
        "correlation_id": TRACE,
        "causation_id": None,
        "tags": [],
        "data": {"title": "Appareil é 📷"},
        **more,
    }


def an_event(number: int = 1, **more: Any) -> dict[str, Any]:
    """A message as a rule sends it."""
    detail = a_detail(number)
    return {"version": "0", "detail-type": detail["type"], "source": detail["source"], "detail": detail, **more}


def a_given_up(number: int = 1, reason: str = "notion: 400 body failed validation") -> dict[str, Any]:
    """As deliver_events sends it to its dead letters."""
    said = {"event_id": f"listing:7:{number}", "sink": "notion", "attempts": 10, "answer": reason}
    return {"reason": reason, "delivery": said, "detail": a_detail(number, letter_of=3)}


def an_interaction(received_at: datetime) -> dict[str, Any]:
    """As receive_interactions sends it to CommandQueue."""
    raw = {"id": "1", "application_id": "2", "token": "aW50ZXJhY3Rpb246", "type": 2, "data": {"name": "help"}}
    detail = {
        "id": "interaction:1",
        "type": "discord.interaction",
        "trace_id": TRACE,
        "acknowledged": "defer",
        "received_at": received_at.isoformat().replace("+00:00", "Z"),
        "interaction": raw,
    }
    return {"detail": detail}


def a_relay_failure(first: str = "2026-03-01T11:00:00Z", last: str = "2026-03-01T11:00:10Z") -> dict[str, Any]:
    """Of Lambda's developer guide, "Retaining discarded batches": what a stream's destination is told."""
    return {
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:relay",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 1,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-03-01T11:01:00.000Z",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-00000001573689847184-864758bb",
            "startSequenceNumber": "800000000003126276362",
            "endSequenceNumber": "800000000003126276362",
            "approximateArrivalOfFirstRecord": first,
            "approximateArrivalOfLastRecord": last,
            "batchSize": 1,
            "streamArn": "arn:aws:dynamodb:us-east-1:123456789012:table/ledger/stream/2026-03-01",
        },
    }


def a_failed_call(payload: Any, error: str = "ReadTimeoutError", said: str = "slow") -> dict[str, Any]:
    """Of Lambda's developer guide, "Capturing records of Lambda asynchronous invocations"."""
    return {
        "version": "1.0",
        "timestamp": "2026-03-01T11:01:00.000Z",
        "requestContext": {
            "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:search:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": said, "errorType": error, "stackTrace": []},
    }


def attribute(text: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": text}
