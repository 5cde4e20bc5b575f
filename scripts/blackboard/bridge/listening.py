"""Listening for what agents announce, and looking through what they keep: what is said while nobody listens is lost."""

from collections.abc import Iterator
from itertools import takewhile
from threading import Event
from typing import Final, Protocol

from scripts.blackboard.bridge.announced import Kept, MalformedError, in_order, read_announcement
from scripts.blackboard.bridge.backlog import Backlog
from scripts.blackboard.bridge.channel import RedisLostError
from scripts.blackboard.bridge.log import Log
from scripts.blackboard.bridge.posting import Known
from shared.runtime.http import backoff

_LOOK_SECONDS: Final = 0.5
_LONGEST_WAIT: Final = 5.0  # seconds between two tries


class Announcements(Protocol):
    """Every method raises RedisLostError."""

    def listen(self) -> None: ...
    def next(self, seconds: float) -> tuple[str, str] | None: ...
    def kept(self) -> Iterator[Kept]: ...
    def close(self) -> None: ...


class Listening:
    """Works until `stopped` is set."""

    def __init__(self, channel: Announcements, backlog: Backlog, known: Known, *, log: Log, stopped: Event) -> None:
        self._channel = channel
        self._backlog = backlog
        self._known = known
        self._log = log
        self._stopped = stopped
        self._is_told = False  # that there was no room

    def run(self) -> None:
        attempt = 0
        while not self._stopped.is_set():
            try:
                self._channel.listen()
                while not self._stopped.is_set():
                    self._go_on()
                    attempt = 0
            except RedisLostError as error:
                attempt += 1
                self._log("error", "redis_disconnected", error=str(error))
                self._stopped.wait(max(0.5, min(backoff(attempt), _LONGEST_WAIT)))
        self._channel.close()

    def _go_on(self) -> None:
        match self._channel.next(_LOOK_SECONDS):
            case ("subscribe", _):
                self._log("info", "redis_connected")
                self._known.forget_refused()
                self._look_through()
            case ("message", text):
                self._hear(text)
        if self._backlog.dropped and not len(self._backlog):
            self._log("info", "backlog_drained", dropped=self._backlog.take_dropped())
            self._is_told = False
            self._look_through()

    def _hear(self, text: str) -> None:
        try:
            announced = read_announcement(text)
        except MalformedError as error:
            self._log("warn", "message_malformed", reason=str(error), message=text[:200])
            return
        if announced.id not in self._known and not self._backlog.put(announced):
            self._full()

    def _look_through(self) -> None:
        """For what was announced while nobody listened, or while there was no room."""
        kept = takewhile(lambda _: not self._stopped.is_set(), self._channel.kept())  # there may be very many
        fresh = [one for one in kept if one.id not in self._known]
        for artefact_id in in_order(fresh):
            if not self._backlog.put(artefact_id):
                self._full()
                break
        if fresh:
            self._log("info", "artefacts_found", count=len(fresh))

    def _full(self) -> None:
        """Said once, until there is room again."""
        if not self._is_told:
            self._is_told = True
            self._log("error", "backlog_full", waiting=len(self._backlog), then="what has a key is looked for later")
