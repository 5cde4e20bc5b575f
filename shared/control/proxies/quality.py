"""How good documents are, as far as that can be counted: one table of what may be wrong, and how much that counts."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from shared.control.proxies.documents import Document
from shared.control.proxies.links import broken_anchors, has_headings, place_of, unknown_links
from shared.control.proxies.words import words_in

BEST: Final = 100
FLAGGED_BELOW: Final = 80
_THIN: Final = 200  # characters
_HUGE: Final = 200_000
_NEEDS_HEADINGS: Final = 3_000
_MOST_NAMED: Final = 5  # links in one reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """What the documents have in common: counted over all of them before any is judged.

    `places`: None where there are more of them than are known, so that nobody can say of one that it is not kept.
    """

    hashes: Counter[str] = field(default_factory=Counter)
    titles: Counter[str] = field(default_factory=Counter)
    places: frozenset[str] | None = frozenset()

    @classmethod
    def of(cls, documents: Iterable[Document], *, is_all: bool = True) -> "Others":
        known = list(documents)
        return cls(
            hashes=Counter(document.content_hash for document in known),
            titles=Counter(_title(document) for document in known),
            places=frozenset(filter(None, map(place_of, known))) if is_all else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One document, as it is judged. `is_cut`: it goes on behind this content."""

    document: Document
    content: str = field(repr=False)
    is_cut: bool = False
    others: Others = field(repr=False)
    age: timedelta  # since it was changed
    stale_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`score` is 0 to 100; `reasons` say what it has lost points for, the costliest first."""

    document: Document
    score: int
    reasons: tuple[str, ...]

    @property
    def is_flagged(self) -> bool:
        return self.score < FLAGGED_BELOW

    def told(self) -> dict[str, Any]:
        return {
            "id": self.document.id,
            "title": self.document.title,
            "score": self.score,
            "reasons": list(self.reasons),
        }


# What is wrong, or nothing; and how many points that costs.
_Row = tuple[int, Callable[[Looked], str | None]]
_TABLE: Final[tuple[_Row, ...]] = (
    (30, lambda one: f"stale: not changed for {one.age.days} days" if one.age > one.stale_after else None),
    (25, lambda one: "duplicate: another has the same content" if _is_copy(one) else None),
    (25, lambda one: f"thin: {len(one.content.strip())} characters" if len(one.content.strip()) < _THIN else None),
    (20, lambda one: "untitled" if not one.document.title.strip() else None),
    (15, lambda one: None if one.is_cut else _named("anchors lead nowhere", broken_anchors(one.content))),
    (15, lambda one: _named("links lead to documents that are not kept", _unknown(one))),
    (10, lambda one: "title: another has the same" if _shares_title(one) else None),
    (10, lambda one: "headings: it is long and has none" if _needs_headings(one) else None),
    (10, lambda one: f"huge: {len(one.content)} characters" if len(one.content) > _HUGE else None),
)


def judge(looked: Looked) -> Judged:
    found = [(points, reason) for points, row in _TABLE if (reason := row(looked))]
    score = max(BEST - sum(points for points, _ in found), 0)
    return Judged(document=looked.document, score=score, reasons=tuple(reason for _, reason in found))


def worst_first(judged: Iterable[Judged]) -> list[Judged]:
    return sorted(judged, key=lambda one: (one.score, one.document.id))


def flags_of(item: Mapping[str, Any]) -> Iterator[str]:
    """What a doc store says is wrong with a document."""
    flags = item.get("flags")
    yield from (str(flag)[:128] for flag in flags[:20]) if isinstance(flags, list) else ()


def _is_copy(one: Looked) -> bool:
    return one.others.hashes[one.document.content_hash] > 1


def _shares_title(one: Looked) -> bool:
    """A title of one word, as README is, may be that of many."""
    title = _title(one.document)
    return " " in title and one.others.titles[title] > 1 and not _is_copy(one)


def _title(document: Document) -> str:
    return " ".join(words_in(document.title))


def _unknown(one: Looked) -> list[str]:
    places = one.others.places
    return [] if places is None else unknown_links(one.document, one.content, places)


def _needs_headings(one: Looked) -> bool:
    return one.document.is_prose and len(one.content) > _NEEDS_HEADINGS and not has_headings(one.content)


def _named(what: str, links: list[str]) -> str | None:
    if not links:
        return None
    rest = f" and {len(links) - _MOST_NAMED} more" if len(links) > _MOST_NAMED else ""
    return f"{what}: {', '.join(links[:_MOST_NAMED])}{rest}"
