"""That it is over: why, with which exit code, and how long is left for what is under way."""

import time
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event
from typing import Final

FOR_COMMANDS: Final = 5.0  # seconds that a command has to come to its end by itself
FOR_ALL: Final = 9.0  # seconds, with what is told to the API afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    code: int
    why: str
    has_time: bool = True  # for what is under way


class Ending:
    """Whoever wants an end says so; one thread hears it and has everybody end."""

    def __init__(self) -> None:
        self._wanted: SimpleQueue[Over] = SimpleQueue()  # may be told from a handler of signals, as events may not
        self._is_over = Event()
        self._began = 0.0

    def want(self, over: Over) -> None:
        self._wanted.put(over)

    def wanted(self, limit: float | None = None) -> Over | None:
        """The next one that was told; None where nothing was within so many seconds."""
        try:
            return self._wanted.get(timeout=limit)
        except Empty:
            return None

    def begin(self, *, has_time: bool) -> None:
        """Again: only to take the time away that there was."""
        if not has_time:
            self._began = time.monotonic() - FOR_ALL
        elif not self.has_begun:
            self._began = time.monotonic()
        self._is_over.set()

    @property
    def has_begun(self) -> bool:
        return self._is_over.is_set()

    @property
    def is_time_up(self) -> bool:
        """For commands."""
        return self.has_begun and time.monotonic() - self._began > FOR_COMMANDS

    def left(self) -> float:
        """Seconds for the rest."""
        return FOR_ALL - (time.monotonic() - self._began)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it is over now; without a number, as soon as it is."""
        return self._is_over.wait(seconds)
