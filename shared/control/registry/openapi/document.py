"""The description of an API: of which version, and what a reference in it leads to. None leads out of it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from shared.runtime.errors import InvalidInputError

REF: Final = "$ref"
MOST_LINKS: Final = 20  # references that lead to references
_SHOWN: Final = 80  # characters
_NOTHING: Final[dict[str, Any]] = {}  # always the same, so that it can be told by its id
_VERSIONS: Final = {"swagger": re.compile(r"2\.0"), "openapi": re.compile(r"3\.[01]\.[0-9]{1,3}(-[0-9A-Za-z.]{1,20})?")}
# What stands there are values somebody gives, and no part of the description.
_VALUES: Final = frozenset({"example", "examples", "default", "enum", "const"})
# What stands there has names that somebody chose: `default` is the name of an answer there.
_NAMES: Final = frozenset(
    {
        "callbacks",
        "content",
        "definitions",
        "$defs",
        "dependentSchemas",
        "encoding",
        "headers",
        "links",
        "parameters",
        "pathItems",
        "paths",
        "patternProperties",
        "properties",
        "requestBodies",
        "responses",
        "schemas",
        "securityDefinitions",
        "securitySchemes",
        "webhooks",
    }
)


class Document:
    def __init__(self, tree: Mapping[str, Any]) -> None:
        """Raises InvalidInputError for another version than 2.0, 3.0 and 3.1."""
        self.tree = tree
        self.version = _version(tree)
        self._found: dict[str, Any] = {}

    @property
    def is_old(self) -> bool:
        """Swagger 2.0."""
        return self.version == "2.0"

    def at(self, part: Any) -> dict[str, Any]:
        """What a part is, behind its reference if it is one; empty where it is no object at all.

        Raises InvalidInputError for a reference that leads nowhere, out of the document, or around in a circle.
        """
        for _ in range(MOST_LINKS):
            if not isinstance(part, dict):
                return _NOTHING
            link = part.get(REF)
            if not isinstance(link, str):
                return part
            part = self._target(link)
        raise InvalidInputError("a reference leads to references, and never to something else")

    def check_references(self) -> None:
        """Raises InvalidInputError for the first that is not good."""
        for part in _parts(self.tree):
            self.at(part)

    def _target(self, link: str) -> Any:
        if link not in self._found:
            self._found[link] = _looked_up(self.tree, link)
        return self._found[link]


def _version(tree: Mapping[str, Any]) -> str:
    for name, known in _VERSIONS.items():
        said = tree.get(name)
        if isinstance(said, str | float) and known.fullmatch(str(said)):
            return str(said)
    raise InvalidInputError("it is no OpenAPI description of version 2.0, 3.0 or 3.1")


def _looked_up(tree: Any, link: str) -> Any:
    if not link.startswith("#/"):
        raise InvalidInputError(f"a reference leads out of it, and is not followed: {shown(link)}")
    found = tree
    for step in link.removeprefix("#/").split("/"):
        found = _inside(found, unquote(step).replace("~1", "/").replace("~0", "~"))
        if found is None:
            raise InvalidInputError(f"a reference leads nowhere: {shown(link)}")
    return found


def _inside(part: Any, step: str) -> Any:
    if isinstance(part, dict):
        return part.get(step)
    is_place = isinstance(part, list) and step.isascii() and step.isdigit() and len(step) < 7
    return part[int(step)] if is_place and int(step) < len(part) else None


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """All objects of the description. What is under names somebody chose is a part, whatever the name is."""
    waiting: list[tuple[Any, bool]] = [(tree, False)]
    while waiting:
        part, is_named = waiting.pop()
        if isinstance(part, list):
            waiting += [(inner, False) for inner in part]
        elif isinstance(part, dict):
            if not is_named:
                yield part
            waiting += [
                (inner, not is_named and name in _NAMES)
                for name, inner in part.items()
                if is_named or not (name in _VALUES or name.startswith("x-"))
            ]


def canonical(value: Any) -> bytes:
    """The same for the same values, in ASCII."""
    return json.dumps(value, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def shown(text: str) -> str:
    """A name or a link of somebody's, so that it can stand in a sentence."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text[:_SHOWN])
    return plain if len(text) <= _SHOWN else f"{plain}…"
