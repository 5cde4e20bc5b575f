"""How far the relay has come, as it notes it now and then: what is recorded much later than that waits for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from shared.ledger.envelope import Event, from_text, to_text
from shared.runtime.clock import Clock

KEY: Final = "relay:last"
KEPT_SECONDS: Final = 14 * 24 * 3_600
EVERY: Final = timedelta(seconds=10)  # a note at most, as long as all is well
SLOW: Final = timedelta(seconds=10)
_LOOKED_BACK: Final = timedelta(days=1)  # as long as the stream remembers


class Timeline(Protocol):
    def timeline(self, day: date, *, since: datetime | None = None) -> Iterator[Event]: ...


class State(Protocol):
    def get(self, key: str) -> Any | None: ...
    def put(self, key: str, value: Any, *, ttl: int | None = None) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """At that moment an event was put on the bus that had happened at the other."""

    at: datetime
    event: datetime

    @property
    def took(self) -> timedelta:
        return self.at - self.event


class RelayMark:
    def __init__(self, state: State, *, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._last: Mark | None = None  # of this process

    def relayed(self, event: datetime) -> None:
        """The oldest of some that were put on the bus happened then. Raises DependencyError."""
        mark = Mark(at=self._clock(), event=event)
        if self._last and mark.at - self._last.at < EVERY and max(mark.took, self._last.took) < SLOW:
            return
        self._state.put(KEY, {"at": to_text(mark.at), "event": to_text(mark.event)}, ttl=KEPT_SECONDS)
        self._last = mark

    def get(self) -> Mark | None:
        """None where nothing was relayed for long. Raises DependencyError."""
        kept = self._state.get(KEY)
        return Mark(at=from_text(kept["at"]), event=from_text(kept["event"])) if kept else None


def lag(mark: Mark | None, *, ledger: Timeline, at: datetime) -> timedelta:
    """How long events wait for the bus: what was noted last, or what has been waiting since. Of a day at most.

    What happened within `EVERY` of the note may have been relayed without another one, and is not looked at.
    Raises DependencyError.
    """
    since = max(mark.at + EVERY if mark else at - _LOOKED_BACK, at - _LOOKED_BACK)
    return max(mark.took if mark else timedelta(), _waiting(since, ledger, at))


def _waiting(since: datetime, ledger: Timeline, at: datetime) -> timedelta:
    for day in dict.fromkeys([since.date(), at.date()]):
        for event in ledger.timeline(day, since=since):
            if event.time > since:
                return at - event.time
    return timedelta()
