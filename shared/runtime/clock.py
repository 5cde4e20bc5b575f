"""Time comes in through here, so that tests can hold it still."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.runtime.errors import InvalidInputError

# A moment in UTC, every time it is called.
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def in_utc(moment: datetime) -> datetime:
    """Raises InvalidInputError for one without an offset, before the first year of UTC or behind the last."""
    if moment.tzinfo is None:
        raise InvalidInputError("a time is wanted with its offset, like 2026-12-31T12:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise InvalidInputError("a moment is wanted that there is in UTC") from None
