"""The operations of an API, the same way for every version of its description."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from shared.control.registry.openapi.checking import METHODS
from shared.control.registry.openapi.credentials import Ways, ways_in
from shared.control.registry.openapi.document import Document
from shared.runtime.errors import InvalidInputError

_TEMPLATE: Final = re.compile(r"\{([^{}/]*)\}")
_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
MOST_READ: Final = 500_000  # parameters, media types and credentials, each as often as an operation has it
_LONGEST: Final = 300  # characters of what stands before each path
_TYPE_KEYS: Final = ("type", "format", "items", "enum", "x-nullable")

Schema = Any  # an object of the document, or a boolean
Content = Mapping[str, Schema]  # by media type


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str  # as people see it; a path's go by their place
    place: str
    is_required: bool
    schema: Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    is_required: bool
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    name: str  # `GET /pets/{id}`
    parameters: Mapping[tuple[str, str], Parameter] = field(default_factory=dict)  # by place and name
    body: Body | None = None
    answers: Mapping[str, Content] = field(default_factory=dict)  # by status
    security: Ways = ()
    is_deprecated: bool = False


def operations_of(document: Document) -> dict[str, Operation]:
    """By method and path, the names in the path left out. The document has been checked.

    Raises InvalidInputError: a small one may say of each operation that it has all of a large list.
    """
    found: dict[str, Operation] = {}
    read = 0
    prefix = _prefix(document)[:_LONGEST]
    for path, item in (document.tree.get("paths") or {}).items():
        if path.startswith("x-"):
            continue
        known = document.at(item)
        for method in METHODS:
            if method in known:
                operation = _Reading(document, known, known[method], f"{method.upper()} {prefix}{path}").operation()
                found[_TEMPLATE.sub("{}", operation.name)] = operation
                read += _size(operation)
                if read > MOST_READ:
                    raise InvalidInputError("there is too much in it to be read")
    return found


def _size(one: Operation) -> int:
    contents = [*one.answers.values(), one.body.content if one.body else {}]
    return len(one.parameters) + sum(map(len, contents)) + sum(map(len, one.security))


def _prefix(document: Document) -> str:
    """The path that all paths are below: what callers see."""
    if document.is_old:
        base = document.tree.get("basePath")
        return base.rstrip("/") if isinstance(base, str) else ""
    servers = document.tree.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], dict) else {}
    url = _TEMPLATE.sub(lambda match: _chosen(first, match[1]), str(first.get("url", "")))
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError:
        return ""


def _chosen(server: Mapping[str, Any], name: str) -> str:
    """What stands for a variable, where nothing else is said."""
    variables = server.get("variables")
    known = variables.get(name) if isinstance(variables, dict) else None
    return str(known.get("default", "")) if isinstance(known, dict) else ""


class _Reading:
    """One operation of a document."""

    def __init__(self, document: Document, item: Mapping[str, Any], said: Mapping[str, Any], name: str) -> None:
        self._document = document
        self._said = said
        self._name = name
        self._in_path = {one: str(number) for number, one in enumerate(_TEMPLATE.findall(name), start=1)}
        every = [*_list(item.get("parameters")), *_list(said.get("parameters"))]
        self._given = [document.at(one) for one in every]  # the operation's come last, and count

    def operation(self) -> Operation:
        return Operation(
            name=self._name,
            parameters={self._key(one): self._parameter(one) for one in self._given if self._is_parameter(one)},
            body=self._old_body() if self._document.is_old else self._body(),
            answers=dict(self._answers()),
            security=ways_in(self._said.get("security", self._document.tree.get("security"))),
            is_deprecated=self._said.get("deprecated") is True,
        )

    def _is_parameter(self, one: Mapping[str, Any]) -> bool:
        return one.get("in") not in ("body", "formData")

    def _key(self, one: Mapping[str, Any]) -> tuple[str, str]:
        place, name = str(one.get("in")), str(one.get("name"))
        if place == "path":
            return place, self._in_path.get(name, name)
        return place, name.lower() if place == "header" else name

    def _parameter(self, one: Mapping[str, Any]) -> Parameter:
        return Parameter(
            name=str(one.get("name")),
            place=str(one.get("in")),
            is_required=one.get("required") is True,
            schema=self._schema(one),
        )

    def _schema(self, one: Mapping[str, Any]) -> Schema:
        if self._document.is_old:
            return {name: one[name] for name in _TYPE_KEYS if name in one}
        if "schema" in one:
            return one["schema"]
        return next(iter(self._content(one.get("content")).values()), {})

    def _body(self) -> Body | None:
        if "requestBody" not in self._said:
            return None
        body = self._document.at(self._said["requestBody"])
        return Body(is_required=body.get("required") is True, content=self._content(body.get("content")))

    def _old_body(self) -> Body | None:
        form = [one for one in self._given if one.get("in") == "formData"]
        for one in self._given:
            if one.get("in") == "body":
                medias = self._medias("consumes", _JSON)
                content = dict.fromkeys(medias, one.get("schema", {}))
                return Body(is_required=one.get("required") is True, content=content)
        return self._form(form) if form else None

    def _form(self, fields: list[dict[str, Any]]) -> Body:
        """Its fields, as those of an object."""
        required = [str(one.get("name")) for one in fields if one.get("required") is True]
        properties = {str(one.get("name")): self._schema(one) for one in fields}
        schema = {"type": "object", "properties": properties, "required": required}
        return Body(is_required=bool(required), content=dict.fromkeys(self._medias("consumes", _FORM), schema))

    def _answers(self) -> Iterator[tuple[str, Content]]:
        for status, said in (self._said.get("responses") or {}).items():
            if status.startswith("x-"):
                continue
            response = self._document.at(said)
            if not self._document.is_old:
                yield status, self._content(response.get("content"))
            elif "schema" in response:
                yield status, dict.fromkeys(self._medias("produces", _JSON), response["schema"])
            else:
                yield status, {}

    def _medias(self, name: str, usual: str) -> list[str]:
        said = self._said.get(name, self._document.tree.get(name))
        return [_media(str(one)) for one in _list(said)] or [usual]

    def _content(self, content: Any) -> dict[str, Schema]:
        known = content.items() if isinstance(content, dict) else ()
        return {_media(name): self._document.at(one).get("schema", {}) for name, one in known}


def _media(text: str) -> str:
    """Without its parameters."""
    return text.partition(";")[0].strip().lower()


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
