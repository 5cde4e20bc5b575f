"""What passes by itself is waited for."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from shared.runtime.http import ServiceError, Verdict, backoff

MOST_TRIES: Final = 5
_PASSES: Final = (Verdict.RETRY_AFTER, Verdict.RETRY_BACKOFF)

T = TypeVar("T")


def persistently(ask: Callable[[], T], pause: Callable[[float], None] = time.sleep) -> T:
    """A few times. Raises ServiceError."""
    for attempt in range(1, MOST_TRIES):
        try:
            return ask()
        except ServiceError as error:
            if error.verdict not in _PASSES:
                raise
            pause(error.retry_after or backoff(attempt))
    return ask()
