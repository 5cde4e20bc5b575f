"""Spans as items of the trace table and back: every key of it is built here.

span      `TRACE#<trace id>` / `<start>#<span id>`    with its service and day where it is listed there
service   `SERVICES#<day>` / `<service>`              that there are spans of it on that day

Written again, each is the same.
"""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from shared.ledger.items import Item, deserialized, serialized
from shared.runtime.span import Kind, Span, Status

KEPT: Final = timedelta(days=7)
_SECOND: Final = 1_000_000  # microseconds


def trace_key(trace_id: str) -> str:
    return f"TRACE#{trace_id}"


def services_key(day: date) -> str:
    return f"SERVICES#{day.isoformat()}"


def listed_key(service: str, day: date) -> str:
    return f"{service}#{day.isoformat()}"


def moment_key(at: datetime) -> str:
    """Spans sort by it: those that began then or later are behind it."""
    return f"{microseconds(at):016}"


def place_of(span: Span) -> str:
    """Its place among all that are listed: unique, in order of time."""
    return f"{span.start:016}#{span.span_id}"


def microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment(start: int) -> datetime:
    return _EPOCH + timedelta(microseconds=start)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def span_item(span: Span) -> Item:
    known: dict[str, Any] = {
        "pk": trace_key(span.trace_id),
        "sk": place_of(span),
        "parent": span.parent_id,
        "service": span.service,
        "name": span.name,
        "kind": str(span.kind),
        "duration": span.duration,
        "status": str(span.status),
        "has_error": span.has_error,
        "is_sampled": span.is_sampled,
        "cut": span.cut or None,
        "said": json.dumps(span.attributes) if span.attributes else None,
        "events": json.dumps(span.events) if span.events else None,
        "listed": listed_key(span.listed_as, moment(span.start).date()) if span.listed_as else None,
        "expires_at": _expiry(span.start),
    }
    return serialized({name: value for name, value in known.items() if value is not None})


def service_item(service: str, start: int) -> Item:
    """`start`, of a span of it, in microseconds since 1970."""
    day = moment(start).date()
    midnight = microseconds(datetime(day.year, day.month, day.day, tzinfo=UTC))
    return serialized({"pk": services_key(day), "sk": service, "expires_at": _expiry(midnight + 86_400 * _SECOND)})


def _expiry(start: int) -> int:
    return start // _SECOND + int(KEPT.total_seconds())


def span_from(item: Item) -> Span:
    """Takes what the index shows, too, which is not all."""
    values = deserialized(item, int)
    start, _, span_id = values["sk"].partition("#")
    return Span(
        trace_id=values["pk"].partition("#")[2],
        span_id=span_id,
        parent_id=values.get("parent"),
        service=values["service"],
        name=values["name"],
        kind=Kind(values["kind"]),
        start=int(start),
        duration=values["duration"],
        status=Status(values["status"]),
        has_error=values["has_error"],
        attributes=json.loads(values.get("said", "{}")),
        events=json.loads(values.get("events", "{}")),
        is_sampled=values["is_sampled"],
        cut=values.get("cut", 0),
    )
