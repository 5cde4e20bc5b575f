"""Make `schema.json` anew from the types of the npm package `@notionhq/client`.

`.venv/bin/python -m tests.contract.notion.refresh` needs npm and node. For a newer version, change PACKAGE here.
Notion's own OpenAPI file is not on a registry, and not ours to copy.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contract.json_schemas import reachable
from tests.contract.notion.patches import patched
from tests.contract.notion.reduction import defined, reduced
from tests.contract.packages import Package, fetch, install_for_node, provenance, run, unpack, write_json

PACKAGE = Package(
    registry="npm",
    name="@notionhq/client",
    version="5.26.0",
    sha256="7ddef3ac2be9ca444c3fe28928b3cd0f75d57954fdd96ebb3bc4679119e91c52",
    licence="MIT, Copyright 2021 Notion Labs, Inc.",
)
GENERATOR = "ts-json-schema-generator@2.4.0"
COMPILER = "typescript@5.9.3"
TYPES = "build/src/api-endpoints"
NOTION_VERSION = "2026-03-11"
SCHEMA = Path(__file__).with_name("schema.json")
COMMAND = ".venv/bin/python -m tests.contract.notion.refresh"

# What we send and get, by our name: the file and the type there.
SOURCES = {
    "CreatePage": ("pages.d.ts", "CreatePageBodyParameters"),
    "QueryDataSource": ("data-sources.d.ts", "QueryDataSourceBodyParameters"),
    "Database": ("databases.d.ts", "DatabaseObjectResponse"),
}
OPERATIONS = {
    "create_page": {"method": "POST", "path": "/v1/pages", "body": "CreatePage", "answer": None},
    "query_data_source": {
        "method": "POST",
        "path": "/v1/data_sources/{data_source_id}/query",
        "body": "QueryDataSource",
        "answer": None,
    },
    "get_database": {"method": "GET", "path": "/v1/databases/{database_id}", "body": None, "answer": "Database"},
}


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        types = unpack(fetch(PACKAGE, folder), folder) / TYPES
        install_for_node(folder, GENERATOR, COMPILER)
        published = {ours: _generated(folder, types / file, kind) for ours, (file, kind) in SOURCES.items()}
    write_json(SCHEMA, made(published))


def _generated(folder: Path, file: Path, kind: str) -> dict[str, Any]:
    wanted = ["--path", str(file), "--type", kind, "--expose", "all", "--no-top-ref", "--no-type-check"]
    found: dict[str, Any] = json.loads(run("node_modules/.bin/ts-json-schema-generator", *wanted, folder=folder))
    return found


def made(published: dict[str, dict[str, Any]]) -> dict[str, Any]:
    definitions = patched(reduced(defined(published)))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-provenance": provenance(
            PACKAGE,
            what=f"What we send to Notion by its version {NOTION_VERSION}, and the database that we read; generated",
            files=[f"package/{TYPES}/{file}: {kind}" for file, kind in SOURCES.values()],
            made_by=f"{GENERATOR} with {COMPILER}; left out: reduction.py; patches: patches.py, each with its source",
            command=COMMAND,
        ),
        "x-notion-version": NOTION_VERSION,
        "x-operations": OPERATIONS,
        "$defs": reachable(definitions, *SOURCES),
    }


if __name__ == "__main__":
    main()
