"""A table for people: in columns, no wider than the terminal."""

import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Final
from unicodedata import category, east_asian_width

from scripts.api.shown import cell, say
from shared.runtime.text import ELLIPSIS, letters

_GAP: Final = 2
_NARROWEST: Final = 8


def say_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """As wide as it has to be, and as the terminal is; where no terminal is, nothing is cut for it.

    `empty` is said where there are no rows.
    """
    cells = [[cell(value) for value in row] for row in rows]
    if not cells:
        say(empty)
        return
    for line in drawn(columns, cells, width=_terminal_width()):
        say(line)


def drawn(columns: Sequence[str], cells: Sequence[Sequence[str]], *, width: int | None) -> Iterable[str]:
    """One line a row, the titles first."""
    wanted = [max(map(width_of, column)) for column in zip(columns, *cells, strict=True)]
    widths = wanted if width is None else fitting(wanted, width)
    for row in (columns, *cells):
        line = (" " * _GAP).join(fit(text, room) for text, room in zip(row, widths, strict=True)).rstrip()
        yield line if width is None else cut(line, width)


def fitting(wanted: Sequence[int], most: int) -> list[int]:
    """The widest give way; the first, by which a row is named, only when all others are narrow."""
    widths = list(wanted)
    over = sum(widths) + _GAP * (len(widths) - 1) - most
    for columns in (range(1, len(widths)), range(1)):
        while over > 0 and (widest := max(columns, key=widths.__getitem__, default=None)) is not None:
            if widths[widest] <= _NARROWEST:
                break
            widths[widest] -= 1
            over -= 1
    return widths


def fit(text: str, width: int) -> str:
    """Exactly so wide."""
    short = cut(text, width)
    return short + " " * (width - width_of(short))


def cut(text: str, width: int) -> str:
    """At most so wide; an ellipsis stands for what is left out."""
    if width_of(text) <= width:
        return text
    kept, room = "", width - width_of(ELLIPSIS)
    for letter in letters(text):
        room -= width_of(letter)
        if room < 0:
            break
        kept += letter
    return kept.rstrip() + ELLIPSIS


def width_of(text: str) -> int:
    """Columns of a terminal: two for what East Asia writes and for pictures, none for what is put on a letter."""
    return len(text) if text.isascii() else sum(map(_width, text))


def _width(letter: str) -> int:
    if category(letter) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def _terminal_width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
