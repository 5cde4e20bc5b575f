"""Answers of the API, read with care: another version of it may answer, or something that is no API at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

Record = Mapping[str, Any]

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


class UnexpectedAnswerError(Exception):
    """It is JSON, but not what was asked for."""


def record(body: Any) -> Record:
    """Raises UnexpectedAnswerError."""
    if not isinstance(body, dict):
        raise UnexpectedAnswerError("the answer is no JSON object; is this address Switchyard's API?")
    return body


def records(body: Any, name: str) -> list[Record]:
    """What is listed under that name. Raises UnexpectedAnswerError."""
    listed = record(body).get(name)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UnexpectedAnswerError(f"the answer lists no {name}; is this address Switchyard's API?")
    return listed


def part(found: Record, path: str) -> Any:
    """What stands at `a.b`, or nothing."""
    value: Any = found
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def parts(found: Record, name: str) -> list[Record]:
    """The objects listed there; none where there is no list."""
    listed = found.get(name)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def count(found: Record, name: str) -> int:
    value = found.get(name)
    return value if isinstance(value, int) else 0


def utc(value: Any) -> Any:
    """A time in UTC, to the second; what is no time stays as it is."""
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    except OverflowError:  # on the first or last day there is
        return value


def span(value: Any) -> str | None:
    """Seconds in the unit people would say them in."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    for unit, seconds in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if abs(value) >= 2 * seconds:
            return f"{value / seconds:.0f} {unit}"
    return f"{value:g} s" if abs(value) < 10 else f"{value:.0f} s"
