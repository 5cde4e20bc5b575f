"""Text that strangers wrote, made to fit: counted as those count who are strictest, and cut where no letter is torn."""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from unicodedata import category

ELLIPSIS: Final = "…"
_UNSEEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # categories Cc, Cs
_JOINER: Final = "\u200d"
_LONGEST_LETTER: Final = 16  # characters; what goes on for longer is no letter but a nuisance


def units(text: str) -> int:
    """UTF-16 code units: nobody who sets a limit counts more for a character, bytes apart."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode())


def clean(text: str) -> str:
    """Without what cannot be sent or is not seen: control characters but line breaks and tabs, half surrogates."""
    if text.isprintable():
        return text
    return _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str, most: int) -> str:
    """Of at most so many units."""
    return cut_text(" ".join(clean(text).split()), most)


def letters(text: str) -> Iterator[str]:
    """A letter with its accents, an emoji with all it is joined of."""
    letter = ""
    for character in text:
        if letter and not (_goes_on(letter, character) and len(letter) < _LONGEST_LETTER):
            yield letter
            letter = ""
        letter += character
    if letter:
        yield letter


def _goes_on(letter: str, character: str) -> bool:
    if character <= "\u02ff":
        return False
    is_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return letter[-1] == _JOINER or character == _JOINER or is_tone or category(character)[0] == "M"


def cut_text(text: str, most: int) -> str:
    """As `cut`, of letters."""
    return text if units(text) <= most else cut(letters(text), most)


def cut(pieces: Iterable[str], most: int) -> str:
    """As many of the pieces as fit into so many units, each whole; an ellipsis stands for the others."""
    kept: list[str] = []
    used = fitting = 0  # `fitting` pieces leave room for the ellipsis
    for piece in pieces:
        used += units(piece)
        if used > most:
            return "".join(kept[:fitting]).rstrip() + ELLIPSIS
        kept.append(piece)
        if used < most:
            fitting = len(kept)
    return "".join(kept)


def cut_octets(text: str, most: int) -> str:
    """At most so many bytes of UTF-8."""
    if octets(text) <= most:
        return text
    return text.encode()[: most - octets(ELLIPSIS)].decode(errors="ignore") + ELLIPSIS


def different(words: Iterable[str]) -> list[str]:
    """Each once, as it is first spelt: capital letters make no difference. Without those that say nothing."""
    found: dict[str, str] = {}
    for word in words:
        if word:
            found.setdefault(word.casefold(), word)
    return list(found.values())


def split(text: str, most: int) -> list[str]:
    """The text in runs of at most so many units, none of them empty; together they are the text."""
    if units(text) <= most:
        return [text] if text else []
    runs: list[str] = []
    run: list[str] = []
    used = 0
    for letter in letters(text):
        size = units(letter)
        if used + size > most:
            runs.append("".join(run))
            run, used = [], 0
        run.append(letter)
        used += size
    return [*runs, "".join(run)] if run else runs
