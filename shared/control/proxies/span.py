"""A stretch of time, and the events in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

from shared.control.history.wanted import COMMANDS
from shared.ledger.envelope import Event
from shared.runtime.errors import InvalidInputError

MOST_EVENTS: Final = 20_000  # the newest of a span; older ones are not looked at
LONGEST: Final = timedelta(days=31)


class Ledger(Protocol):
    """What reports need of the ledger. Every method may raise DependencyError."""

    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None, newest_first: bool = False
    ) -> Iterator[Event]: ...
    def history(self, kind: str, aggregate_id: str, *, newest_first: bool = False) -> Iterator[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """In UTC, both ends included."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, since: datetime | None, until: datetime | None, *, at: datetime, length: timedelta) -> "Span":
        """What is not said: it ends now, and is so long. Raises InvalidInputError."""
        try:
            end = (until or at).astimezone(UTC)
            begin = since.astimezone(UTC) if since else end - length
        except OverflowError:
            raise InvalidInputError("a moment is wanted that there is in UTC") from None
        if begin >= end:
            raise InvalidInputError("nothing is between since and until")
        if end - begin > LONGEST:
            raise InvalidInputError(f"a report is about {LONGEST.days} days at most")
        return cls(since=begin, until=end)

    def days(self) -> Iterator[date]:
        """The last one first."""
        day = self.until.date()
        while day >= self.since.date():
            yield day
            day -= timedelta(days=1)


class Events:
    """The events of a span that are for everyone, the newest first.

    `is_cut`, once they are read: there were more than are looked at.
    """

    def __init__(self, ledger: Ledger, span: Span, *, most: int = MOST_EVENTS) -> None:
        self.span = span
        self.is_cut = False
        self._ledger = ledger
        self._most = most

    def __iter__(self) -> Iterator[Event]:
        for number, event in enumerate(self._all()):
            if number == self._most:
                self.is_cut = True
                return
            if is_for_everyone(event):
                yield event

    def _all(self) -> Iterator[Event]:
        for day in self.span.days():
            yield from self._ledger.timeline(day, since=self.span.since, until=self.span.until, newest_first=True)


def is_for_everyone(event: Event) -> bool:
    """Who uses which command is for admins, and a report may be asked for by others."""
    return event.source != COMMANDS
