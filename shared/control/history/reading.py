"""Ways to read the history, each lazily and from any place on: by time, day after day, or a subject's own versions."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, Protocol

from shared.ledger.envelope import Event, from_text, to_text

# A place to go on behind, and what stands there: None at the end of a day.
Step = tuple[str, Event | None]
Ends = tuple[datetime | None, datetime | None]
Streams = Callable[[Ends], Sequence[Iterator[Event]]]


class Reading(Protocol):
    def behind(self, place: str | None) -> Iterator[Step]:
        """What comes behind a place that was read before; all of it for None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTime:
    """`streams` gives the events between two moments, each stream in order of time; none stands in two of them."""

    streams: Streams
    since: datetime | None
    until: datetime | None
    newest_first: bool

    def behind(self, place: str | None) -> Iterator[Step]:
        for event in _in_order(self.streams(self._rest(place)), newest_first=self.newest_first):
            here = position(event)
            if place is None or (here < place if self.newest_first else here > place):
                yield here, event

    def _rest(self, place: str | None) -> Ends:
        if place is None:
            return self.since, self.until
        moment = from_text(place.partition("#")[0])
        return (self.since, moment) if self.newest_first else (moment, self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByDay:
    """`day_of` gives the events of one day between two moments, in order of time."""

    day_of: Callable[[date, Ends], Iterator[Event]]
    since: datetime
    until: datetime
    newest_first: bool

    def behind(self, place: str | None) -> Iterator[Step]:
        since, until = self.since, self.until
        if place is not None:
            moment = from_text(place.partition("#")[0])
            since, until = (since, min(until, moment)) if self.newest_first else (max(since, moment), until)
        for day in _days(since.date(), until.date(), newest_first=self.newest_first):
            yield from self._of(day, since, until).behind(place)
            yield f"{to_text(_edge(day, newest_first=self.newest_first))}#", None

    def _of(self, day: date, since: datetime, until: datetime) -> ByTime:
        def streams(ends: Ends) -> list[Iterator[Event]]:
            return [self.day_of(day, ends)]

        return ByTime(streams=streams, since=since, until=until, newest_first=self.newest_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class BySubject:
    """`history` gives the events of an aggregate (kind and id) between two versions. No kind is there twice."""

    history: Callable[[str, str, int, int | None], Iterator[Event]]
    addresses: Sequence[tuple[str, str]]
    newest_first: bool

    def behind(self, place: str | None) -> Iterator[Step]:
        read = _versions(place)
        for event in heapq.merge(*self._streams(read), key=lambda event: event.time, reverse=self.newest_first):
            read[event.id.partition(":")[0].upper()] = event.version
            yield ",".join(f"{kind}={version}" for kind, version in read.items()), event

    def _streams(self, read: Mapping[str, int]) -> list[Iterator[Event]]:
        streams = []
        for kind, aggregate_id in self.addresses:
            after, before = (0, read.get(kind)) if self.newest_first else (read.get(kind, 0), None)
            streams.append(self.history(kind, aggregate_id, after, before))
        return streams


def _versions(place: str | None) -> dict[str, int]:
    """Of each kind, how far it was read."""
    pairs = (one.partition("=") for one in place.split(",")) if place else ()
    return {kind: int(version) for kind, _, version in pairs}


def position(event: Event) -> str:
    """Sorts by time; events of one moment have an order of their own."""
    return f"{to_text(event.time)}#{event.id.rpartition(':')[0]}:{event.version:010}"


def _in_order(streams: Iterable[Iterator[Event]], *, newest_first: bool) -> Iterator[Event]:
    def when(event: Event) -> Any:
        return event.time

    for _, together in groupby(heapq.merge(*streams, key=when, reverse=newest_first), key=when):
        yield from sorted(together, key=position, reverse=newest_first)


def _days(first: date, last: date, *, newest_first: bool) -> Iterator[date]:
    number = (last - first).days
    return (last - timedelta(days=n) if newest_first else first + timedelta(days=n) for n in range(number + 1))


def _edge(day: date, *, newest_first: bool) -> datetime:
    """Where the day ends for who reads on: it stands before all that happened at that very moment."""
    return datetime.combine(day if newest_first else day + timedelta(days=1), time(), UTC)
