"""A secret that may be rotated while we hold it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from shared.runtime.clock import Clock

# Whoever sends bad signatures must not be able to make us ask Secrets Manager each time.
ASKED_AGAIN_AFTER: Final = timedelta(seconds=60)


class Secret:
    """Yields its value; asked for a fresh one, because the old was refused, it looks again once a minute."""

    def __init__(self, read: Callable[[bool], Any], *, clock: Clock) -> None:
        self._read = read  # told whether to look past its cache
        self._clock = clock
        self._looked_at: datetime | None = None

    def __call__(self, *, fresh: bool = False) -> Any:
        now = self._clock()
        may_look = self._looked_at is None or now - self._looked_at >= ASKED_AGAIN_AFTER
        if fresh and may_look:
            self._looked_at = now
            return self._read(True)
        return self._read(False)
