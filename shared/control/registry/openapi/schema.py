"""A schema as it matters to callers: which values it stands for, flat, whatever it was put together from."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.control.registry.openapi.document import REF, Document, canonical

MOST_PARTS: Final = 200  # of one schema that is put together from others
_ANY_OF: Final = ("oneOf", "anyOf")
_LISTS: Final = ("allOf", "enum", "required", *_ANY_OF)
_ONLY_TYPE: Final = frozenset(
    {"type", "title", "description", "format", "nullable", "maxLength", "minLength", "pattern"}
)
# What says what is in a list or a map other than with one schema for all of it.
_ELSEWHERE: Final = {
    "array": ("prefixItems", "unevaluatedItems"),
    "object": ("patternProperties", "unevaluatedProperties"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """`types`, `format` and `values` are None where anything goes. `is_closed`: fields it does not name are refused.

    `elsewhere`: of which kinds it says what is in them in a way that is not compared.
    `size` is how much was looked at for it, in fields, values, and schemas it is put together from.
    """

    types: frozenset[str] | None = None
    format: str | None = None
    values: frozenset[str] | None = None  # the only ones there are, as JSON
    fields: Mapping[str, Any] = field(default_factory=dict)  # schemas
    required: frozenset[str] = frozenset()
    items: Any = None  # a schema
    others: Any = None  # the schema of fields that have no name
    is_closed: bool = False
    elsewhere: frozenset[str] = frozenset()
    choices: Mapping[str, Any] = field(default_factory=dict)  # schemas, one of which it is
    size: int = field(default=1, compare=False)

    def inside(self, kind: str) -> Any:
        """The schema of all that is in a list, or in a map; None where it has none."""
        return self.items if kind == "array" else self.others


ANYTHING: Final = Flat()


def flat(document: Document, schema: Any) -> Flat:
    """Raises InvalidInputError for a reference that is not good."""
    parts = list(_parts(document, schema))
    choices = [_choices(document, part) for part in parts]
    formats = [part["format"] for part in parts if isinstance(part.get("format"), str)]
    values = [known for part in parts if (known := _values(part)) is not None]
    return Flat(
        types=_common(parts, choices),
        format=formats[0] if formats else None,
        values=frozenset.intersection(*values) if values else None,
        fields={name: one for part in parts for name, one in _object(part.get("properties")).items()},
        required=frozenset(name for part in parts for name in _texts(part.get("required"))),
        items=next((part["items"] for part in parts if "items" in part), None),
        others=next((one for part in parts if isinstance(one := part.get("additionalProperties"), dict)), None),
        is_closed=any(part.get("additionalProperties") is False for part in parts),
        elsewhere=frozenset(_elsewhere(parts)),
        choices={name: one for known in choices if not known.is_plain for name, one in known.named.items()},
        size=sum(map(_size, parts)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choices:
    """What one part says it is one of (`oneOf`, `anyOf`), without nothing: `may_be_null` says that.

    `named`: by what each refers to, or else by its place. `types`: of those that say nothing but a type.
    """

    named: Mapping[str, Any] = field(default_factory=dict)
    types: frozenset[str] | None = None
    may_be_null: bool = False

    @property
    def is_plain(self) -> bool:
        """There is no choice: types are types, and of one alone it is that one."""
        return self.types is not None or len(self.named) < 2


def _parts(document: Document, schema: Any) -> Iterator[dict[str, Any]]:
    """A schema, and all that it says it is too (`allOf`, the only one of `oneOf`), each once."""
    waiting, seen = deque([schema]), set[int]()
    while waiting and len(seen) < MOST_PARTS:
        part = document.at(waiting.popleft())
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            known = _choices(document, part)
            waiting += _list(part.get("allOf"))
            waiting += known.named.values() if len(known.named) == 1 else []


def _elsewhere(parts: list[dict[str, Any]]) -> Iterator[str]:
    if any(part.get("additionalProperties") is False for part in parts):
        yield "object"
    for kind, names in _ELSEWHERE.items():
        if any(name in part for part in parts for name in names):
            yield kind


def _size(part: Mapping[str, Any]) -> int:
    return 1 + len(_object(part.get("properties"))) + sum(len(_list(part.get(name))) for name in _LISTS)


def _choices(document: Document, part: Mapping[str, Any]) -> _Choices:
    every = [(f"{name} {n}", one) for name in _ANY_OF for n, one in enumerate(_list(part.get(name)), start=1)]
    some = [(place, one) for place, one in every if document.at(one).get("type") != "null"]
    named = {ref_name(one) or place: one for place, one in some}
    plain = [_types(one) for _, one in some if isinstance(one, dict) and one.keys() <= _ONLY_TYPE]
    types = frozenset(kind for kinds in plain for kind in kinds or ())
    is_plain = len(some) > 1 and len(plain) == len(some)
    return _Choices(named=named, types=types if is_plain else None, may_be_null=len(some) < len(every))


def _common(parts: list[dict[str, Any]], choices: list[_Choices]) -> frozenset[str] | None:
    """The types that all of it agrees on; None for any."""
    kinds = [kind for part in parts if (kind := _types(part)) is not None]
    kinds += [known.types for known in choices if known.types is not None]
    if not kinds:
        return None
    return frozenset.intersection(*kinds) | ({"null"} if any(one.may_be_null for one in choices) else frozenset())


def ref_name(schema: Any) -> str | None:
    """The last part of what it refers to."""
    link = schema.get(REF) if isinstance(schema, dict) else None
    return link.rpartition("/")[2] if isinstance(link, str) else None


def _types(part: Mapping[str, Any]) -> frozenset[str] | None:
    said = part.get("type")
    types = {said} if isinstance(said, str) else set(_texts(said))
    if not types and "properties" in part:
        types = {"object"}
    if not types:
        return None
    if part.get("nullable") is True or part.get("x-nullable") is True:
        types.add("null")
    return frozenset(types | ({"integer"} if "number" in types else set()))


def _values(part: Mapping[str, Any]) -> frozenset[str] | None:
    if "const" in part:
        return frozenset({canonical(part["const"]).decode()})
    said = part.get("enum")
    return frozenset(canonical(one).decode() for one in said) if isinstance(said, list) else None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [one for one in _list(value) if isinstance(one, str)]
