"""Make `schema.graphql` anew from the introspection in the npm package `@shopify/dev-mcp`.

`.venv/bin/python -m tests.contract.shopify.refresh` needs npm. For a newer version, change PACKAGE and API_VERSION.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphql import build_client_schema, print_schema

from tests.contract.packages import Package, fetch, provenance, read_member

PACKAGE = Package(
    registry="npm",
    name="@shopify/dev-mcp",
    version="1.16.0",
    sha256="4663c79229028e98f825a09d5f04ec6c3736331b740ce50260f9ffac10709474",
    licence="ISC, Copyright 2025-present, Shopify Inc.",
)
API_VERSION = "2026-10"
INTROSPECTION = f"package/dist/data/admin_{API_VERSION}.json.gz"
SCHEMA = Path(__file__).with_name("schema.graphql")
COMMAND = ".venv/bin/python -m tests.contract.shopify.refresh"

# What is asked of Shopify, and the fields with fields of their own that lead to what is needed back. Of every type on
# the way the fields that are plain values are kept, all of them.
WAYS = {
    "Mutation": ("draftOrderCreate", "metaobjectUpsert"),
    "QueryRoot": ("draftOrders", "metaobjectByHandle"),
    "DraftOrderConnection": ("nodes",),
    "DraftOrderCreatePayload": ("draftOrder", "userErrors"),
    "MetaobjectUpsertPayload": ("metaobject", "userErrors"),
}
# `@idempotent` is in Shopify's schema for every field, but "only supported on mutations that explicitly document" it:
# ours do not, so its use is refused here.
DIRECTIVES = ("deprecated", "include", "oneOf", "skip", "specifiedBy")


def main() -> None:
    with TemporaryDirectory() as name:
        introspection = json.loads(gzip.decompress(read_member(fetch(PACKAGE, Path(name)), INTROSPECTION)))
    SCHEMA.write_text(made(introspection["data"]["__schema"]))


def made(published: dict[str, Any]) -> str:
    # Shopify's schema is not valid to the letter: required input fields are deprecated.
    schema = build_client_schema({"__schema": reduced(published)}, assume_valid=True)  # type: ignore[typeddict-item]
    header = provenance(
        PACKAGE,
        what=f"Of Shopify's GraphQL Admin API {API_VERSION} what our operations reach, without descriptions; generated",
        files=[INTROSPECTION],
        made_by="refresh.py, which says what is left out",
        command=COMMAND,
    )
    lines = [f"# {name}: {', '.join(value) if isinstance(value, list) else value}" for name, value in header.items()]
    return "\n".join(lines) + "\n\n" + print_schema(schema) + "\n"


def reduced(published: dict[str, Any]) -> dict[str, Any]:
    """The types that our operations reach, input types whole."""
    types = {one["name"]: one for one in published["types"]}
    found: dict[str, Any] = {}
    wanted = ["Mutation", "QueryRoot", *(one for one in types if one.startswith("__"))]
    while wanted:
        if (name := wanted.pop()) not in found:
            found[name] = _without_prose(_thinned(types[name], types))
            wanted += _named_in(found[name])
    directives = [_without_prose(one) for one in published["directives"] if one["name"] in DIRECTIVES]
    return published | {"types": [found[name] for name in sorted(found)], "directives": directives}


def _thinned(one: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    if one["kind"] != "OBJECT" or one["name"].startswith("__"):
        return one
    ways = WAYS.get(one["name"], ())
    roots = one["name"] in ("Mutation", "QueryRoot")
    fields = [field for field in one["fields"] if field["name"] in ways or (not roots and _is_plain(field, types))]
    return one | {"fields": fields, "interfaces": []}


def _is_plain(field: dict[str, Any], types: dict[str, Any]) -> bool:
    return not field["args"] and types[_name(field["type"])]["kind"] in ("SCALAR", "ENUM")


def _name(reference: dict[str, Any]) -> str:
    return _name(reference["ofType"]) if reference["ofType"] else str(reference["name"])


def _named_in(part: dict[str, Any]) -> Iterator[str]:
    for field in (part["fields"] or []) + (part["inputFields"] or []):
        yield _name(field["type"])
        yield from (_name(argument["type"]) for argument in field.get("args", []))


def _without_prose(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_prose(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {name: None if name == "description" else _without_prose(value) for name, value in part.items()}


if __name__ == "__main__":
    main()
