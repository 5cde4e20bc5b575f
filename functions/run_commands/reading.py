"""What somebody typed, as contracts check it: refused with a text for them."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.runtime.errors import InvalidInputError

M = TypeVar("M", bound=BaseModel)


def read(model: type[M], said: Mapping[str, Any]) -> M:
    """What is None was not said. Raises InvalidInputError with all that is wrong."""
    try:
        return model.model_validate({name: value for name, value in said.items() if value is not None})
    except ValidationError as error:
        wrong = (_in_words(one) for one in error.errors(include_url=False, include_input=False))
        raise InvalidInputError("; ".join(dict.fromkeys(wrong))) from None


def read_id(text: Any) -> str:
    """The id of a listing or job. Raises InvalidInputError."""
    try:
        return str(UUID(str(text).strip()))
    except ValueError:
        raise InvalidInputError("this is no id; choose a listing from those that are offered while you type") from None


# What people do wrong, in their words; of the rest, and of what is refused with a text of its own, pydantic's text.
_WORDS: Final[Mapping[str, str]] = {
    "string_pattern_mismatch": "has signs in it that it cannot have",
    "string_too_short": "something has to be written",
    "string_too_long": "this is too long: {max_length} signs at most",
    "too_short": "{min_length} at least",
    "too_long": "{max_length} at most",
    "greater_than": "has to be more than {gt}",
    "greater_than_equal": "has to be {ge} or more",
    "less_than_equal": "has to be {le} or less",
    "decimal_parsing": "this is no number",
    "missing": "has to be given",
    **dict.fromkeys(
        ("datetime_from_date_parsing", "datetime_parsing", "timezone_aware"),
        "a time is wanted with its offset, like 2026-12-31T12:00:00Z",
    ),
}


def _in_words(wrong: ErrorDetails) -> str:
    place = " ".join(part for part in wrong["loc"] if isinstance(part, str))
    words = _WORDS.get(wrong["type"])
    said = words.format(**wrong.get("ctx", {})) if words else wrong["msg"].removeprefix("Value error, ")
    return f"{place}: {said}" if place else said
