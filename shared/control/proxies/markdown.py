"""Reports as Markdown, for people."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#~])")


def markdown_of(title: str, report: Mapping[str, Any]) -> str:
    """Whatever is in a report: values as a list, counts and lines as tables, what stands in it under headings."""
    return "\n".join(_section(title, report, 1)).strip() + "\n"


def plain(value: Any) -> str:
    """On one line, and nothing of it is taken for Markdown."""
    text = "-" if value is None else {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    return _SPECIAL.sub(r"\\\1", " ".join(str(text).split()))


def _section(title: str, values: Mapping[str, Any], depth: int) -> Iterator[str]:
    yield from (f"{'#' * depth} {_words(title)}", "")
    facts = {name: value for name, value in values.items() if not isinstance(value, Mapping | list)}
    yield from (f"- {_words(name)}: {plain(value)}" for name, value in facts.items())
    if facts:
        yield ""
    for name, value in values.items():
        if isinstance(value, list):
            yield from _lines(name, value, depth + 1)
        elif isinstance(value, Mapping):
            yield from _section(name, value, depth + 1) if value else _nothing(name, depth + 1)


def _lines(title: str, values: list[Any], depth: int) -> Iterator[str]:
    if not values:
        yield from _nothing(title, depth)
    elif all(isinstance(value, Mapping) for value in values):
        yield from (f"{'#' * depth} {_words(title)}", "", *_table(values), "")
    else:
        yield from (f"{'#' * depth} {_words(title)}", "", *(f"- {plain(value)}" for value in values), "")


def _table(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    yield f"| {' | '.join(map(_words, names))} |"
    yield f"| {' | '.join('---' for _ in names)} |"
    yield from (f"| {' | '.join(plain(row.get(name)) for name in names)} |" for row in rows)


def _nothing(title: str, depth: int) -> Iterator[str]:
    yield from (f"{'#' * depth} {_words(title)}", "", "None.", "")


def _words(name: str) -> str:
    """A field's name as people write it; what is no field's name stays as it is."""
    return plain(name.replace("_", " ") if name.islower() and name.isascii() and "." not in name else name)
