"""Posting what agents announced: each once, in order, as long as it takes."""

import time
from collections import deque
from threading import Event
from typing import Final, Protocol

from scripts.blackboard.board import Board, status_of
from scripts.blackboard.bridge.announced import Announced, MalformedError, read_hash
from scripts.blackboard.bridge.backlog import Backlog, Item
from scripts.blackboard.bridge.channel import RedisLostError
from scripts.blackboard.bridge.log import Log
from shared.runtime.http import ServiceError, Verdict, backoff

REMEMBERED: Final = 200_000  # ids
LONGEST_WAIT: Final = 30.0  # seconds between two tries
_LOOK_SECONDS: Final = 0.5
_NOT_LET_IN: Final = (401, 403)


class Shelf(Protocol):
    """What agents keep in Redis. Raises RedisLostError."""

    def artefact(self, artefact_id: str) -> dict[str, str]: ...
    def first_of_thread(self, logical_id: str) -> str | None: ...


class Known:
    """Ids of artefacts there is nothing to do for any more; the oldest are forgotten, and are asked for again."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._ids: dict[str, None] = {}
        self._most = most
        self._refused: deque[str] = deque(maxlen=most)

    def __contains__(self, artefact_id: str) -> bool:
        return artefact_id in self._ids

    def add(self, artefact_id: str) -> None:
        self._ids[artefact_id] = None
        if len(self._ids) > self._most:
            del self._ids[next(iter(self._ids))]

    def refuse(self, artefact_id: str) -> None:
        self.add(artefact_id)
        self._refused.append(artefact_id)

    def forget_refused(self) -> None:
        """They may have been refused for want of what is found by now."""
        while self._refused:
            self._ids.pop(self._refused.popleft(), None)


class Posting:
    """Works until `stopped` is set."""

    def __init__(self, board: Board, shelf: Shelf, backlog: Backlog, known: Known, *, log: Log, stopped: Event) -> None:
        self._board = board
        self._shelf = shelf
        self._backlog = backlog
        self._known = known
        self._log = log
        self._stopped = stopped
        self._away: str | None = None  # what cannot be asked now

    def run(self) -> None:
        """Until all is to end."""
        while not self._stopped.is_set():
            item = self._backlog.first(_LOOK_SECONDS)
            if item is not None and self._is_brought(item):
                self._backlog.done()

    def _is_brought(self, item: Item) -> bool:
        """Whether it is there, or never will be; as long as neither is sure it is tried again.

        Also where Redis is away: who listens may not have noticed, and then nobody looks through its keys again.
        """
        attempt = 0
        while not self._stopped.is_set():
            attempt += 1
            try:
                self._bring(item)
                self._up()
                return True
            except RedisLostError as error:
                self._stopped.wait(self._down("redis", str(error), _seconds(attempt)))
            except ServiceError as error:
                if _is_final(error):
                    self._refused(item, error.said)
                    return True
                self._stopped.wait(self._down("api", error.said, _seconds(attempt, error.retry_after)))
        return False

    def _bring(self, item: Item) -> None:
        began = time.monotonic()
        announced = self._read(item)
        if announced is None or announced.id in self._known:
            return
        if self._board.find("artefacts", announced.id) is None:
            self._board.post("artefacts", body=announced.body(self._thread(announced)))
            latency = round((time.monotonic() - began) * 1_000)
            self._log("info", "artefact_posted", artefact_id=announced.id, type=announced.type, latency_ms=latency)
        self._known.add(announced.id)

    def _read(self, item: Item) -> Announced | None:
        """Nothing where it is gone, or cannot be used. Raises RedisLostError."""
        if isinstance(item, Announced):
            return item
        try:
            fields = self._shelf.artefact(item)
            return read_hash(fields | {"id": item}) if fields else None
        except MalformedError as error:
            self._refused(item, str(error))
            return None

    def _thread(self, announced: Announced) -> str | None:
        """Threads have other ids here: that of the first version leads to it. Without one it begins a thread.

        Raises RedisLostError.
        """
        if announced.version <= 1 or announced.logical_id is None:
            return None
        first = self._shelf.first_of_thread(announced.logical_id)
        found = self._board.find("artefacts", first or announced.logical_id)
        if found is None:
            known = {"artefact_id": announced.id, "logical_id": announced.logical_id}
            self._log("warn", "thread_unknown", **known)
            return None
        return str(found["logical_id"])

    def _refused(self, item: Item, reason: str) -> None:
        artefact_id = item if isinstance(item, str) else item.id
        self._known.refuse(artefact_id)
        self._log("warn", "artefact_refused", artefact_id=artefact_id, reason=reason)

    def _down(self, away: str, error: str, seconds: float) -> float:
        """For how many seconds to wait."""
        self._away = away
        waiting = {"retry_seconds": round(seconds, 1), "waiting": len(self._backlog)}
        self._log("error", f"{away}_unavailable", error=error, **waiting)
        return seconds

    def _up(self) -> None:
        if self._away:
            self._log("info", f"{self._away}_available", waiting=len(self._backlog) - 1)
            self._away = None


def _seconds(attempt: int, asked: float | None = None) -> float:
    return max(1.0, min(asked or backoff(attempt), LONGEST_WAIT))


def _is_final(error: ServiceError) -> bool:
    """It is what was posted that is wrong, not who posts it, nor the moment."""
    return error.verdict is Verdict.TERMINAL and status_of(error) not in _NOT_LET_IN
