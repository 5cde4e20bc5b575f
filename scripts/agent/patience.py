"""How long to wait before something is tried again."""

import random
from collections.abc import Callable
from typing import Final

_FIRST: Final = 0.5  # seconds
_LONGEST_ASKED: Final = 300.0  # nobody is asked to wait for longer


class Patience:
    """Twice as long each time, with full jitter; as long as it is asked for where the other side says so."""

    def __init__(self, most: float = 30.0, *, chance: Callable[[], float] = random.random) -> None:
        self._most = most
        self._chance = chance
        self.failures = 0

    def after(self, asked: float | None = None) -> float:
        """Seconds, after one more failure."""
        longest = min(self._most, _FIRST * 2.0 ** min(self.failures, 16))
        self.failures += 1
        waited = longest * (0.2 + 0.8 * self._chance())  # never at once: the other side is unwell
        return max(waited, min(asked, _LONGEST_ASKED)) if asked else waited

    def reset(self) -> None:
        self.failures = 0
