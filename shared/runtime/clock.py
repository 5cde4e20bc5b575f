"""Time comes in through here, so that tests can hold it still."""

from collections.abc import Callable
from datetime import UTC, datetime

# A moment in UTC, every time it is called.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)
