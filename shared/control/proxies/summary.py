"""A summary that is made of the text's own sentences: those that say most of what the text is about.

A sentence counts by its words. A word counts by how often the text has it, and how few of its sentences; it counts less
when it is short, as words that say little are in most languages. What comes first counts more, and so does a sentence
with a word that was asked for. Source: Luhn, "The automatic creation of literature abstracts" (1958); Edmundson (1969).
"""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.control.proxies.sentences import Span, sentences_in
from shared.control.proxies.words import words_in

MOST_SENTENCES: Final = 5
MOST_KEYWORDS: Final = 10
_ONE_OF: Final = 3  # sentences is kept, at most
_LONG: Final = 6  # letters; longer words count no more
_PADDING: Final = 6  # words: a sentence of one good word is no good sentence
_FIRST: Final = 0.5  # is added for the first sentence, ever less for those after it
_ASKED_FOR: Final = 2.0
_MANY: Final = 6  # sentences; from so many on, a word of more than half of them tells none from another


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    text: str
    kept: int  # sentences
    of: int
    keywords: tuple[str, ...]  # what counts most


def summarise(text: str, keywords: Collection[str] = ()) -> Summary:
    """The same for the same text, never longer than it, in time linear in its length (but for sorting sentences)."""
    spans = _different(text, list(sentences_in(text)))
    words = [Counter(words_in(text[start:end])) for start, end in spans]
    weights = _weights(words)
    asked = [keyword.casefold() for keyword in keywords if keyword.strip()]
    scores = [
        _score(counted, weights, place) * (_ASKED_FOR if _has(text[slice(*spans[place])], asked) else 1)
        for place, counted in enumerate(words)
    ]
    best = sorted(range(len(spans)), key=lambda place: (-scores[place], place))
    kept = sorted(best[: min(MOST_SENTENCES, -(-len(spans) // _ONE_OF))])
    top = sorted(weights, key=lambda word: (-weights[word], word))[:MOST_KEYWORDS]
    return Summary(
        text=_joined(text, [spans[place] for place in kept]),
        kept=len(kept),
        of=len(spans),
        keywords=tuple(word for word in top if weights[word] > 0),
    )


def _different(text: str, spans: Sequence[Span]) -> list[Span]:
    """What is said twice is there once, where it was said first."""
    first: dict[str, Span] = {}
    for start, end in spans:
        first.setdefault(" ".join(text[start:end].casefold().split()), (start, end))
    return list(first.values())


def _weights(sentences: Sequence[Counter[str]]) -> dict[str, float]:
    often: Counter[str] = Counter()
    spread: Counter[str] = Counter()
    for counted in sentences:
        often.update(counted)
        spread.update(counted.keys())
    number = len(sentences)
    return {word: 0.0 if _is_everywhere(spread[word], number) else _weight(word, times, spread[word], number)
            for word, times in often.items()}  # fmt: skip


def _is_everywhere(sentences: int, number: int) -> bool:
    return number >= _MANY and 2 * sentences > number


def _weight(word: str, times: int, sentences: int, number: int) -> float:
    return times * math.log(1 + number / sentences) ** 2 * min(len(word), _LONG) / _LONG


def _score(counted: Mapping[str, int], weights: Mapping[str, float], place: int) -> float:
    return sum(weights[word] for word in counted) / (len(counted) + _PADDING) * (1 + _FIRST / (1 + place))


def _has(sentence: str, keywords: Collection[str]) -> bool:
    folded = sentence.casefold()
    return any(keyword in folded for keyword in keywords)


def _joined(text: str, spans: Sequence[Span]) -> str:
    """With a blank where something stands between them."""
    joined, last = "", 0
    for start, end in spans:
        gap = " " if joined and start > last else ""
        joined += gap + " ".join(text[start:end].split())
        last = end
    return joined
