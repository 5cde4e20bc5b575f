"""Traces in memory, and spans as tests speak of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date
from typing import Any
from uuid import uuid4

from shared.control.tracing.items import moment, moment_key, place_of
from shared.control.tracing.traces import Part
from shared.runtime.errors import DependencyError
from shared.runtime.span import Kind, Span, Status, is_sampled
from tests.support.builders import NOON

TRACE = "0af7651916cd43dd8448eb211c80319c"
_RATE = 0.01  # no stack keeps fewer
BEGAN = int(NOON.timestamp()) * 1_000_000  # microseconds since 1970
MS = 1_000  # microseconds


def sampled_trace_id() -> str:
    """A new one, of those that each stack keeps."""
    return next(one for one in iter(lambda: uuid4().hex, "") if is_sampled(one, _RATE))


class MemoryTraces:
    def __init__(self, *spans: Span) -> None:
        self.is_unwell = False
        self.read = 0
        self._spans: dict[tuple[str, str], Span] = {}
        self.write(spans)

    def write(self, spans: Sequence[Span]) -> None:
        if self.is_unwell:
            raise DependencyError("the traces cannot answer now")
        self._spans |= {(span.trace_id, place_of(span)): span for span in spans}

    def of_trace(self, trace_id: str) -> Iterator[Span]:
        return (span for span in self._in_order() if span.trace_id == trace_id)

    def services(self, day: date) -> Iterator[str]:
        found = {span.listed_as for span in self._in_order() if _day(span) == day}
        return iter(sorted(name for name in found if name))

    def listed(self, part: Part) -> Iterator[Span]:
        low = moment_key(part.since)
        for span in reversed(self._in_order()):
            if (span.listed_as, _day(span)) == (part.service, part.day) and low <= place_of(span) < part.before:
                self.read += 1
                yield span

    def _in_order(self) -> list[Span]:
        return sorted(self._spans.values(), key=place_of)


def _day(span: Span) -> date:
    return moment(span.start).astimezone(UTC).date()


def a_span(name: str, parent: str | None = None, *, at: float = 0, took: float = 0, **changes: Any) -> Span:
    """`at` and `took` in milliseconds, since the trace began; its name is its id."""
    known: dict[str, Any] = {"trace_id": TRACE, "span_id": name, "parent_id": parent, "service": "a_function"}
    known |= {"start": BEGAN + round(at * MS), "duration": round(took * MS)}
    return Span(**{**known, "name": name, **changes})


def an_entry(name: str, parent: str | None = None, **changes: Any) -> Span:
    return a_span(name, parent, **{"kind": Kind.ENTRY, **changes})


def failed(span: Span) -> Span:
    span.end(Status.ERROR)
    return span
