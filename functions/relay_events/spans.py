"""What the relay did, in the trace of each event: they left together, and all took as long."""

from collections.abc import Sequence
from datetime import UTC
from typing import Final

from shared.ledger.envelope import Event
from shared.runtime.span import Status, event_span_id
from shared.runtime.tracing import entry, now

_MILLISECOND: Final = 1_000  # microseconds


def show_relayed(events: Sequence[Event], *, taken: int, began: int) -> None:
    """`began` in microseconds since 1970. Behind the first that the bus refused none is shown: they come again."""
    ended = now()
    for number, event in enumerate(events[: taken + 1]):
        work = entry(f"relay {event.type}", trace_id=event.trace_id, parent_id=event_span_id(event.id))
        over = work.was(start=began, duration=ended - began, status=Status.OK if number < taken else Status.ERROR)
        recorded = int(event.time.astimezone(UTC).timestamp() * 1_000)
        over.set(lag_ms=max(0, ended // _MILLISECOND - recorded))
