"""One description of the whole API, from the routes of every function that has some."""

import importlib
import json
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from shared.listings.contracts import Match
from shared.messages.contracts import MessageIn

HTTP_FUNCTIONS: Final = (
    "receive_messages",
    "receive_webhooks",
    "serve_admin",
    "serve_blackboard",
    "serve_control",
    "serve_reports",
)
_SCHEMAS: Final = "#/components/schemas/{model}"
_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457 problem details",
    "required": ["type", "title", "status", "detail", "instance", "trace_id"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "trace_id")},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "description": "Which values cannot be used, and why",
            "items": {
                "type": "object",
                "required": ["at", "problem"],
                "properties": {"at": {"type": "string"}, "problem": {"type": "string"}},
            },
        },
    },
}
_REFUSAL: Final = {
    "description": "The request is refused, and nothing has changed",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_UNWELL: Final = {
    **_REFUSAL,
    "description": "Not now: send the same again later; what was recorded is not recorded twice",
}
_KEY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"api_key": []}]
_SIGNATURE: Final[dict[str, list[str]]] = {"webhook_id": [], "webhook_timestamp": [], "webhook_signature": []}
# Who is let in, by the first part of the path; public where there is no row.
_SECURITY: Final[dict[str, list[dict[str, list[str]]]]] = {
    "admin": _KEY,
    "blackboard": _KEY,
    "config": _KEY,
    "demo": _KEY,
    "docstore": _KEY,
    "infrastructure": _KEY,
    "ingest": _KEY,
    "jobs": _KEY,
    "metrics": _KEY,
    "peers": _KEY,
    "registry": _KEY,
    "report": _KEY,
    "summarization": _KEY,
    "workflows": _KEY,
    "messages": _KEY,
    "webhooks": [_SIGNATURE, *_KEY],
}
# Who has a way of its own to say who it is.
_OWN: Final[dict[str, list[dict[str, list[str]]]]] = {
    "/webhooks/telegram": [{"telegram": []}],
    "/webhooks/github": [{"github": []}],
    "/health/system": _KEY,
    "/registry/replicate": [_SIGNATURE],
}
_MESSAGE: Final = {"anyOf": [{"$ref": "#/components/schemas/MessageIn"}, {}]}  # another shape is refused by itself
_LIST: Final = {"type": "array", "minItems": 1, "maxItems": 1_000, "items": _MESSAGE}
_MESSAGES: Final = {
    "anyOf": [
        {"$ref": "#/components/schemas/MessageIn"},
        _LIST,
        {"type": "object", "required": ["messages"], "properties": {"messages": _LIST}},
    ]
}
_POWERTOOLS_ERRORS: Final = ("HTTPValidationError", "ResponseValidationError", "ValidationError")


def document() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for function in HTTP_FUNCTIONS:
        module = importlib.import_module(f"functions.{function}.app")
        app = module.whole_app() if hasattr(module, "whole_app") else module.app
        part = json.loads(app.get_openapi_json_schema(title="Switchyard"))
        paths |= part["paths"]
        schemas |= _new_beside(schemas, part["components"]["schemas"])
    schemas |= models_json_schema([(Match, "validation"), (MessageIn, "validation")], ref_template=_SCHEMAS)[1]["$defs"]
    # A match of another shape is refused by itself, with its index; the call is accepted all the same.
    schemas["JobComplete"]["properties"]["matches"]["items"] = {"anyOf": [{"$ref": _SCHEMAS.format(model="Match")}, {}]}
    paths["/messages"]["post"]["requestBody"]["content"]["application/json"]["schema"] = _MESSAGES
    for name in _POWERTOOLS_ERRORS:
        schemas.pop(name, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Switchyard",
            "version": "1",
            "description": "Services report what happened; operators read listings, follow them, and act on them.",
        },
        "servers": [{"url": "."}],
        "paths": {path: _described(path, operations) for path, operations in sorted(paths.items())},
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": _security_schemes()},
    }


def _new_beside(known: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError where two things have one name: who reads the description would take one for the other."""
    if twice := [name for name, schema in schemas.items() if name in known and known[name] != schema]:
        raise ValueError(f"there are two schemas called {', '.join(twice)}")
    return schemas


def _described(path: str, operations: dict[str, Any]) -> dict[str, Any]:
    security = _OWN.get(path) or _SECURITY.get(path.split("/")[1])
    for operation in operations.values():
        operation["responses"].pop("422", None)
        if security:
            operation["responses"] |= {"4XX": _REFUSAL, "503": _UNWELL}
            operation["security"] = security
    return operations


def _security_schemes() -> dict[str, Any]:
    signed = {name: _header(name.replace("_", "-")) for name in _SIGNATURE}
    keys = {"bearer": {"type": "http", "scheme": "bearer"}, "api_key": _header("x-api-key")}
    own = {"telegram": _header("x-telegram-bot-api-secret-token"), "github": _header("x-hub-signature-256")}
    return {**keys, **signed, **own}


def _header(name: str) -> dict[str, str]:
    return {"type": "apiKey", "in": "header", "name": name}
