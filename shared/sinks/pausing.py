"""Whether a sink is served: people may have it wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

_SHORTEST: Final = timedelta(seconds=10)
_LONGEST: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkState:
    """What people have decided about a sink; `since` and `by` are those of the last decision."""

    name: str
    is_paused: bool = False
    reason: str | None = None
    since: datetime | None = None
    by: str | None = None
    version: int = 0

    def wait(self, *, at: datetime) -> timedelta | None:
        """When to come back with what is for a paused sink: soon at first, seldom where it takes long."""
        if not self.is_paused:
            return None
        paused_for = at - self.since if self.since else timedelta(0)
        return min(max(paused_for / 4, _SHORTEST), _LONGEST)
