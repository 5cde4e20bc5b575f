"""The ledger in memory: for tests and for work without AWS. Keeps the promises of the port, not the data."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any

from shared.ledger.envelope import Event, address_of
from shared.ledger.items import serialized
from shared.ledger.ledger import Aggregate, By, Change, Entry
from shared.runtime.errors import ConflictError, NotFoundError


class MemoryLedger:
    def __init__(self) -> None:
        self._aggregates: dict[tuple[str, str], Aggregate] = {}
        self._events: dict[tuple[str, str], list[Event]] = {}
        self._claims: set[str] = set()
        self._lists: dict[str, dict[str, Entry]] = {}
        self._lock = threading.Lock()

    def commit(self, change: Change) -> None:
        self.commit_together([change])

    def commit_together(self, changes: Sequence[Change]) -> None:
        with self._lock:
            for change in changes:
                self._check(change)
            for change in changes:
                self._keep(change)

    def _check(self, change: Change) -> None:
        aggregate = change.aggregate
        stored = self._aggregates.get((aggregate.kind, aggregate.id))
        if (stored.version if stored else 0) != change.expected_version:
            raise ConflictError(f"{aggregate.kind} {aggregate.id} was changed by someone else")
        if self._claims.intersection(change.claims) or any(
            entry.key in self._lists.get(entry.list, {}) for entry in change.entries
        ):
            raise ConflictError(f"{aggregate.kind} {aggregate.id} claims what is taken")
        serialized(_kept(aggregate.fields))  # what the table would not take is not taken here

    def _keep(self, change: Change) -> None:
        aggregate = change.aggregate
        key = (aggregate.kind, aggregate.id)
        self._aggregates[key] = replace(aggregate, fields=_kept(aggregate.fields))
        self._events.setdefault(key, []).extend(change.events)
        self._claims.update(change.claims)
        for entry in change.entries:
            self._lists.setdefault(entry.list, {})[entry.key] = replace(entry, fields=_kept(entry.fields))

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

    def history(
        self,
        kind: str,
        aggregate_id: str,
        *,
        after: int = 0,
        before: int | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]:
        known = self._events.get((kind, aggregate_id), [])[after : None if before is None else max(before - 1, 0)]
        return iter(known[::-1] if newest_first else known)

    def board(
        self,
        kind: str,
        places: Sequence[str],
        *,
        before: str | None = None,
        newest_first: bool = True,
        at_a_time: int = 100,
    ) -> Iterator[Aggregate]:
        shown = [a for a in self._aggregates.values() if a.kind == kind and a.place in places]
        in_order = sorted(shown, key=lambda aggregate: aggregate.position, reverse=newest_first)
        return (a for a in in_order if before is None or a.position < before)

    def entries(
        self,
        name: str,
        *,
        after: str | None = None,
        before: str | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Entry]:
        lines = self._lists.get(name, {})
        keys = (key for key in lines if (after is None or key > after) and (before is None or key < before))
        return (lines[key] for key in sorted(keys, reverse=newest_first))

    def event(self, known_id: str) -> Event:
        kind, subject, version = address_of(known_id)
        for event in self.history(kind, subject):
            if event.version == version:
                return event
        raise NotFoundError(f"there is no event {known_id}")

    def timeline(self, day: date, **span: Any) -> Iterator[Event]:
        return self._between(lambda event: event.time.astimezone(UTC).date() == day, **span)

    def found(self, by: By, value: str, **span: Any) -> Iterator[Event]:
        return self._between(lambda event: by.of(event) == value, **span)

    def trace(self, trace_id: str) -> Iterator[Event]:
        return self.found(By.TRACE, trace_id)

    def is_reachable(self) -> bool:
        return True

    def _between(
        self,
        is_meant: Callable[[Event], bool],
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]:
        events = [event for event in chain.from_iterable(self._events.values()) if is_meant(event)]
        ordered = sorted(events, key=lambda event: event.time)
        return (
            event
            for event in (reversed(ordered) if newest_first else ordered)
            if (since is None or event.time >= since) and (until is None or event.time <= until)
        )


def _kept(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
