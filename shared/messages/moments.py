"""When: a moment as people and programs write it, in UTC, or refused for a reason."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from shared.messages.texts import RefusedError

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 9998  # one short of what Python counts to: an end comes after its start, and zones shift
# Seconds since 1970 have eleven digits until the year 5138; from twelve on they are milliseconds.
MILLISECONDS_FROM: Final = 10**11

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 253_370_764_800_000  # the beginning of 9999, in milliseconds
_NUMBER: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-?[0-9]{2}-?[0-9]{2}", re.ASCII)
_MOMENT: Final = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d|\d{8})[Tt ]"
    r"(?P<time>(?:[01]\d|2[0-3])(?::[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?|[0-5]\d(?:[0-5]\d(?:[.,]\d{1,9})?)?)?)"
    r" ?(?P<zone>[Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)


def read_moment(value: Any) -> datetime:
    """ISO 8601 with any offset, without one UTC; or seconds or milliseconds since 1970, as a number or its digits.

    Raises RefusedError, also for a date alone: midnight would be a guess.
    """
    if isinstance(value, str):
        return _from_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise RefusedError("a time in ISO 8601 is needed, or seconds since 1970")
    return _from_number(Decimal(repr(value)) if isinstance(value, float) else value)


def _from_text(text: str) -> datetime:
    if _DATE.fullmatch(text):  # before numbers: 20261120 is meant as a day
        raise RefusedError("needs a time, not only a date")
    if _NUMBER.fullmatch(text):
        return _from_number(Decimal(text))
    match = _MOMENT.fullmatch(text)
    if not match:
        raise RefusedError("a time in ISO 8601 is needed, like 2026-11-20T15:00:00Z")
    return _in_utc(_parsed(f"{match['date']}T{match['time']}{(match['zone'] or 'Z').upper()}"))


def _parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError("there is no such time") from None


def _in_utc(moment: datetime) -> datetime:
    if not FIRST_YEAR - 1 <= moment.year <= LAST_YEAR:  # further out, changing the zone could fail
        raise _beyond()
    moment = moment.astimezone(UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise _beyond()
    return moment


def _from_number(number: int | Decimal) -> datetime:
    if isinstance(number, Decimal) and not number.is_finite():
        raise RefusedError("a number that is not one is no time")
    if not 0 <= number < _LAST:
        raise _beyond()
    ticks = number * (1_000 if number >= MILLISECONDS_FROM else 1_000_000)
    return _EPOCH + timedelta(microseconds=int(ticks))


def _beyond() -> RefusedError:
    return RefusedError(f"the year has to be from {FIRST_YEAR} to {LAST_YEAR}")
