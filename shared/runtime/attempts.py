"""Trying again after somebody else wrote first."""

import random
from collections.abc import Callable, Iterator
from typing import Final

Pause = Callable[[float], None]  # for so many seconds

_FIRST_PAUSE: Final = 0.01  # seconds at most, doubled each time
_LONGEST_PAUSE: Final = 0.25


def attempts(number: int, *, pause: Pause) -> Iterator[int]:
    """So many attempts, after the first each behind a pause of random length: who met once should not meet again."""
    for attempt in range(number):
        if attempt:
            pause(random.uniform(0, min(_FIRST_PAUSE * 2**attempt, _LONGEST_PAUSE)))
        yield attempt
