"""The ledger's port: state and event are one write, under a version."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
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
class Change:
    """One aggregate's next state, the events that led to it, and the names it takes for itself.

    `aggregate.version` is that of the last event; the first event's version less one is what must be
    stored now. A claim is a name that nobody may have claimed before, in the form `<what>#<value>`.
    """

    aggregate: Aggregate
    events: tuple[Event, ...]
    claims: tuple[str, ...] = ()

    @property
    def expected_version(self) -> int:
        """0 where the aggregate must not exist yet."""
        return self.events[0].version - 1


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

    def get(self, kind: str, aggregate_id: str) -> Aggregate:
        """Raises NotFoundError."""

    def get_many(self, kind: str, aggregate_ids: Collection[str]) -> dict[str, Aggregate]:
        """Those that exist, by id."""

    def claimed(self, claims: Collection[str]) -> set[str]:
        """Those of the claims that are taken."""

    def history(self, kind: str, aggregate_id: str) -> Iterator[Event]:
        """The events of one aggregate, oldest first; none if there is no such aggregate."""

    def event(self, known_id: str) -> Event:
        """Raises NotFoundError."""

    def board(
        self, kind: str, places: Sequence[str], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[Aggregate]:
        """The aggregates in these columns, newest change first; `before` is the `position` of one of them.

        They are read lazily, `at_a_time` from each column.
        """

    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None, newest_first: bool = False
    ) -> Iterator[Event]:
        """The events of one day (UTC) in order of time, from `since` to `until`, both included."""

    def trace(self, trace_id: str) -> Iterator[Event]:
        """The events with one trace id in order of time."""

    def is_reachable(self) -> bool: ...
