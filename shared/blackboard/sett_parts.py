"""What all parts of a sett.yml are read with: what was found so far, and what is said in many places."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from shared.runtime.errors import InvalidInputError
from shared.runtime.part import Part

LONGEST: Final = 200  # characters of a word
MOST_PATTERNS: Final = 50

_PATTERN: Final = re.compile(r"[A-Za-z0-9*?\[\]!._-]{1,100}")


@dataclass(slots=True)
class Findings:
    """What was wrong so far, and what is said and means nothing here."""

    problems: list[str] = field(default_factory=list)
    not_used: list[str] = field(default_factory=list)

    @contextmanager
    def noting(self) -> Iterator[None]:
        """One mistake at most: reading goes on behind it."""
        try:
            yield
        except InvalidInputError as error:
            self.problems.append(str(error))

    def set_aside(self, part: Part) -> None:
        self.not_used.append(f"{part.path} (line {part.line})")


def no_such_key(known: Iterable[str]) -> str:
    return f"there is no such key; the keys here are {', '.join(known)}"


def patterns(part: Part) -> list[str]:
    """Of types; an empty list is one that fits nothing."""
    found = [] if part.value == [] else list(dict.fromkeys(part.texts(LONGEST)))
    if len(found) > MOST_PATTERNS:
        part.wrong(f"at most {MOST_PATTERNS} types")
    for one in found:
        if not _PATTERN.fullmatch(one):
            part.wrong(
                f"{one!r} fits no type: those are up to 100 of A-Z, a-z, 0-9, . _ and -; * stands for any of them"
            )
    return found
