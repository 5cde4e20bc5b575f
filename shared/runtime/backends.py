"""Whether what the blackboard stands on is there: everything is asked at once, and nothing for long."""

import time
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Final

from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError

SECONDS: Final = 2.0  # for all answers
REMEMBERED_SECONDS: Final = 5.0  # the page is public, and must not be a way to make us work
_LATE: Final = "no answer in time"
_WELL: Final = ""

Check = Callable[[], None]  # raises DependencyError, in words that may be shown to everybody
Health = tuple[int, dict[str, str]]  # status of HTTP, and the answer


def backends_health(checks: Mapping[str, Check], *, seconds: float = SECONDS) -> Health:
    """`checks` by the name of what is asked; the error is that of the first that fails."""
    troubles = dict.fromkeys(checks, _LATE)
    threads = [_asked(name, check, troubles) for name, check in checks.items()]
    ends = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(ends - time.monotonic(), 0))
    known = dict(troubles)  # who is late may write his answer still
    said = {name: "disconnected" if trouble else "connected" for name, trouble in known.items()}
    if error := next(filter(None, known.values()), None):
        return 503, {"status": "unhealthy", **said, "error": error}
    return 200, {"status": "healthy", **said}


def _asked(name: str, check: Check, troubles: dict[str, str]) -> Thread:
    """On its way; nobody is kept by one that does not come back."""

    def ask() -> None:
        try:
            check()
        except DependencyError as error:
            troubles[name] = str(error)
        else:
            troubles[name] = _WELL

    thread = Thread(target=ask, daemon=True)
    thread.start()
    return thread


class Backends:
    """Asks at most once in a few seconds. `checks` are looked up each time: what is in use, the settings say."""

    def __init__(self, checks: Callable[[], Mapping[str, Check]], *, clock: Clock) -> None:
        self._checks = checks
        self._clock = clock
        self._known: tuple[float, Health] | None = None

    def __call__(self) -> Health:
        now = self._clock().timestamp()
        if self._known is None or now - self._known[0] >= REMEMBERED_SECONDS:
            self._known = (now, backends_health(self._checks()))
        return self._known[1]
