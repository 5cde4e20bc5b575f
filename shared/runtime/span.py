"""A span: a piece of work, what it was part of, how long it took and what came of it. Plain, and cheap to load."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from shared.runtime.errors import ConflictError, DomainError

MOST_ATTRIBUTES: Final = 12
MOST_EVENTS: Final = 64  # that one span tells of
LONGEST_TEXT: Final = 120
_ALL_IDS: Final = 2**64

Value = str | int | float | bool


class Kind(StrEnum):
    ENTRY = "entry"  # what came in from elsewhere: a request, a message, a timer
    CALL = "call"  # what was asked of a service outside
    INNER = "inner"  # a part of either
    EVENT = "event"  # no work: the moment something was recorded, from which others go on


class Status(StrEnum):
    OK = "ok"
    REFUSED = "refused"  # as the rules want it: bad input, a race that was lost
    ERROR = "error"


@dataclass(slots=True, kw_only=True)
class Span:
    """Times are microseconds, `start` since 1970. It says names and numbers, never what somebody wrote.

    `events` are those recorded in it: the ids of their spans, and their types. `has_error`: it, or a part of it, ended
    in one. `is_sampled`: its trace is kept for its own sake, and not because something went wrong. `cut`: so many spans
    of the same work were too many to be kept.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    service: str
    name: str
    kind: Kind = Kind.INNER
    start: int
    duration: int = 0
    status: Status = Status.OK
    has_error: bool = False
    attributes: dict[str, Value] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)
    is_sampled: bool = True
    cut: int = 0

    @property
    def listed_as(self) -> str | None:
        """The service whose work it shows: ours, or that which was asked; None for a part of other work."""
        if self.kind is Kind.CALL:
            return str(self.attributes["peer"])
        return self.service if self.kind is Kind.ENTRY else None

    def set(self, **attributes: Any) -> None:
        """Numbers, and short texts; what is None is left out."""
        for name, value in attributes.items():
            if value is not None and (name in self.attributes or len(self.attributes) < MOST_ATTRIBUTES):
                self.attributes[name] = value if type(value) in (int, float, bool) else line(str(value))

    def record(self, event_id: str, event_type: str) -> None:
        """An event was recorded in it."""
        if len(self.events) < MOST_EVENTS:
            self.events[event_span_id(event_id)] = line(event_type)
        else:
            self.set(more_events=int(self.attributes.get("more_events", 0)) + 1)

    def end(self, status: Status) -> None:
        self.status = status
        self.has_error = self.has_error or status is Status.ERROR

    def fail(self, error: type[BaseException]) -> None:
        """Only the class is told: what an error says may have anything in it."""
        self.end(Status.REFUSED if issubclass(error, (DomainError, ConflictError)) else Status.ERROR)
        self.set(error=error.__name__)

    def answered(self, status: int) -> None:
        """With this status of HTTP."""
        self.set(status=status)
        self.end(Status.ERROR if status >= 500 else Status.REFUSED if status >= 400 else Status.OK)


def line(text: str) -> str:
    """What can be shown of it, in one line of bounded length."""
    return "".join(letter for letter in text[:LONGEST_TEXT] if letter.isprintable())


def event_span_id(event_id: str) -> str:
    """The span that an event is, known to whoever knows the event: it links what led to it with what follows."""
    return sha256(event_id.encode()).hexdigest()[:16]


def is_sampled(trace_id: str, rate: float) -> bool:
    """Whether a trace is among those that are kept; every function decides the same. `rate` is from 0 to 1."""
    return int.from_bytes(sha256(trace_id.encode()).digest()[:8]) < rate * _ALL_IDS


def to_json(span: Span) -> str:
    """As it travels; what is as usual is left out."""
    said = {
        "trace_id": span.trace_id,
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "service": span.service,
        "name": span.name,
        "kind": span.kind,
        "start": span.start,
        "duration": span.duration,
        "status": span.status,
        "has_error": span.has_error,
        "attributes": span.attributes,
        "events": span.events,
        "is_sampled": span.is_sampled,
    }
    return json.dumps({name: value for name, value in said.items() if value}, separators=(",", ":"))


def from_said(said: Mapping[str, Any]) -> Span:
    """What `to_json` wrote. Raises KeyError, ValueError for what it did not."""
    return Span(
        trace_id=said["trace_id"],
        span_id=said["span_id"],
        parent_id=said.get("parent_id"),
        service=said["service"],
        name=said["name"],
        kind=Kind(said["kind"]),
        start=int(said["start"]),
        duration=int(said.get("duration", 0)),
        status=Status(said["status"]),
        has_error=said.get("has_error", False),
        attributes=dict(said.get("attributes", {})),
        events=dict(said.get("events", {})),
        is_sampled=said.get("is_sampled", False),
    )
