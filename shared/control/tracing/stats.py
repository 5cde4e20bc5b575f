"""What spans of a service add up to: how many, how many went wrong, how long they took."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Final

from shared.control.tracing.items import moment_key
from shared.control.tracing.traces import Part, Traces
from shared.runtime.span import Span, Status

MOST_SERVICES: Final = 100
MOST_SPANS: Final = 5_000  # that are looked at, of all services
_MOST_NAMES: Final = 1_000  # that are read of a day
_MOST_OF_ONE: Final = 500
_LEAST_OF_ONE: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStats:
    """`spans` were looked at, the newest there are; `is_all`: there are no more.

    Whatever went wrong is kept, and of the rest a share: how often things go wrong, and how long they take, only the
    `sampled` tell. Milliseconds; None where there is none.
    """

    spans: int
    errors: int
    sampled: int
    error_rate: float | None
    p50_ms: float | None
    p95_ms: float | None
    is_all: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """`is_all`: no service was left out, and none looked at in part."""

    services: dict[str, ServiceStats]
    traces: int
    is_all: bool


@dataclass(slots=True)
class _Looked:
    spans: list[Span] = field(default_factory=list)
    is_all: bool = True


def stats_of(traces: Traces, *, since: datetime, until: datetime) -> Stats:
    """Of spans that began in between. Raises DependencyError."""
    days = list(days_between(since, until))
    names = sorted({name for day in days for name in islice(traces.services(day), _MOST_NAMES)})
    most = max(_LEAST_OF_ONE, min(_MOST_OF_ONE, MOST_SPANS // max(len(names), 1)))
    looked = {name: _look(name, traces, most, since=since, until=until) for name in names[:MOST_SERVICES]}
    found = {name: one for name, one in looked.items() if one.spans}
    return Stats(
        services={name: _added_up(one) for name, one in found.items()},
        traces=len({span.trace_id for one in found.values() for span in one.spans}),
        is_all=len(names) <= MOST_SERVICES and all(one.is_all for one in found.values()),
    )


def days_between(since: datetime, until: datetime) -> Iterator[date]:
    """UTC; the newest first."""
    day = until.astimezone(UTC).date()
    while day >= since.astimezone(UTC).date():
        yield day
        day -= timedelta(days=1)


def newest(name: str, traces: Traces, *, since: datetime, before: str) -> Iterator[Span]:
    """Spans of a service, day by day back to `since`; `before` is a place in that list."""
    until = datetime.fromtimestamp(int(before[:16]) / 1_000_000, UTC)
    for day in days_between(since, until):
        yield from traces.listed(Part(service=name, day=day, since=since, before=before))


def _look(name: str, traces: Traces, most: int, *, since: datetime, until: datetime) -> _Looked:
    spans = list(islice(newest(name, traces, since=since, before=moment_key(until)), most + 1))
    return _Looked(spans[:most], is_all=len(spans) <= most)


def _added_up(looked: _Looked) -> ServiceStats:
    spans, sampled = looked.spans, [span for span in looked.spans if span.is_sampled]
    took = sorted(span.duration / 1_000 for span in sampled)
    return ServiceStats(
        spans=len(spans),
        errors=_errors(spans),
        sampled=len(sampled),
        error_rate=round(_errors(sampled) / len(sampled), 4) if sampled else None,
        p50_ms=quantile(took, 0.5),
        p95_ms=quantile(took, 0.95),
        is_all=looked.is_all,
    )


def _errors(spans: Iterable[Span]) -> int:
    return sum(span.status is Status.ERROR for span in spans)


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """The least value that so large a share of them does not exceed."""
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1] if ordered else None
