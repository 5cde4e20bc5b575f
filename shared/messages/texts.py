"""Text as messages carry it: put in order, or refused for a reason that does not repeat it."""

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from shared.runtime.currency import CURRENCIES

LONGEST_CONTENT: Final = 32_000  # characters
LONGEST_URL: Final = 2_000
LONGEST_TYPE: Final = 64
LARGEST_BITS: Final = 256  # of a whole number that becomes text

_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # all but tabs and the ends of lines
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")
_TYPE: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", re.ASCII)
_NAMES: Final = ("username", "name", "global_name")  # of an author, as Discord's own messages have them


class RefusedError(ValueError):
    """A value is not one we can use; why, without repeating it."""


def clean(text: str) -> str:
    """Without control characters; tabs and ends of lines stay. Raises RefusedError for half a character."""
    if _SURROGATES.search(text):
        raise RefusedError("half a character (a lone surrogate) is not text")
    return _CONTROLS.sub("", text)


def read_content(value: Any) -> str:
    """Text of any lines, cleaned. Raises RefusedError."""
    if not isinstance(value, str):
        raise RefusedError("text is needed")
    text = clean(value)
    if len(text) > LONGEST_CONTENT:
        raise RefusedError(f"at most {LONGEST_CONTENT:,} characters")
    return text


def read_line(value: Any, longest: int) -> str | None:
    """One line, trimmed; None where it says nothing. A whole number is taken as its digits. Raises RefusedError."""
    text = _text(value).strip()
    if len(text) > longest:
        raise RefusedError(f"at most {longest:,} characters")
    if _BREAKS.search(text):
        raise RefusedError("control characters and line breaks are not allowed")
    return clean(text) or None


def line_of(longest: int) -> Callable[[Any], str | None]:
    return lambda value: read_line(value, longest)


def read_author(value: Any, longest: int) -> str | None:
    """A name, or an object that has one, as Discord's messages do. Raises RefusedError."""
    if not isinstance(value, dict):
        return read_line(value, longest)
    given = next((value[name] for name in _NAMES if value.get(name)), None)
    if given is None:
        raise RefusedError(f"one of {', '.join(_NAMES)} is needed")
    return read_line(given, longest)


def read_channel(value: Any, longest: int) -> str | None:
    """Its name, without the # that people write before it. Raises RefusedError."""
    name = read_line(value, longest + 1)
    return read_line(name.lstrip("#"), longest) if name else None


def read_url(value: Any) -> str | None:
    """A web address without user and password. Raises RefusedError."""
    url = read_line(value, LONGEST_URL)
    if url is None:
        return None
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RefusedError("an address that starts with http:// or https:// and a host is needed")
    if "@" in parts.netloc:
        raise RefusedError("user names and passwords are not allowed")
    return url


def read_type(value: Any) -> str | None:
    """The dotted name of a type of event. Raises RefusedError."""
    name = read_line(value, LONGEST_TYPE)
    if name is not None and not _TYPE.fullmatch(name):
        raise RefusedError("a dotted name in lower case is needed, like task.created")
    return name


def read_currency(value: Any) -> str | None:
    """Three letters, as ISO 4217 has them, in upper case. Raises RefusedError."""
    code = (read_line(value, 16) or "").upper()
    if code and code not in CURRENCIES:
        raise RefusedError("the three letters of ISO 4217 are needed, like EUR")
    return code or None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= LARGEST_BITS:
        return str(value)
    raise RefusedError("one line of text is needed")


def _split(url: str) -> SplitResult:
    if "\\" in url or any(letter.isspace() for letter in url):
        raise RefusedError("spaces and backslashes are not allowed")
    try:
        parts = urlsplit(url)
        _ = parts.port  # read only when it is asked for
    except ValueError:
        raise RefusedError("this address cannot be read") from None
    return parts
