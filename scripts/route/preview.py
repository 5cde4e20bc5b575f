"""What becomes of an event at a sink, as people and the snapshot are told; and what would, where nobody is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.deliveries.delivery import Delivery, Status
from shared.ledger.envelope import to_text
from shared.runtime.errors import InvalidInputError
from shared.runtime.http import Call
from shared.sinks.sink import Detail, Sink

ALREADY_THERE: Final = "already_there"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One event at one sink. `word` is a status or ALREADY_THERE, `call` what was built and not sent."""

    index: int
    event_id: str
    sink: str
    word: str
    delivery: Mapping[str, Any]  # as the snapshot keeps it
    reason: str | None = None
    call: Call | None = field(default=None, repr=False)


def brought(index: int, delivery: Delivery, *, word: str | None = None, reason: str | None = None) -> Brought:
    return Brought(
        index=index,
        event_id=delivery.event_id,
        sink=delivery.sink,
        word=word or str(delivery.status),
        delivery=summary(delivery),
        reason=reason or delivery.last_error,
    )


def preview(index: int, event: Detail, sink: Sink, *, at: datetime, known: Delivery | None) -> Brought:
    """Nobody is asked. What earlier runs did, `known`, stays as it is in the snapshot."""
    if known and known.status is Status.DELIVERED:
        return brought(index, known, word=ALREADY_THERE)
    word, reason, call = _built(event, sink)
    return Brought(
        index=index,
        event_id=event["id"],
        sink=sink.name,
        word=word,
        delivery=summary(known) if known else _state(word, at, error=reason),
        reason=reason,
        call=call,
    )


def summary(delivery: Delivery) -> dict[str, Any]:
    return _state(delivery.status, delivery.changed_at, error=delivery.last_error) | {
        "attempts": delivery.attempts,
        "external_id": delivery.external_id,
        "url": delivery.url,
    }


def _built(event: Detail, sink: Sink) -> tuple[Status, str | None, Call | None]:
    if reason := sink.skips(event):
        return Status.SKIPPED, reason, None
    try:
        return Status.DRY_RUN, None, sink.request(event)
    except InvalidInputError as error:
        return Status.FAILED, str(error), None


def _state(status: Status, changed_at: datetime, *, error: str | None) -> dict[str, Any]:
    return {
        "status": str(status),
        "attempts": 0,
        "external_id": None,
        "url": None,
        "last_error": error,
        "changed_at": to_text(changed_at),
    }
