"""Documents that say the same, or nearly: found by the runs of words they share, without comparing each with each.

Of each document the smallest of the numbers that its runs of words have are kept. What two documents have of these in
common is about what their contents have in common. Source: Broder, "On the resemblance and containment of documents"
(1997).
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import combinations
from typing import Any, Final
from zlib import crc32

from shared.control.proxies.documents import Document
from shared.control.proxies.words import words_in

RUN: Final = 4  # words
KEPT: Final = 128  # numbers of a document
LEAST: Final = 0.5  # confidence, below which nothing is said
_COMMON: Final = 25  # documents; what so many have in common is a form they were written on
_SAME_TITLE: Final = 0.5  # confidence of two documents that have nothing else in common
SAME_CONTENT, SIMILAR_CONTENT, TITLE = "same_content", "similar_content", "same_title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Documents that could become one. `confidence` is that of the least certain of them, 0 to 1."""

    id: str  # of the newest of them
    title: str
    confidence: float
    flags: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    documents: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    document: Document
    numbers: tuple[int, ...]  # sorted

    @property
    def title(self) -> str:
        """As titles are compared; empty where one word is all, as README is."""
        words = list(words_in(self.document.title))
        return " ".join(words) if len(words) > 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    one: int
    other: int
    confidence: float
    flag: str


def sketch_of(document: Document, content: str) -> Sketch:
    """In linear time."""
    numbers = {crc32(" ".join(run).encode(errors="replace")) for run in _runs(content)}
    return Sketch(document=document, numbers=tuple(nsmallest(KEPT, numbers)))


def resemblance(one: Sketch, other: Sketch) -> float:
    """0 to 1: about the share of their runs of words that both have."""
    both = nsmallest(KEPT, {*one.numbers, *other.numbers})
    common = {*one.numbers} & {*other.numbers}
    return sum(number in common for number in both) / len(both) if both else 0.0


def candidates_in(sketches: Sequence[Sketch], *, least: float) -> list[Candidate]:
    """The most certain first. `sketches` are of the newest document first, as candidates name it."""
    links = [link for link in _links(sketches) if link.confidence >= max(least, LEAST)]
    found = [_candidate(group, sketches) for group in _groups(links)]
    return sorted(found, key=lambda candidate: (-candidate.confidence, candidate.id))


def _runs(content: str) -> Iterator[tuple[str, ...]]:
    """A text that is shorter than a run is one."""
    run: deque[str] = deque(maxlen=RUN)
    is_short = True
    for word in words_in(content):
        run.append(word)
        if len(run) == RUN:
            is_short = False
            yield tuple(run)
    if is_short and run:
        yield tuple(run)


def _links(sketches: Sequence[Sketch]) -> Iterator[_Link]:
    for one, other in sorted(_pairs(sketches)):
        first, second = sketches[one], sketches[other]
        if first.document.content_hash == second.document.content_hash:
            yield _Link(one=one, other=other, confidence=1.0, flag=SAME_CONTENT)
            continue
        alike = resemblance(first, second)
        yield _Link(one=one, other=other, confidence=round(alike, 3), flag=SIMILAR_CONTENT)
        if first.title and first.title == second.title:
            confidence = round(_SAME_TITLE + alike / 2, 3)
            yield _Link(one=one, other=other, confidence=confidence, flag=TITLE)


def _pairs(sketches: Sequence[Sketch]) -> set[tuple[int, int]]:
    """Those that may have enough in common: a hash, a title, or runs of words that are not everybody's."""
    alike: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    having: defaultdict[int, list[int]] = defaultdict(list)
    for place, sketch in enumerate(sketches):
        alike["hash", sketch.document.content_hash].append(place)
        alike["title", sketch.title or f"#{place}"].append(place)
        for number in sketch.numbers:
            having[number].append(place)
    # Of many with one hash or title each is compared with the first: they are one group anyway.
    pairs = {(places[0], place) for places in alike.values() for place in places[1:]}
    rare = (places for places in having.values() if len(places) <= _COMMON)
    shared = Counter(pair for places in rare for pair in combinations(places, 2))
    return pairs | {pair for pair, number in shared.items() if _may_be_alike(number, pair, sketches)}


def _may_be_alike(shared: int, pair: tuple[int, int], sketches: Sequence[Sketch]) -> bool:
    """A quarter of what is kept of the shorter one: much less than those have in common of which anything is said."""
    return 4 * shared >= min(len(sketches[place].numbers) for place in pair)


@dataclass(slots=True)
class _Group:
    places: set[int]
    flags: set[str]
    best: dict[int, float]  # of each place, how certain its best link is

    def take(self, other: "_Group") -> None:
        self.places |= other.places
        self.flags |= other.flags
        self.best |= other.best


def _groups(links: Iterable[_Link]) -> list[_Group]:
    """What is linked, directly or not, is one group."""
    group_of: dict[int, _Group] = {}
    for link in links:
        group = group_of.get(link.one) or _Group({link.one}, set(), {})
        other = group_of.get(link.other) or _Group({link.other}, set(), {})
        if group is not other:
            group, other = sorted((group, other), key=lambda one: -len(one.places))
            group.take(other)
            group_of |= dict.fromkeys(other.places | group.places, group)
        group.flags.add(link.flag)
        for place in (link.one, link.other):
            group.best[place] = max(link.confidence, group.best.get(place, 0.0))
    return list({id(group): group for group in group_of.values()}.values())


def _candidate(group: _Group, sketches: Sequence[Sketch]) -> Candidate:
    documents = [sketches[place].document for place in sorted(group.places)]
    return Candidate(
        id=documents[0].id,
        title=documents[0].title,
        confidence=min(group.best.values()),
        flags=tuple(sorted(group.flags)),
        owners=tuple(sorted({owner for document in documents if (owner := _owner(document))})),
        documents=tuple(map(_told, documents)),
    )


def _owner(document: Document) -> str:
    owner = document.metadata.get("owner")
    return owner[:128] if isinstance(owner, str) else ""


def _told(document: Document) -> dict[str, Any]:
    names = ("id", "source", "place", "title", "url")
    return {name: getattr(document, name) or None for name in names}
