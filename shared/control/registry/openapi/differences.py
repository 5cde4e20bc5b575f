"""How the schemas of two documents differ. Each pair is looked at once, however entangled they are."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, NamedTuple

from shared.control.registry.openapi.document import Document, shown
from shared.control.registry.openapi.pairing import Marking, name_among, renamed
from shared.control.registry.openapi.rules import Difference, Way, changes_of
from shared.control.registry.openapi.schema import Flat, flat
from shared.runtime.errors import InvalidInputError

MOST_PAIRS: Final = 200_000  # of schemas that are compared
MOST_LOOKED_AT: Final = 1_000_000  # fields and values of schemas, each as often as a schema is put together with them
MOST_NEAR: Final = 100  # pairs that are searched for the differences of one message
MOST_FOUND: Final = 20  # differences of one message
MOST_SEARCHED: Final = 1_000_000  # pairs that are met in all searches, and differences that are told of operations
LONGEST_PLACE: Final = 300  # characters

# Ids of two schemas, which stand in their documents and stay there, and which way they go.
Key = tuple[int, int, Way]


@dataclass(slots=True)
class _Pair:
    found: list[Difference]
    inner: list[tuple[str, Key]]  # where in it, and which


class _Step(NamedTuple):
    """Towards a difference: what it is called, the pair it leads to, and the one that the difference is of."""

    name: str
    to: Key
    end: Key


class _Ways:
    """From every pair that has a difference somewhere in it, the step to the nearest; None where it is its own.

    Most pairs have none, and need not be searched. `near`: for each pair, some of those in it that have one.
    """

    def __init__(self, pairs: Mapping[Key, _Pair]) -> None:
        holders: dict[Key, list[tuple[str, Key]]] = {}
        for key, pair in pairs.items():
            for step, inner in pair.inner:
                holders.setdefault(inner, []).append((step, key))
        self.to_any = _ways([key for key, pair in pairs.items() if pair.found], holders)
        self.to_breaking = _ways(
            [key for key, pair in pairs.items() if any(one.is_breaking for one in pair.found)], holders
        )
        self.near = {
            key: [(step, inner) for step, inner in pairs[key].inner if inner in self.to_any][:MOST_NEAR]
            for key in self.to_any
        }


def _ways(ends: list[Key], holders: Mapping[Key, list[tuple[str, Key]]]) -> dict[Key, _Step | None]:
    found: dict[Key, _Step | None] = dict.fromkeys(ends)
    waiting = deque(ends)
    while waiting:
        key = waiting.popleft()
        known = found[key]
        for step, holder in holders.get(key, ()):
            if holder not in found:
                found[holder] = _Step(step, key, known.end if known else key)
                waiting.append(holder)
    return found


class Comparison:
    def __init__(self, before: Document, after: Document) -> None:
        self._before = before
        self._after = after
        self._flat: dict[tuple[bool, int], Flat] = {}
        self._one_way: dict[tuple[bool, int, Way], Flat] = {}
        self._pairs: dict[Key, _Pair] = {}
        self._ways: _Ways | None = None
        self._found: dict[Key, list[Difference]] = {}
        self._looked_at = 0
        self._searched = 0
        self._marks = (
            Marking(lambda schema: self._flattened(before, schema), count=self._count),
            Marking(lambda schema: self._flattened(after, schema), count=self._count),
        )

    def add(self, before: Any, after: Any, way: Way) -> Key:
        """A pair that is asked about later. Raises InvalidInputError where there is too much to compare."""
        self._ways = None
        self._found.clear()
        root = self._key(before, after, way)
        waiting = deque([(root, before, after)])
        while waiting:
            key, one, other = waiting.popleft()
            if key in self._pairs:
                continue
            if len(self._pairs) >= MOST_PAIRS:
                raise InvalidInputError("there is too much in it to be compared")
            was, now = self._both(one, other, way)
            self._count(was.size + now.size)
            inner = [(step, self._key(a, b, way), a, b) for step, a, b in _inner(one, other, was, now)]
            found = _first(changes_of(was, now, way))
            self._pairs[key] = _Pair(found, [(step, known) for step, known, _, _ in inner])
            waiting.extend((known, a, b) for _, known, a, b in inner)
        return root

    def differences(self, root: Key) -> list[Difference]:
        """Each with its place, the nearest first, a few at most; asked for when all pairs are added.

        Where there is one that breaks, one that does is among them. Raises InvalidInputError where it is too much.
        """
        if root not in self._found:
            self._found[root] = self._search(root)
        return self._found[root]

    def count_searched(self, steps: int) -> None:
        """Raises InvalidInputError: a small document may say of each operation that it has all that changed."""
        self._searched += steps
        if self._searched > MOST_SEARCHED:
            raise InvalidInputError("there is too much in it to be compared")

    def _search(self, root: Key) -> list[Difference]:
        if self._ways is None:
            self._ways = _Ways(self._pairs)
        found = list(islice(self._nearest(root, self._ways), MOST_FOUND))
        if not any(one.is_breaking for one in found) and root in self._ways.to_breaking:
            found.append(self._at_end_of(self._ways.to_breaking, root))
        return found or ([self._at_end_of(self._ways.to_any, root)] if root in self._ways.to_any else [])

    def _nearest(self, root: Key, ways: _Ways) -> Iterator[Difference]:
        """Among the pairs near by: in what is much entangled each may be found in everything."""
        waiting, seen = deque([("", root)]), {root}
        while waiting:
            place, key = waiting.popleft()
            self.count_searched(1 + len(ways.near.get(key, ())))
            yield from (replace(one, at=_joined(place, one.at)) for one in self._pairs[key].found)
            for step, inner in ways.near.get(key, ()) if len(seen) < MOST_NEAR else ():
                if inner not in seen:
                    seen.add(inner)
                    waiting.append((_joined(place, step), inner))

    def _at_end_of(self, ways: Mapping[Key, _Step | None], root: Key) -> Difference:
        """It may be far: of the way there only the beginning is told."""
        place, step = "", ways[root]
        end = step.end if step else root
        for _ in range(LONGEST_PLACE):
            if step is None:
                break
            place, step = _joined(place, step.name)[:LONGEST_PLACE], ways[step.to]
        found = self._pairs[end].found
        one = next((each for each in found if each.is_breaking), found[0])
        return replace(one, at=_joined(place, one.at))

    def _key(self, before: Any, after: Any, way: Way) -> Key:
        return (id(self._before.at(before)), id(self._after.at(after)), way)

    def _flattened(self, document: Document, schema: Any) -> Flat:
        key = (document is self._before, id(document.at(schema)))
        if key not in self._flat:
            self._flat[key] = flat(document, schema)
            self._count(self._flat[key].size)
        return self._flat[key]

    def _carried(self, document: Document, schema: Any, way: Way) -> Flat:
        """Without the fields that go the other way only. Most schemas have none, and stay what they are."""
        key = (document is self._before, id(document.at(schema)), way)
        if key not in self._one_way:
            self._one_way[key] = _without_absent(document, self._flattened(document, schema), way)
        return self._one_way[key]

    def _count(self, size: int) -> None:
        """Raises InvalidInputError: a small document may say that everything in it is put together from everything."""
        self._looked_at += size
        if self._looked_at > MOST_LOOKED_AT:
            raise InvalidInputError("there is too much in it to be compared")

    def _both(self, before: Any, after: Any, way: Way) -> tuple[Flat, Flat]:
        """What became one of several, or was one, is a choice of one."""
        one, other = self._carried(self._before, before, way), self._carried(self._after, after, way)
        marks, turned = self._marks, (self._marks[1], self._marks[0])
        if one.choices and other.choices:
            return one, replace(other, choices=renamed(one.choices, other.choices, marks=marks))
        if other.choices and (name := name_among(before, other.choices, marks=marks)):
            return Flat(choices={name: before}), other
        if one.choices and (name := name_among(after, one.choices, marks=turned)):
            return one, Flat(choices={name: after})
        return one, other


def _inner(before: Any, after: Any, one: Flat, other: Flat) -> Iterator[tuple[str, Any, Any]]:
    for name, field in one.fields.items():
        if name in other.fields:
            yield shown(name), field, other.fields[name]
    yield from _in_all(one, other)
    for name, choice in one.choices.items():
        if name in other.choices:
            yield f"({shown(name)})", choice, other.choices[name]


def _in_all(one: Flat, other: Flat) -> Iterator[tuple[str, Any, Any]]:
    """What is in each place of a list, and under each name of a map."""
    for kind, step in (("array", "[]"), ("object", "*")):
        before, after = one.inside(kind), other.inside(kind)
        bare, full = (one, other) if before is None else (other, one)
        if (before is not None and after is not None) or (before is not after and _is_open(kind, bare, full)):
            yield step, before, after


def _is_open(kind: str, bare: Flat, full: Flat) -> bool:
    """Whether anything may be in one, since nothing is said of it, where the other says what.

    Where it says not even of which kind it is, and the other does, the types differ already.
    """
    if bare.values is not None or bare.choices or kind in bare.elsewhere:
        return False
    if bare.types is None:
        return full.types is None
    return kind in bare.types and (full.types is None or kind in full.types)


def _without_absent(document: Document, one: Flat, way: Way) -> Flat:
    name = "readOnly" if way is Way.SENT else "writeOnly"
    absent = {
        known
        for known, field in one.fields.items()
        if isinstance(field, dict) and field.get(name, document.at(field).get(name)) is True
    }
    if not absent:
        return one
    fields = {known: field for known, field in one.fields.items() if known not in absent}
    return replace(one, fields=fields, required=one.required - absent)


def _first(found: Iterator[Difference]) -> list[Difference]:
    """Of what breaks as many as are told, and as many of the rest."""
    kept: list[Difference] = []
    left = {True: MOST_FOUND, False: MOST_FOUND}
    for one in found:
        if left[one.is_breaking] > 0:
            left[one.is_breaking] -= 1
            kept.append(one)
    return kept


def _joined(place: str, step: str) -> str:
    return f"{place}{step}" if not (place and step) or step.startswith(("[", "(")) else f"{place}.{step}"
