"""Pages of what a service did."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from shared.control.tracing.items import moment_key, place_of
from shared.control.tracing.stats import newest
from shared.control.tracing.traces import Traces
from shared.runtime.cursor import seal, unseal
from shared.runtime.span import Span

MOST_LOOKED_AT: Final = 2_000  # spans, for one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`errors`: only where it, or a part of it, went wrong."""

    service: str
    errors: bool
    since: datetime
    limit: int
    cursor: str | None

    @property
    def scope(self) -> str:
        return f"tracing:{self.errors}:{self.service}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    spans: list[Span]
    looked_at: int
    next_cursor: str | None


def page_of_spans(wanted: Wanted, *, traces: Traces, secret: Callable[[], bytes], at: datetime) -> Page:
    """Raises InvalidInputError for a cursor that is none; DependencyError."""
    before = unseal(wanted.cursor, scope=wanted.scope, secret=secret()) if wanted.cursor else moment_key(at)
    found: list[Span] = []
    looked_at, place = 0, None
    for span in islice(newest(wanted.service, traces, since=wanted.since, before=before), MOST_LOOKED_AT):
        if len(found) == wanted.limit:
            break
        looked_at, place = looked_at + 1, place_of(span)
        if span.has_error or not wanted.errors:
            found.append(span)
    else:
        place = place if looked_at == MOST_LOOKED_AT else None
    following = seal(place, scope=wanted.scope, secret=secret()) if place else None
    return Page(spans=found, looked_at=looked_at, next_cursor=following)
