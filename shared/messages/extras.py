"""What a message says beyond the fields we know: JSON values that the ledger can keep and give back alike.

Whole numbers of up to 2^53 stay numbers (60.0 is 60); any other number becomes text in its own digits, because readers
of JSON do not agree on it. Objects and lists may stand in each other five deep.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from shared.messages.texts import LARGEST_BITS, RefusedError, clean

MOST_KEYS: Final = 100  # in one object
LONGEST_KEY: Final = 100
DEEPEST: Final = 5

_EXACT: Final = 2**53
_MOST_DIGITS: Final = 100
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def read_extras(beside: Mapping[Any, Any], given: Any) -> dict[str, Any]:
    """The unknown fields of a message together with the ones it gives as its `metadata`; null is nothing said.

    Raises RefusedError.
    """
    if given is not None and not isinstance(given, dict):
        raise RefusedError("an object is needed")
    unknown, inner = _said(beside), _said(given or {})
    if any(inner[name] != unknown[name] for name in inner.keys() & unknown.keys()):
        raise RefusedError("says something else than a field of the same name beside it")
    both = inner | unknown
    if len(both) > MOST_KEYS:
        raise RefusedError(f"at most {MOST_KEYS} keys")
    return both


def read_value(value: Any, depth: int = 1) -> Any:
    """A JSON value as the ledger keeps it; `depth` counts the objects and lists it stands in. Raises RefusedError."""
    match value:
        case None | bool():
            return value
        case str():
            return clean(value)
        case int() | float() | Decimal():
            return _number(value)
        case list() | dict():
            return _container(value, depth)
        case _:
            raise RefusedError("only values of JSON are taken")


def _said(values: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: value for name, value in _object(values, 1).items() if value is not None}


def _container(value: list[Any] | dict[Any, Any], depth: int) -> Any:
    if depth > DEEPEST:
        raise RefusedError(f"objects and lists may stand in each other {DEEPEST} deep")
    if isinstance(value, dict):
        return _object(value, depth + 1)
    return [read_value(inner, depth + 1) for inner in value]


def _object(values: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    if len(values) > MOST_KEYS:
        raise RefusedError(f"at most {MOST_KEYS} keys")
    return {_key(name): read_value(inner, depth) for name, inner in values.items()}


def _key(name: Any) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_KEY:
        raise RefusedError(f"keys are text of 1 to {LONGEST_KEY} characters")
    if _BREAKS.search(name):
        raise RefusedError("keys are of one line, without control characters")
    return clean(name)


def _number(value: float | Decimal) -> int | str:
    if isinstance(value, int):
        return _whole(value)
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if not number.is_finite():
        raise RefusedError("a number that is not one cannot be kept")
    if number.copy_abs() <= _EXACT and number == number.to_integral_value():
        return int(number)
    text = str(number)
    if len(text) > _MOST_DIGITS:
        raise RefusedError(f"numbers have at most {_MOST_DIGITS} digits")
    return text


def _whole(number: int) -> int | str:
    if abs(number) <= _EXACT:
        return int(number)
    if number.bit_length() > LARGEST_BITS:
        raise RefusedError("a whole number is too large to keep")
    return str(number)
