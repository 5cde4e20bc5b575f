"""What callers see of traces."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from shared.control.tracing.critical import Segment
from shared.control.tracing.items import moment
from shared.control.tracing.stats import Stats
from shared.control.tracing.told import Told
from shared.control.tracing.tree import Node
from shared.runtime.span import Span

DEEPEST: Final = 40  # levels that are shown below each other; what is deeper hangs on the last
MOST_NODES: Final = 2_000


class ServiceStatsView(BaseModel):
    """`spans` were looked at, the newest; `is_all`: there are no more. Whatever went wrong is kept and of the rest a
    share, so that rate and times are of the `sampled`.
    """

    spans: int
    errors: int
    sampled: int
    error_rate: float | None
    p50_ms: float | None
    p95_ms: float | None
    is_all: bool


class StatsView(BaseModel):
    """Services are our functions, `api`, and what they ask. `traces`: so many different ones were among the spans."""

    since: datetime
    until: datetime
    sample_rate: float
    services: dict[str, ServiceStatsView]
    traces: int
    is_all: bool

    @classmethod
    def of(cls, stats: Stats, *, since: datetime, until: datetime, sample_rate: float) -> "StatsView":
        services = {
            name: ServiceStatsView.model_validate(one, from_attributes=True) for name, one in stats.services.items()
        }
        return cls(
            since=since,
            until=until,
            sample_rate=sample_rate,
            services=services,
            traces=stats.traces,
            is_all=stats.is_all,
        )


class ListedSpan(BaseModel):
    """`has_error`: it, or a part of it, went wrong. `is_sampled`: it is kept for its own sake."""

    trace_id: str
    span_id: str
    service: str
    name: str
    began_at: datetime
    duration_ms: float
    status: str
    has_error: bool
    is_sampled: bool

    @classmethod
    def of(cls, span: Span) -> "ListedSpan":
        return cls(
            trace_id=span.trace_id,
            span_id=span.span_id,
            service=span.service,
            name=span.name,
            began_at=moment(span.start),
            duration_ms=span.duration / 1_000,
            status=span.status,
            has_error=span.has_error,
            is_sampled=span.is_sampled,
        )


class ServicePage(BaseModel):
    """`looked_at`: so many were read to find these."""

    service: str
    spans: list[ListedSpan]
    looked_at: int
    next_cursor: str | None


class SpanView(BaseModel):
    """`offset_ms` is from the beginning of the trace; `skew_ms`: so much its clock seems to be behind."""

    span_id: str
    parent_id: str | None
    service: str
    name: str
    kind: str
    status: str
    offset_ms: float
    duration_ms: float
    skew_ms: float
    is_critical: bool
    attributes: dict[str, Any]
    children: list["SpanView"]


class SegmentView(BaseModel):
    """What the end waited for: work, or (`is_wait`) that what came of it began."""

    span_id: str
    service: str
    name: str
    is_wait: bool
    offset_ms: float
    duration_ms: float


class TraceView(BaseModel):
    """`source`: `spans`, `events` where none were kept, or `spans and events`. `is_all`: nothing was left unread.

    `cut`: spans that were too many to be kept; `not_shown`: work and events that are too many for this answer.
    """

    trace_id: str
    source: str
    began_at: datetime
    duration_ms: float
    spans: int
    events: int
    errors: int
    services: list[str]
    cut: int
    not_shown: int
    is_all: bool
    root: SpanView
    critical_path: list[SegmentView]

    @classmethod
    def of(cls, told: Told) -> "TraceView":
        root = told.tree.root
        return cls(
            trace_id=told.trace_id,
            source=told.source,
            began_at=moment(root.start),
            duration_ms=told.tree.duration / 1_000,
            spans=told.spans,
            events=told.events,
            errors=told.errors,
            services=told.services,
            cut=told.cut,
            not_shown=max(0, len(told.tree.nodes) - MOST_NODES),
            is_all=told.is_all,
            root=_nested(told),
            critical_path=list(_segments(told.path, root.start)),
        )


def _nested(told: Told) -> SpanView:
    """Without recursion, and not too deep for who reads it with."""
    critical = {id(segment.node) for segment in told.path}
    last: list[SpanView] = []  # at each level
    for node in told.tree.nodes[:MOST_NODES]:
        view = _view(node, told.tree.root.start, is_critical=id(node) in critical)
        level = min(node.depth, DEEPEST)
        del last[level:]
        if last:
            last[-1].children.append(view)
        last.append(view)
    return last[0]


def _view(node: Node, began: int, *, is_critical: bool) -> SpanView:
    span = node.span
    return SpanView(
        span_id=span.span_id,
        parent_id=span.parent_id,
        service=span.service,
        name=span.name,
        kind=span.kind,
        status=span.status,
        offset_ms=(node.start - began) / 1_000,
        duration_ms=span.duration / 1_000,
        skew_ms=node.skew / 1_000,
        is_critical=is_critical,
        attributes=span.attributes,
        children=[],
    )


def _segments(path: Sequence[Segment], began: int) -> Iterator[SegmentView]:
    for segment in path:
        span = segment.node.span
        yield SegmentView(
            span_id=span.span_id,
            service=span.service,
            name=span.name,
            is_wait=segment.is_wait,
            offset_ms=(segment.start - began) / 1_000,
            duration_ms=segment.duration / 1_000,
        )
