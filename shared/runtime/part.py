"""A part of a file that people write: its value, and where it stands, so that a mistake can be found."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from shared.runtime.errors import InvalidInputError

MOST_ENTRIES: Final = 200  # of any list, or keys of one mapping

_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SHOWN: Final = 60  # characters of a name, in a place


@dataclass(frozen=True, slots=True)
class Part:
    """`value` is text, a number, true, false, nothing, or a list or mapping of parts. Lines count from 1."""

    value: "str | int | bool | list[Part] | dict[str, Part] | None"
    line: int
    path: str = ""  # `routes[sales].when.type`; a list's entries go by their name, or count from 1

    def wrong(self, reason: str) -> NoReturn:
        """Raises InvalidInputError with the place."""
        raise InvalidInputError(f"{self.path or 'the file'}: {reason} (line {self.line})")

    def fields(self, allowed: Collection[str]) -> "dict[str, Part]":
        """Of a mapping that knows only these keys."""
        parts = self.mapping()
        for name, part in parts.items():
            if name not in allowed:
                part.wrong(f"there is no such key; the keys here are {', '.join(allowed)}")
        return parts

    def mapping(self) -> "dict[str, Part]":
        if not isinstance(self.value, dict):
            self.wrong("lines of `key: value` are needed here")
        if len(self.value) > MOST_ENTRIES:
            self.wrong(f"at most {MOST_ENTRIES} keys")
        return {name: self._at(part, f".{_shown(name)}" if self.path else _shown(name))
                for name, part in self.value.items()}  # fmt: skip

    def entries(self) -> "list[Part]":
        """Of a list."""
        if not isinstance(self.value, list):
            self.wrong("a list is needed here, each entry on a line that begins with `- `")
        if len(self.value) > MOST_ENTRIES:
            self.wrong(f"at most {MOST_ENTRIES} entries")
        return [self._at(part, f"[{part._name() or number}]") for number, part in enumerate(self.value, start=1)]

    def texts(self, longest: int) -> list[str]:
        """One text, or a list of at least one."""
        if not isinstance(self.value, list):
            return [self.text(longest)]
        if not self.value:
            self.wrong("the list is empty; leave the line out, or say something")
        return [part.text(longest) for part in self.entries()]

    def text(self, longest: int) -> str:
        """One line, trimmed; a number is taken as its digits."""
        said = self._said().strip()
        if not said:
            self.wrong("nothing is said here")
        if len(said) > longest:
            self.wrong(f"at most {longest} characters")
        if _BREAKS.search(said):
            self.wrong("this has to be one line of text")
        return said

    def yes_or_no(self) -> bool:
        if not isinstance(self.value, bool):
            self.wrong("true or false is needed here")
        return self.value

    def whole(self, least: int, most: int) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not least <= self.value <= most:
            self.wrong(f"a whole number from {least:,} to {most:,} is needed")
        return self.value

    def plain(self) -> Any:
        """The value without its places."""
        match self.value:
            case dict():
                return {name: part.plain() for name, part in self.value.items()}
            case list():
                return [part.plain() for part in self.value]
            case _:
                return self.value

    def lines(self, path: str = "") -> "Iterator[tuple[str, int]]":
        """Of this and of all in it, by the path from here: its keys, with dots between."""
        yield path, self.line
        for name, part in self.value.items() if isinstance(self.value, dict) else ():
            yield from part.lines(f"{path}.{name}" if path else name)

    def _said(self) -> str:
        if isinstance(self.value, bool):
            self.wrong("true and false mean yes and no here; put the word in quotes to mean the word")
        if self.value is None:
            self.wrong("nothing is said here; what begins with # needs quotes, or it is a note")
        if isinstance(self.value, list | dict):
            self.wrong("one text is needed here")
        return str(self.value)

    def _at(self, part: "Part", step: str) -> "Part":
        return Part(part.value, part.line, self.path + step)

    def _name(self) -> str | None:
        name = self.value.get("name") if isinstance(self.value, dict) else None
        return _shown(name.value) if name is not None and isinstance(name.value, str) and name.value.strip() else None


def _shown(name: str) -> str:
    short = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
    return _BREAKS.sub(" ", short)
