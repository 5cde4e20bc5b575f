"""The cheapest way to what is wanted: the index in which the least beside it stands."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from shared.control.history.reading import ByDay, BySubject, ByTime, Ends, Reading
from shared.control.history.wanted import FIRST_MOMENT, Wanted
from shared.ledger.envelope import Event
from shared.ledger.ledger import By

# Whoever acts one by one has done less than the whole system has of one type.
_PEOPLE: Final = ("discord:", "key:", "telegram:")
_NAMED_BY_EVENTS: Final = "DELIVERY"  # its ids are those of events, which begin as `kind:id` does


class Events(Protocol):
    """What the history needs of the ledger, as the ledger says it."""

    def history(
        self,
        kind: str,
        aggregate_id: str,
        *,
        after: int = 0,
        before: int | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]: ...
    def timeline(
        self,
        day: date,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]: ...
    def found(
        self,
        by: By,
        value: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How to read: `kinds` are those of the ledger's aggregates, `at_a_time` as in the ledger."""

    ledger: Events
    kinds: Collection[str]
    newest_first: bool = True
    at_a_time: int | None = None

    def to(self, wanted: Wanted, *, at: datetime) -> Reading:
        """Some of what it reads may not be wanted. Without an end, time ends at `at`."""
        if values := _values(wanted):
            return self._by_values(values, wanted)
        if wanted.subject is not None:
            return BySubject(
                history=self._history, addresses=_addresses(wanted.subject, self.kinds), newest_first=self.newest_first
            )
        return ByDay(
            day_of=self._day,
            since=max(wanted.since or FIRST_MOMENT, FIRST_MOMENT),
            until=min(wanted.until or at, at),
            newest_first=self.newest_first,
        )

    def _by_values(self, values: Sequence[tuple[By, str]], wanted: Wanted) -> ByTime:
        def streams(ends: Ends) -> list[Iterator[Event]]:
            since, until = ends
            return [
                self.ledger.found(
                    by, value, since=since, until=until, newest_first=self.newest_first, at_a_time=self.at_a_time
                )
                for by, value in values
            ]

        return ByTime(streams=streams, since=wanted.since, until=wanted.until, newest_first=self.newest_first)

    def _day(self, day: date, ends: Ends) -> Iterator[Event]:
        since, until = ends
        return self.ledger.timeline(
            day, since=since, until=until, newest_first=self.newest_first, at_a_time=self.at_a_time
        )

    def _history(self, kind: str, aggregate_id: str, after: int, before: int | None) -> Iterator[Event]:
        return self.ledger.history(
            kind,
            aggregate_id,
            after=after,
            before=before,
            newest_first=self.newest_first,
            at_a_time=self.at_a_time,
        )


def _values(wanted: Wanted) -> list[tuple[By, str]]:
    """What to look for in which index, where one of them is the best: a trace is short, and a subject is mostly."""
    types = [(By.TYPE, one) for one in wanted.event_types]
    if wanted.trace_id is not None:
        return [(By.TRACE, wanted.trace_id)]
    if wanted.correlation_id is not None:
        return [(By.CORRELATION, wanted.correlation_id)]
    if wanted.subject is not None:
        return []
    if wanted.actor is not None and (not types or wanted.actor.startswith(_PEOPLE)):
        return [(By.ACTOR, wanted.actor)]
    return types


def _addresses(subject: str, kinds: Collection[str]) -> list[tuple[str, str]]:
    """Kinds and ids of what may be meant: an id alone may be that of any kind."""
    kind, _, rest = subject.partition(":")
    if kind.upper() not in kinds or not rest:
        return [(one, subject) for one in kinds]
    named = [(kind.upper(), rest), (_NAMED_BY_EVENTS, subject)]
    return named[:1] if kind.upper() == _NAMED_BY_EVENTS else named
