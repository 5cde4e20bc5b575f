"""The words of a text in any language, in lower case."""

import re
from collections.abc import Iterator
from typing import Final

# Around words, not in them: well-known and e-mail are words, and so is an address.
_MARKS: Final = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~…«»„“”‚‘’‹›–—―•·¿¡、。〈〉《》「」『』【】，！？；：（）।॥؟،؛۔་"  # noqa: RUF001
# Scripts that put no blanks between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han.
_UNSPACED: Final = re.compile(
    "([\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)"
)


def words_in(text: str) -> Iterator[str]:
    """Where no blanks part the words, each two letters that stand together are one. In linear time."""
    for token in text.casefold().split():
        if token.isascii() or not _UNSPACED.search(token):
            yield from _word(token)
        else:
            for number, piece in enumerate(_UNSPACED.split(token)):
                yield from _pairs(piece) if number % 2 else _word(piece)


def _word(token: str) -> Iterator[str]:
    if word := token.strip(_MARKS):
        yield word


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for start in range(len(run) - 1):
        yield run[start : start + 2]
