"""Whether a description is one that can be relied on: all that operations are read from has the shape it should have.

Sources: the Swagger 2.0 specification, the OpenAPI specifications 3.0.4 and 3.1.1. Their full schemas are not checked:
see docs/decisions.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.control.registry.openapi.document import Document, shown
from shared.runtime.errors import InvalidInputError

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MOST_TOLD: Final = 5
_STATUS: Final = re.compile(r"default|[1-5](XX|[0-9]{2})", re.ASCII)
_PLACES: Final = {True: {"query", "header", "path", "formData", "body"}, False: {"query", "header", "path", "cookie"}}
_TEMPLATE: Final = re.compile(r"\{[^{}/]*\}")

Problems = Iterator[str]


def check_document(document: Document) -> None:
    """Raises InvalidInputError with the first few problems, each with its place."""
    document.check_references()
    problems = list(_problems(document))
    if problems:
        more = f"; and {len(problems) - MOST_TOLD} more" if len(problems) > MOST_TOLD else ""
        raise InvalidInputError("; ".join(problems[:MOST_TOLD]) + more)


def _problems(document: Document) -> Problems:
    yield from _info(document.tree.get("info"))
    paths = document.tree.get("paths")
    if not isinstance(paths, dict):
        if paths is not None or not document.version.startswith("3.1"):
            yield "paths: it has to be an object"
        return
    yield from _paths(document, paths)
    yield from _twice(document, paths)


def _info(info: Any) -> Problems:
    if not isinstance(info, dict):
        yield "info: it has to be an object"
        return
    for name in ("title", "version"):
        if not isinstance(info.get(name), str) and not (name == "version" and isinstance(info.get(name), int | float)):
            yield f"info.{name}: it has to be there, as a text"


def _paths(document: Document, paths: Mapping[str, Any]) -> Problems:
    known: set[str] = set()
    for path, item in _named(paths):
        where = shown(path)
        if not path.startswith("/"):
            yield f"{where}: a path begins with /"
        if (plain := _TEMPLATE.sub("{}", path)) in known:
            yield f"{where}: there is this path twice, with other names in it"
        known.add(plain)
        yield from _item(document, where, item)


def _item(document: Document, where: str, item: Any) -> Problems:
    if not isinstance(item, dict):
        yield f"{where}: it has to be an object"
        return
    known = document.at(item)
    yield from _parameters(document, where, known.get("parameters"))
    for method in METHODS:
        if method in known:
            yield from _operation(document, f"{method.upper()} {where}", known[method])


def _operation(document: Document, where: str, operation: Any) -> Problems:
    if not isinstance(operation, dict):
        yield f"{where}: it has to be an object"
        return
    yield from _parameters(document, where, operation.get("parameters"))
    yield from _responses(document, where, operation.get("responses"))
    if "requestBody" in operation and not document.is_old:
        body = document.at(operation["requestBody"])
        if not isinstance(body.get("content"), dict):
            yield f"{where}: requestBody.content has to be an object"
    if "security" in operation and not isinstance(operation["security"], list):
        yield f"{where}: security has to be a list"


def _parameters(document: Document, where: str, parameters: Any) -> Problems:
    if parameters is None:
        return
    if not isinstance(parameters, list):
        yield f"{where}: parameters has to be a list"
        return
    known = [document.at(one) for one in parameters]
    for one in known:
        yield from _parameter(document, where, one)
    names = Counter((str(one.get("in")), str(one.get("name"))) for one in known)
    yield from (f"{where}: the parameter {shown(name)} is there twice" for (_, name), n in names.items() if n > 1)


def _parameter(document: Document, where: str, one: Mapping[str, Any]) -> Problems:
    name, place = one.get("name"), one.get("in")
    if not isinstance(name, str) or not isinstance(place, str):
        yield f"{where}: a parameter has a name and a place (in), as texts"
        return
    if place not in _PLACES[document.is_old]:
        yield f"{where}: the parameter {shown(name)} is in {shown(place)}, and there is no such place"
    if place == "path" and one.get("required") is not True:
        yield f"{where}: the parameter {shown(name)} is in the path, so it has to be required"
    if not _has_type(document, one):
        yield f"{where}: of the parameter {shown(name)} nothing says what it is"


def _has_type(document: Document, one: Mapping[str, Any]) -> bool:
    if document.is_old and one["in"] != "body":
        return isinstance(one.get("type"), str)
    return "schema" in one or (not document.is_old and isinstance(one.get("content"), dict))


def _responses(document: Document, where: str, responses: Any) -> Problems:
    if responses is None and document.version.startswith("3.1"):
        return
    if not isinstance(responses, dict) or not responses:
        yield f"{where}: responses has to be an object, with one answer at least"
        return
    for status, response in _named(responses):
        if not _STATUS.fullmatch(status):
            yield f"{where}: {shown(status)} is no status"
        elif not isinstance(document.at(response).get("description"), str):
            yield f"{where}: the answer {status} has no description"


def _twice(document: Document, paths: Mapping[str, Any]) -> Problems:
    """Ids of operations."""
    items = [document.at(item) for _, item in _named(paths)]
    found = [item[method] for item in items for method in METHODS if isinstance(item.get(method), dict)]
    ids = Counter(one["operationId"] for one in found if isinstance(one.get("operationId"), str))
    yield from (f"the operationId {shown(one)} is there twice" for one, number in ids.items() if number > 1)


def _named(parts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Without extensions."""
    return ((name, part) for name, part in parts.items() if not name.startswith("x-"))
