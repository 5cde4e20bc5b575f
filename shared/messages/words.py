"""Whole words and phrases in a text, in any script that puts spaces between words, whatever their case."""

import re
from collections.abc import Collection
from typing import Final
from unicodedata import category, normalize

_SPACE: Final = re.compile(r"\s+")


def folded(text: str) -> str:
    """For comparing: `Straße` and `STRASSE` are the same, and so are the two ways to write é."""
    return text.lower() if text.isascii() else normalize("NFC", normalize("NFC", text).casefold())


class Phrases:
    """Made once, as making it costs far more than asking it."""

    def __init__(self, phrases: Collection[str]) -> None:
        self._said = {_SPACE.sub(" ", folded(phrase).strip()): phrase for phrase in phrases}
        longest_first = sorted(self._said, key=len, reverse=True)
        either = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)")

    def first_in(self, text: str) -> str | None:
        """The first of them in a text that was folded, as it was given here; None where there is none."""
        for match in self._pattern.finditer(text):
            if _is_whole(text, match):
                return self._said[_SPACE.sub(" ", match[0])]
        return None


def _is_whole(text: str, match: re.Match[str]) -> bool:
    """Marks, as vowel signs of Hindi are, belong to the word before them; `re` does not count them to it."""
    after = text[match.end() : match.end() + 1]
    return not after or after.isascii() or category(after)[0] != "M"
