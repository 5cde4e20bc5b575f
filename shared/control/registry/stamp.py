"""When something was written, in a way that all instances order alike, whatever their clocks say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MOST_AHEAD: Final = timedelta(minutes=5)  # a clock that is further ahead of ours would win for ever


@dataclass(frozen=True, slots=True, order=True)
class Stamp:
    """The later of two is the greater; of two at once, that of the instance whose name sorts last.

    It is a hybrid logical clock: the time of day, but always past what was written before it. Source: Kulkarni and
    others, "Logical Physical Clocks", 2014.
    """

    clock: int  # milliseconds since 1970
    origin: str  # the instance it was written at

    def is_too_far_ahead(self, *, at: datetime) -> bool:
        return self.clock > _milliseconds(at + MOST_AHEAD)


def stamp_after(known: Stamp | None, *, origin: str, at: datetime) -> Stamp:
    """For what is written at `origin` over what is known."""
    now = _milliseconds(at)
    return Stamp(now if known is None else max(now, known.clock + 1), origin)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000)
