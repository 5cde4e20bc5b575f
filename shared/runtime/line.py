"""A line of text, as pydantic checks it."""

from typing import Annotated, Any, Final
from unicodedata import category

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})


def one_line(text: str) -> str:
    if any(category(letter) in _BREAKS for letter in text):
        raise PydanticCustomError("one_line", "control characters and line breaks are not allowed")
    return text


def line(longest: int) -> Any:
    """One line of text: trimmed, not empty, at most so many characters."""
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=longest),
        AfterValidator(one_line),
    ]
