"""What is kept of a run as JSON: of bounded size, and without what would not come back from the ledger as it was."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from shared.runtime.errors import InvalidInputError

MOST_OUTPUT_BYTES: Final = 8_192  # of what a step gives, and of what it leaves to go on from
MOST_PARAMETER_BYTES: Final = 8_192
MOST_SCOPE_BYTES: Final = 4_096
MOST_PROGRESS_BYTES: Final = 1_024
MOST_CONSTANT_BYTES: Final = 1_024  # of a step, in its workflow's file
_DEEPEST: Final = 12  # DynamoDB takes 32, and an event is around it
_LARGEST: Final = 10**36  # DynamoDB keeps 38 digits


def checked(what: str, value: Mapping[str, Any], *, most: int) -> dict[str, Any]:
    """The same in plain JSON of at most so many bytes; decimals become text. Raises InvalidInputError."""
    if not isinstance(value, Mapping):
        raise InvalidInputError(f"{what}: an object is wanted")
    plain: dict[str, Any] = _plain(what, value, 1)
    if len(as_json(plain).encode()) > most:
        raise InvalidInputError(f"{what}: at most {most:,} bytes as JSON")
    return plain


def as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(at: str, value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise InvalidInputError(f"{at[:200]}: lists and objects stand in each other more than {_DEEPEST} deep")
    match value:
        case Mapping():
            return {_key(at, key): _plain(f"{at}.{key}", inner, depth + 1) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(f"{at}[{number}]", inner, depth + 1) for number, inner in enumerate(value, start=1)]
        case _:
            return _scalar(at, value)


def _key(at: str, key: Any) -> str:
    if not isinstance(key, str) or not key:
        raise InvalidInputError(f"{at[:200]}: a key is a text that is not empty")
    return _text(at, key)


def _scalar(at: str, value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return _text(at, value)
        case int() if abs(value) < _LARGEST:
            return int(value)
        case Decimal() if value.is_finite() and abs(value.adjusted()) < 36:
            return format(value, "f")
        case _:
            raise InvalidInputError(f"{at[:200]}: text, a whole number, true, false or nothing; fractions go as text")


def _text(at: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInputError(f"{at[:200].encode(errors='replace').decode()}: half a character") from None
    return str(text)
