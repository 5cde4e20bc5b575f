"""What is printed: lines for people, JSON for programs. Nothing that others wrote may steer the terminal."""

import json
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.text import one_line

_LONGEST_CELL: Final = 60
# What JSON lets through in texts: control characters, halves, what turns the direction of writing, other line ends.
_STEERING: Final = re.compile("[\x7f-\x9f\ud800-\udfff\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
NOTHING: Final = "-"


def say(text: str) -> None:
    print(harmless(text), flush=True)


def note(text: str) -> None:
    """Beside what was asked for: not for who reads the output."""
    print(harmless(text), file=sys.stderr, flush=True)


def harmless(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in "\n\t" else "·" for letter in text)


def say_json(value: Any) -> None:
    say_json_text(json.dumps(value, ensure_ascii=False))


def say_json_text(text: str) -> None:
    """The text means the same: what would steer can stand only in strings, and is escaped there."""
    print(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text), flush=True)


def cell(value: Any) -> str:
    """In one line of bounded length."""
    return harmless(one_line(_plain(value), _LONGEST_CELL)) or NOTHING


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list() | tuple() | set():
            return ", ".join(map(_plain, value))
        case dict():
            return " ".join(f"{name}={_plain(one) or NOTHING}" for name, one in value.items())
        case _:
            return str(value)


def day_and_time(iso: str | None) -> str:
    """Of a time in UTC, to the second."""
    return iso[:19].replace("T", " ") if iso else NOTHING


def say_fields(fields: Mapping[str, Any]) -> None:
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        say(f"{name.ljust(width)}  {_plain(value) or NOTHING}")
