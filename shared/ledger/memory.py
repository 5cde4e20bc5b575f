"""The ledger in memory: for tests and for work without AWS. Keeps the promises of the port, not the data."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain

from shared.ledger.envelope import Event, address_of
from shared.ledger.ledger import Aggregate, Change
from shared.runtime.errors import ConflictError, NotFoundError


class MemoryLedger:
    def __init__(self) -> None:
        self._aggregates: dict[tuple[str, str], Aggregate] = {}
        self._events: dict[tuple[str, str], list[Event]] = {}
        self._claims: set[str] = set()
        self._lock = threading.Lock()

    def commit(self, change: Change) -> None:
        with self._lock:
            aggregate = change.aggregate
            key = (aggregate.kind, aggregate.id)
            stored = self._aggregates.get(key)
            if (stored.version if stored else 0) != change.expected_version:
                raise ConflictError(f"{aggregate.kind} {aggregate.id} was changed by someone else")
            if self._claims.intersection(change.claims):
                raise ConflictError(f"{aggregate.kind} {aggregate.id} claims what is taken")
            kept = {name: value for name, value in aggregate.fields.items() if value is not None}
            self._aggregates[key] = replace(aggregate, fields=kept)
            self._events.setdefault(key, []).extend(change.events)
            self._claims.update(change.claims)

    def commit_all(self, changes: Sequence[Change]) -> list[Change]:
        lost = []
        for change in changes:
            try:
                self.commit(change)
            except ConflictError:
                lost.append(change)
        return lost

    def get(self, kind: str, aggregate_id: str) -> Aggregate:
        try:
            return self._aggregates[kind, aggregate_id]
        except KeyError:
            raise NotFoundError(f"there is no {kind.lower()} {aggregate_id}") from None

    def get_many(self, kind: str, aggregate_ids: Collection[str]) -> dict[str, Aggregate]:
        return {i: self._aggregates[kind, i] for i in aggregate_ids if (kind, i) in self._aggregates}

    def claimed(self, claims: Collection[str]) -> set[str]:
        return self._claims.intersection(claims)

    def history(self, kind: str, aggregate_id: str) -> Iterator[Event]:
        return iter(self._events.get((kind, aggregate_id), []))

    def board(
        self, kind: str, places: Sequence[str], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[Aggregate]:
        shown = [a for a in self._aggregates.values() if a.kind == kind and a.place in places]
        newest_first = sorted(shown, key=lambda aggregate: aggregate.position, reverse=True)
        return (a for a in newest_first if before is None or a.position < before)

    def event(self, known_id: str) -> Event:
        kind, subject, version = address_of(known_id)
        for event in self.history(kind, subject):
            if event.version == version:
                return event
        raise NotFoundError(f"there is no event {known_id}")

    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None, newest_first: bool = False
    ) -> Iterator[Event]:
        ordered = list(self._in_order_of_time())
        events = (event for event in (reversed(ordered) if newest_first else ordered))
        return (
            event
            for event in events
            if event.time.astimezone(UTC).date() == day
            and (since is None or event.time >= since)
            and (until is None or event.time <= until)
        )

    def trace(self, trace_id: str) -> Iterator[Event]:
        return (event for event in self._in_order_of_time() if event.trace_id == trace_id)

    def is_reachable(self) -> bool:
        return True

    def _in_order_of_time(self) -> Iterator[Event]:
        everything = chain.from_iterable(self._events.values())
        return iter(sorted(everything, key=lambda event: event.time))
