"""A request as a trace shows it: API Gateway's whole part of it, and below that what the functions do that it asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from shared.runtime import tracing
from shared.runtime.request import Request
from shared.runtime.span import Kind, Span

GATEWAY: Final = "api"  # whose work it is


@contextmanager
def answering(request: Request, name: str) -> Iterator[Span]:
    """Around the answer to a request, by the function that gives it."""
    try:
        with tracing.entry(name, trace_id=request.trace_id, parent_id=request.span_id) as span:
            yield span
    finally:
        if request.gateway_id and request.span_id:
            tracing.add(_gateway_span(request, request.span_id, span))


def _gateway_span(request: Request, span_id: str, answered: Span) -> Span:
    """Who asked waits as long as this says, and for the network."""
    ended = answered.start + answered.duration
    began = answered.start if request.received_at is None else min(request.received_at * 1_000, answered.start)
    over = Span(
        trace_id=request.trace_id,
        span_id=span_id,
        parent_id=request.parent_id,
        service=GATEWAY,
        name="request",
        kind=Kind.ENTRY,
        start=began,
        duration=ended - began,
        attributes=dict(answered.attributes),
    )
    over.end(answered.status)
    return over
