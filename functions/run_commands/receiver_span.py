"""What was done with an interaction before it came here, as the receiver says: it has no time to tell of it itself."""

from collections.abc import Mapping
from typing import Any, Final

from shared.runtime import tracing
from shared.runtime.span import Kind, Span, event_span_id

RECEIVER: Final = "receive_interactions"


def add_receiver_span(detail: Mapping[str, Any]) -> None:
    """However often the message comes, it is the same span."""
    said = detail.get("received")
    if said is None:  # from an older receiver
        return
    over = Span(
        trace_id=detail["trace_id"],
        span_id=event_span_id(detail["id"]),
        parent_id=None,
        service=RECEIVER,
        name="receive interaction",
        kind=Kind.ENTRY,
        start=said["start"],
        duration=said["duration"],
    )
    over.set(acknowledged=detail["acknowledged"])
    tracing.add(over)
