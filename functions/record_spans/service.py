"""Spans from many messages are written together; a message that nobody can read fails alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.control.tracing.traces import Traces
from shared.runtime.errors import DependencyError
from shared.runtime.span import Span
from shared.runtime.span_buffer import read_parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """How many spans are kept now; which messages have to come again, and why."""

    spans: int
    failed: Mapping[str, str]


def record(messages: Mapping[str, str], *, traces: Traces) -> Recorded:
    """Bodies by the ids of their messages. Where the table is unwell, all of them come again: that does no harm."""
    spans: list[Span] = []
    failed: dict[str, str] = {}
    for message_id, body in messages.items():
        try:
            spans += read_parcel(body)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            failed[message_id] = f"it cannot be read: {type(error).__name__}"
    try:
        traces.write(spans)
    except DependencyError as error:
        return Recorded(spans=0, failed={message_id: str(error) for message_id in messages} | failed)
    return Recorded(spans=len(spans), failed=failed)
