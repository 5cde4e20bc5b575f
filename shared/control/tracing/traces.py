"""The port of traces: spans that were kept, by trace and by service."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from shared.runtime.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Of one service on one day (UTC): spans that began at `since` or later, and stand before a place of the list."""

    service: str
    day: date
    since: datetime
    before: str


class Traces(Protocol):
    """Every method may raise DependencyError."""

    def write(self, spans: Sequence[Span]) -> None:
        """However often, it is the same."""

    def of_trace(self, trace_id: str) -> Iterator[Span]:
        """In order of time."""

    def services(self, day: date) -> Iterator[str]:
        """That have spans on a day (UTC)."""

    def listed(self, part: Part) -> Iterator[Span]:
        """Newest first."""
