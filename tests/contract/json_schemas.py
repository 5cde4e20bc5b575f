"""JSON Schemas of providers: what is wrong with a value, and cutting a schema down to what is reached."""

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

# Characters of a message: it quotes the value, and a value may be a whole page. What is wrong stands at the end.
SHOWN = 160
_REFERENCE = re.compile(r'"\$ref": "#/\$defs/([^"]+)"')


def load(file: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(file.read_text())
    return schema


def checker(schema: dict[str, Any]) -> Callable[[str, Any], list[str]]:
    """`(name, value)` → what is wrong with the value by the definition of that name, and where; empty if it is good."""

    @cache
    def validator(name: str) -> Draft202012Validator:
        return Draft202012Validator({**schema, "$ref": f"#/$defs/{name}"}, validate_formats=True)

    def violations(name: str, value: Any) -> list[str]:
        if found := unsendable(value):
            return found
        return [_told(error) for refused in validator(name).iter_errors(value) for error in _closest(refused)]

    return violations


def unsendable(value: Any) -> list[str]:
    """Why a value is no JSON in UTF-8 (a lone surrogate, NaN, a Decimal); nothing where it is."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        return [f"body: no JSON: {error}"]
    return []


def _closest(error: ValidationError) -> Iterator[ValidationError]:
    """Of alternatives that all refuse a value, the one that got furthest into it says best what is wrong."""
    if not isinstance(error.kind, ValidationErrorKind.AnyOf):
        yield error
        return
    furthest = max(error.kind.context, key=lambda branch: max((len(one.instance_path) for one in branch), default=0))
    for one in furthest:
        yield from _closest(one)


def _told(error: ValidationError) -> str:
    where = ".".join(map(str, error.instance_path)) or "body"
    message = error.message
    return f"{where}: {message if len(message) <= SHOWN else '…' + message[-SHOWN:]}"


def reachable(definitions: dict[str, Any], *roots: str) -> dict[str, Any]:
    """The definitions of that name and all they refer to, by name."""
    found: dict[str, Any] = {}
    wanted = list(roots)
    while wanted:
        name = wanted.pop()
        if name not in found:
            found[name] = definitions[name]
            wanted += _REFERENCE.findall(json.dumps(found[name]))
    return dict(sorted(found.items()))


def closed(part: Any) -> Any:
    """The same, and an object takes no fields but those it names."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    inside = {name: closed(value) for name, value in part.items()}
    return {"additionalProperties": False} | inside if isinstance(part.get("properties"), dict) else inside
