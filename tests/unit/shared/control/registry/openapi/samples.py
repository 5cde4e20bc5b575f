"""A small API described in each of the versions, and what can be changed in it."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from shared.control.registry.openapi.comparing import compare
from shared.control.registry.openapi.document import Document
from shared.control.registry.openapi.drift import Drift

PET: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "format": "int64", "readOnly": True},
        "name": {"type": "string"},
        "kind": {"type": "string", "enum": ["cat", "dog"]},
        "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
    },
}
NEW: Final[Mapping[str, Any]] = {
    "openapi": "3.0.3",
    "info": {"title": "Pets", "version": "1"},
    "servers": [{"url": "https://pets.example/v1"}],
    "security": [{"key": []}],
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "format": "int32"}},
                    {"name": "X-Team", "in": "header", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "Pets",
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}}
                            }
                        },
                    },
                    "404": {"description": "None"},
                },
            },
            "post": {
                "operationId": "createPet",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
                        "application/xml": {"schema": {"$ref": "#/components/schemas/Pet"}},
                    }
                },
                "responses": {"201": {"description": "It is there"}},
            },
        },
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "delete": {"operationId": "deletePet", "security": [], "responses": {"204": {"description": "Gone"}}},
        },
    },
    "components": {
        "schemas": {"Pet": PET},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
    },
}
# The same API, as well as it can be said there.
OLD: Final[Mapping[str, Any]] = {
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "host": "pets.example",
    "basePath": "/v1/",
    "consumes": ["application/json", "application/xml"],
    "produces": ["application/json"],
    "security": [{"key": []}],
    "paths": {
        "/pets": {
            "get": {
                "operationId": "listPets",
                "parameters": [
                    {"name": "limit", "in": "query", "type": "integer", "format": "int32"},
                    {"name": "x-team", "in": "header", "required": True, "type": "string"},
                ],
                "responses": {
                    "200": {
                        "description": "Pets",
                        "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}},
                    },
                    "404": {"description": "None"},
                },
            },
            "post": {
                "operationId": "createPet",
                "parameters": [{"name": "pet", "in": "body", "schema": {"$ref": "#/definitions/Pet"}}],
                "responses": {"201": {"description": "It is there"}},
            },
        },
        "/pets/{petId}": {
            "parameters": [{"name": "petId", "in": "path", "required": True, "type": "string"}],
            "delete": {"operationId": "deletePet", "security": [], "responses": {"204": {"description": "Gone"}}},
        },
    },
    "definitions": {
        "Pet": {
            **PET,
            "properties": {
                **PET["properties"],
                "friends": {"type": "array", "items": {"$ref": "#/definitions/Pet"}},
            },
        }
    },
    "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
}
NEWEST: Final[Mapping[str, Any]] = {**NEW, "openapi": "3.1.1"}
ALL: Final = {"2.0": OLD, "3.0": NEW, "3.1": NEWEST}

NOTHING: Final = object()  # in the place of a value: it is taken out


def changed(*changes: tuple[str, Any], of: Mapping[str, Any] = NEW) -> dict[str, Any]:
    """The document with values in other places: `paths|/pets|get|parameters|0|required`."""
    tree: dict[str, Any] = copy.deepcopy(dict(of))
    for place, value in changes:
        *way, last = place.split("|")
        part: Any = tree
        for step in way:
            part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
        key: Any = int(last) if isinstance(part, list) else last
        if value is NOTHING:
            del part[key]
        elif isinstance(part, list) and key == len(part):
            part.append(value)
        else:
            part[key] = value
    return tree


def drift(before: Mapping[str, Any], after: Mapping[str, Any]) -> Drift:
    return compare(Document(before), Document(after))


def said(found: Drift) -> dict[str, bool]:
    """Every sentence of a drift, and whether it is one that breaks callers."""
    gone = {f"{name} is gone": True for name in found.removed} | {f"{name} is new": False for name in found.added}
    return gone | {
        f"{one.operation}: {each.said}": each.is_breaking for one in found.changed for each in one.differences
    }
