"""What checks need to know of a document, taken from it once, when it is saved."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from shared.control.ingestion import markdown, storage_format
from shared.control.ingestion.endpoints import endpoints_of
from shared.control.ingestion.envelope import ASCIIDOC, MARKDOWN, OPENAPI, PLAIN, RST, STORAGE
from shared.control.ingestion.openapi import read_api

_MOST: Final = 2_000  # of each
_LONGEST: Final = 500  # characters of each
_EACH: Final = 350  # bytes: a text, and its places in what documents are compared by
_ROOM: Final = 120_000  # bytes of all: a thing in the ledger has at most 400 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """`endpoints` are those a text names, `operations` those of an OpenAPI document, below each of `prefixes`."""

    links: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    is_cut: bool = False  # there is more than is kept

    @property
    def room(self) -> int:
        """Bytes that it takes while it is looked at, about: a short text takes much more than its letters."""
        return sum(_EACH + 2 * len(value) for name in _LISTS for value in getattr(self, name))

    def to_text(self) -> str:
        said = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


_LISTS: Final = tuple(one.name for one in fields(Outline) if one.name != "is_cut")


def outline_of(document: Mapping[str, Any]) -> Outline:
    """Of the `document` of an envelope."""
    read = _READERS.get(str(document.get("content_type")), _of_text)
    return _fitted(read(str(document["content"])))


def from_text(text: str) -> Outline:
    known = json.loads(text)
    return Outline(is_cut=known.pop("is_cut", False), **{name: tuple(value) for name, value in known.items()})


def _of_text(content: str) -> Outline:
    plain = markdown.without_fences(content)
    return Outline(
        links=tuple(markdown.links_of(plain)),
        anchors=tuple(markdown.anchors_of(plain)),
        endpoints=tuple(endpoints_of(content)),  # mostly in code
    )


def _of_rst(content: str) -> Outline:
    return Outline(
        links=tuple(markdown.links_of(content, code=markdown.LITERAL)),
        endpoints=tuple(endpoints_of(content)),
    )


def _of_storage(content: str) -> Outline:
    text = storage_format.text_of(content)
    return Outline(links=tuple(storage_format.links_of(content)), endpoints=tuple(endpoints_of(text)))


def _of_api(content: str) -> Outline:
    api = read_api(content)
    return Outline(operations=api.operations, prefixes=api.prefixes) if api else Outline()


_READERS: Final[Mapping[str, Callable[[str], Outline]]] = {
    MARKDOWN: _of_text,
    RST: _of_rst,
    ASCIIDOC: _of_text,
    PLAIN: _of_text,
    STORAGE: _of_storage,
    OPENAPI: _of_api,
}


def _fitted(outline: Outline) -> Outline:
    """No more than there is room for: the first of each."""
    whole = {name: getattr(outline, name) for name in _LISTS}
    most = _MOST
    while True:
        kept = {name: _first(value, most) for name, value in whole.items()}
        fitted = replace(outline, **kept, is_cut=kept != whole)
        if len(fitted.to_text().encode()) <= _ROOM:
            return fitted
        most //= 2


def _first(values: Iterable[str], most: int) -> tuple[str, ...]:
    return tuple([value for value in values if len(value) <= _LONGEST][:most])
