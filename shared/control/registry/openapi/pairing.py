"""Which choices of a schema (`oneOf`, `anyOf`) are the same before and after, in whatever order they stand.

What refers to something goes by the name of that. What stands there itself has only a place, which says nothing: it is
known by what it says, or else by what it looks like.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final

from shared.control.registry.openapi.schema import Flat, ref_name

_IN_ANY_ORDER: Final = frozenset({"allOf", "anyOf", "enum", "oneOf", "required"})
_BY_PLACE: Final = ()  # what is left is taken in the order it stands in

Marks = tuple[Hashable | None, ...]  # what tells most first; None where it tells nothing
Choices = Mapping[str, Any]


class Marking:
    """By what the choices of one document are known. `flattened` and `count` are those of a comparison."""

    def __init__(self, flattened: Callable[[Any], Flat], *, count: Callable[[int], None]) -> None:
        self._flattened = flattened
        self._count = count
        # By id: schemas stay where they are.
        self._known: dict[int, Marks] = {}
        self._sums: dict[int, int] = {}

    def __call__(self, schema: Any) -> Marks:
        if id(schema) not in self._known:
            self._known[id(schema)] = (self._sum(schema), self._look(schema), self._tags(schema))
        return self._known[id(schema)]

    def _sum(self, value: Any) -> int:
        """The same of what says the same. What stands in each other is looked at once, however deep it stands."""
        match value:
            case dict():
                if id(value) not in self._sums:
                    self._sums[id(value)] = hash(
                        frozenset((name, self._inside(name, one)) for name, one in value.items())
                    )
                return self._sums[id(value)]
            case list():
                return hash(tuple(map(self._sum, value)))
            case _:
                return hash((type(value), value))

    def _inside(self, name: str, value: Any) -> int:
        is_sorted = name in _IN_ANY_ORDER and isinstance(value, list)
        return hash(tuple(sorted(map(self._sum, value)))) if is_sorted else self._sum(value)

    def _look(self, schema: Any) -> Hashable:
        """Whatever words stand beside it."""
        one = self._flattened(schema)
        self._count(len(one.fields))
        fields = frozenset((name, self._kind(field)) for name, field in one.fields.items())
        inside = tuple(None if inner is None else self._kind(inner) for inner in (one.items, one.others))
        return self._kind(schema), fields, inside, one.required, one.is_closed, frozenset(one.choices)

    def _tags(self, schema: Any) -> Hashable | None:
        """Fields that have one value only: mostly they are there to tell which choice it is."""
        fields = self._flattened(schema).fields.items()
        known = {name: values for name, field in fields if (values := self._flattened(field).values)}
        return frozenset((name, values) for name, values in known.items() if len(values) == 1) or None

    def _kind(self, schema: Any) -> Hashable:
        one = self._flattened(schema)
        return ref_name(schema), one.types, one.format, one.values


def renamed(before: Choices, after: Choices, *, marks: tuple[Marking, Marking]) -> dict[str, Any]:
    """Those of after, each under the name that the same has before; `marks` are of before and of after.

    Which of several that have changed is which, only their places say.
    """
    one, other = (
        {name: (*of(known), _BY_PLACE) for name, known in _nameless(choices).items()}
        for choices, of in ((before, marks[0]), (after, marks[1]))
    )
    same = _paired(one, other)
    return {same.get(name) or (f"another {name}" if name in one else name): known for name, known in after.items()}


def name_among(schema: Any, choices: Choices, *, marks: tuple[Marking, Marking]) -> str | None:
    """What a schema is called among these; None where it is none of them. `marks` are its own and those of these."""
    name, (own, of) = ref_name(schema), marks
    if name in choices:
        return name
    same = _paired({"": own(schema)}, {known: of(one) for known, one in _nameless(choices).items()})
    return next(iter(same), None)


def _nameless(choices: Choices) -> Choices:
    return {name: one for name, one in choices.items() if ref_name(one) is None}


def _paired(before: Mapping[str, Marks], after: Mapping[str, Marks]) -> dict[str, str]:
    """Names of before by those of after: by the first mark that both have, each once, in their order."""
    found: dict[str, str] = {}
    for number in range(min(map(len, before.values()), default=0)):
        taken = set(found.values())
        having: defaultdict[Hashable, deque[str]] = defaultdict(deque)
        for name, marks in before.items():
            if name not in taken:
                having[marks[number]].append(name)
        for name, marks in after.items():
            if name not in found and marks[number] is not None and having[marks[number]]:
                found[name] = having[marks[number]].popleft()
    return found
