"""The ledger's port: state and event are one write, under a version."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from shared.ledger.envelope import Event, to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """The present state of one thing the ledger keeps."""

    kind: str  # upper case: LISTING, KEY …
    id: str
    version: int  # 1 after its first event
    changed_at: datetime
    place: str | None = None  # its column on the board, None where it is not shown there
    fields: Mapping[str, Any] = field(default_factory=dict)  # text, int, Decimal, bool, list, dict; None is left out

    @property
    def position(self) -> str:
        """Where it stands in its column of the board: unique, and sorted by the time of the last change."""
        return f"{to_text(self.changed_at)}#{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of a list. It is written once, and stays; `key` is its place in the list."""

    list: str
    key: str
    fields: Mapping[str, Any] = field(default_factory=dict)  # as an aggregate's


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One aggregate's next state, the events that led to it, and the names and lines it takes for itself.

    `aggregate.version` is that of the last event; the first event's version less one is what must be
    stored now. A claim is a name that nobody may have claimed before, in the form `<what>#<value>`; so is an entry.
    """

    aggregate: Aggregate
    events: tuple[Event, ...]
    claims: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def expected_version(self) -> int:
        """0 where the aggregate must not exist yet."""
        return self.events[0].version - 1


class By(StrEnum):
    """What events are found by, beside their subject and their day."""

    TYPE = "type"
    ACTOR = "actor"
    CORRELATION = "correlation id"
    TRACE = "trace id"

    def of(self, event: Event) -> str:
        match self:
            case By.TYPE:
                return event.type
            case By.ACTOR:
                return event.actor
            case By.CORRELATION:
                return event.correlation_id
            case By.TRACE:
                return event.trace_id


class Ledger(Protocol):
    """What happened, in order, once. Every method may raise DependencyError when the store is unwell."""

    def commit(self, change: Change) -> None:
        """Write the aggregate with its events and claims, or nothing.

        Raises ConflictError when someone wrote first, or has one of the claims.
        """

    def commit_all(self, changes: Sequence[Change]) -> list[Change]:
        """Commit each change for itself, many in one call; return those that lost to someone else.

        The changes must be of different aggregates.
        """

    def commit_together(self, changes: Sequence[Change]) -> None:
        """Commit all of the changes, or none. They must be of different aggregates, and fit one transaction.

        Raises ConflictError when someone wrote first to any of them.
        """

    def get(self, kind: str, aggregate_id: str) -> Aggregate:
        """Raises NotFoundError."""

    def get_many(self, kind: str, aggregate_ids: Collection[str]) -> dict[str, Aggregate]:
        """Those that exist, by id."""

    def claimed(self, claims: Collection[str]) -> set[str]:
        """Those of the claims that are taken."""

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
        """The events of one aggregate in the order of their versions, between two that are not among them.

        None if there is no such aggregate. `at_a_time` is as with `timeline`.
        """

    def event(self, known_id: str) -> Event:
        """Raises NotFoundError."""

    def board(
        self,
        kind: str,
        places: Sequence[str],
        *,
        before: str | None = None,
        newest_first: bool = True,
        at_a_time: int = 100,
    ) -> Iterator[Aggregate]:
        """The aggregates in these columns by their last change, the newest or the oldest first.

        `before` is the `position` of one of them. They are read lazily, `at_a_time` from each column.
        """

    def entries(
        self,
        name: str,
        *,
        after: str | None = None,
        before: str | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Entry]:
        """The lines of a list in the order of their keys, between two keys that are not among them.

        They are read lazily, and as they are at that moment: `at_a_time` in one go, None for as many as the store
        gives, which is for who reads all.
        """

    def timeline(
        self,
        day: date,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]:
        """The events of one day (UTC) in order of time, from `since` to `until`, both included.

        They are read lazily, `at_a_time` in one go; None for as many as the store gives, which is for who reads all.
        """

    def found(
        self,
        by: By,
        value: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        newest_first: bool = False,
        at_a_time: int | None = None,
    ) -> Iterator[Event]:
        """The events that have this value, in order of time. The rest is as with `timeline`."""

    def trace(self, trace_id: str) -> Iterator[Event]:
        """The events with one trace id in order of time."""

    def is_reachable(self) -> bool: ...
