"""Traces as they are made: which piece of work is being done here, and what it is a part of.

`entry` begins where something comes in, `span` and `call` are parts of it, however deep: nobody has to be told of it.
Outside of an entry they are nothing. What is made in one call of a function leaves at its end in one message, or as a
rule not at all: see `SpanBuffer`. Where it goes, the wiring says.
"""

import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Final, NamedTuple

from shared.runtime.span import Kind, Span, Status, is_sampled, line
from shared.runtime.span_buffer import SpanBuffer

_buffer: Final[ContextVar[SpanBuffer | None]] = ContextVar("buffer", default=None)
_current: Final[ContextVar[Span | None]] = ContextVar("span", default=None)


class WayOut(NamedTuple):
    """How spans leave. `rate` is the share of traces that are kept; `send` says whether it could be sent."""

    rate: float
    send: Callable[[str], bool]


Ways = Callable[[], WayOut | None]  # looked up each time; None: spans are forgotten

_ways: Final[list[Ways]] = []


def leave_by(ways: Ways) -> None:
    _ways[:] = [ways]


def way_out() -> WayOut | None:
    return _ways[0]() if _ways else None


class Invocation:
    """One call of a function; inside, spans are gathered."""

    __slots__ = ("_buffer", "_tokens")

    def __init__(self, service: str) -> None:
        self._buffer = SpanBuffer(service)

    def __enter__(self) -> SpanBuffer:
        self._tokens: tuple[Token[Any], Token[Any]] = (_buffer.set(self._buffer), _current.set(None))
        return self._buffer

    def __exit__(self, *_: object) -> None:
        in_buffer, in_span = self._tokens
        _current.reset(in_span)
        _buffer.reset(in_buffer)


class Work:
    """A piece of work; inside, it is what is being done."""

    __slots__ = ("_began", "_buffer", "_parent", "_span", "_token")

    def __init__(self, span: Span, buffer: SpanBuffer | None, parent: Span | None = None) -> None:
        self._span = span
        self._buffer = buffer
        self._parent = parent

    def __enter__(self) -> Span:
        self._token = _current.set(self._span)
        self._began = time.perf_counter_ns()
        return self._span

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        _current.reset(self._token)
        self._span.duration = (time.perf_counter_ns() - self._began) // 1_000
        if kind is not None:
            self._span.fail(kind)
        if self._parent is not None:
            self._parent.has_error = self._parent.has_error or self._span.has_error
        if self._buffer is not None:
            self._buffer.add(self._span)

    def was(self, *, start: int, duration: int, status: Status) -> Span:
        """It was done together with other work, and is over; times in microseconds, `start` since 1970."""
        self._span.start, self._span.duration = start, duration
        self._span.end(status)
        if self._buffer is not None:
            self._buffer.add(self._span)
        return self._span


class _Nothing:
    """A part of no work that anybody follows."""

    def __enter__(self) -> Span:
        return _a_span("", name="", trace_id="", parent_id=None)

    def __exit__(self, *_: object) -> None:
        """There is nothing to be kept."""


_NOTHING: Final = _Nothing()


def entry(name: str, *, trace_id: str, parent_id: str | None = None, **attributes: Any) -> Work:
    """What this function does for what came in; `parent_id` is of the span that it came from."""
    buffer = _buffer.get()
    service = buffer.service if buffer else ""
    begun = _a_span(service, name=name, trace_id=trace_id, parent_id=parent_id, kind=Kind.ENTRY)
    begun.set(**attributes)
    return Work(begun, buffer)


def span(name: str, **attributes: Any) -> Work | _Nothing:
    """A part of what is being done."""
    return _part(name, Kind.INNER, attributes)


def call(peer: str, method: str) -> Work | _Nothing:
    """A request to a service outside. Its name is to stand in a path: `agent:default/Writer` has a slash."""
    name = peer.replace("/", ":")
    return _part(f"{method} {name}", Kind.CALL, {"peer": name, "method": method})


def _part(name: str, kind: Kind, attributes: dict[str, Any]) -> Work | _Nothing:
    parent = _current.get()
    if parent is None:
        return _NOTHING
    begun = _a_span(parent.service, name=name, trace_id=parent.trace_id, parent_id=parent.span_id, kind=kind)
    begun.set(**attributes)
    return Work(begun, _buffer.get(), parent)


def current() -> Span | None:
    """What is being done here."""
    return _current.get()


def add(over: Span) -> None:
    """Work of somebody who cannot tell of it."""
    buffer = _buffer.get()
    if buffer is not None:
        buffer.add(over)


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1_000


def _a_span(service: str, *, name: str, trace_id: str, parent_id: str | None, kind: Kind = Kind.INNER) -> Span:
    return Span(
        trace_id=trace_id,
        span_id=secrets.token_hex(8),
        parent_id=parent_id,
        service=service,
        name=line(name),
        kind=kind,
        start=now(),
    )


def traceparent() -> str | None:
    """What tells a service whose part its work is: W3C Trace Context §3.2. None where nothing is followed."""
    here, way = _current.get(), way_out()
    if here is None:
        return None
    sampled = way is not None and is_sampled(here.trace_id, way.rate)
    return f"00-{here.trace_id}-{here.span_id}-{'01' if sampled else '00'}"
