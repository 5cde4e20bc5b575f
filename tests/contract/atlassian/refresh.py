"""Make `schema.json` anew from the npm packages `jira.js` and `confluence.js`, which are made from Atlassian's own
descriptions of its APIs.

`.venv/bin/python -m tests.contract.atlassian.refresh` needs npm and node. For newer versions, change the packages here.
"""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contract.json_schemas import reachable
from tests.contract.packages import Package, fetch, install_for_node, provenance, write_json

LICENCE = "MIT, Copyright (c) Vladislav Tupikin"
JIRA = Package(
    registry="npm",
    name="jira.js",
    version="6.2.0",
    sha256="ae71430f74fd1e44f377bed143b83ec86f14221560601782f396eb3ec0a6f153",
    licence=LICENCE,
)
CONFLUENCE = Package(
    registry="npm",
    name="confluence.js",
    version="3.2.0",
    sha256="93235250911dc6597aefd06d0d4eb744beb63e29c2ddcc8634858a2d8be5e1fa",
    licence=LICENCE,
)
ZOD = "zod@4.6.7"
SCHEMA = Path(__file__).with_name("schema.json")
COMMAND = ".venv/bin/python -m tests.contract.atlassian.refresh"

# With AUDIT_SCHEMAS the schemas take no fields and no words but those that Atlassian documents. What a parameter is
# called in the query only the call itself says, so it is made, to nobody.
_PRINT = """
import { z } from "zod";
import * as jira from "./node_modules/jira.js/dist/cloud/models/index.js";
import { searchAndReconsileIssuesUsingJqlPost } from "./node_modules/jira.js/dist/cloud/api/issueSearch.js";
import { PagesSchema } from "./node_modules/confluence.js/dist/v2/models/index.js";
import { GetPagesSchema } from "./node_modules/confluence.js/dist/v2/parameters/index.js";
import { getPages } from "./node_modules/confluence.js/dist/v2/api/page.js";
const nobody = { sendRequest: (config) => config };
const named = new Proxy({}, { get: (_, name) => name });
const search = await searchAndReconsileIssuesUsingJqlPost(nobody, named);
const pages = await getPages(nobody, named);
const made = (schema) => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
console.log(JSON.stringify({
  asked: { search: [search.method, search.url, search.body], pages: [pages.method, pages.url, pages.searchParams] },
  Search: made(jira.SearchAndReconcileRequestSchema),
  Issues: made(jira.SearchAndReconcileResultsSchema),
  PagesQuery: made(GetPagesSchema),
  Pages: made(PagesSchema),
}));
"""


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        archives = [str(fetch(package, folder)) for package in (JIRA, CONFLUENCE)]
        install_for_node(folder, *archives, ZOD)
        (folder / "print.js").write_text(_PRINT)
        published = json.loads(_printed(folder))
    write_json(SCHEMA, made(published))


def made(published: dict[str, Any]) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    for name in ("Search", "Issues", "Pages"):
        definitions |= _own(name, published[name])
    _patch_search(definitions["Search"])
    _patch_moments(definitions)
    definitions["PagesQuery"] = _query(published["PagesQuery"], published["asked"]["pages"][2])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-provenance": [
            provenance(
                package,
                what=what,
                files=files,
                made_by=f"{ZOD}, z.toJSONSchema with AUDIT_SCHEMAS; patches: refresh.py, each with its source",
                command=COMMAND,
            )
            for package, what, files in (
                (JIRA, "The search for issues, and its answer; generated", ["package/dist/cloud/models"]),
                (CONFLUENCE, "The list of pages, and its answer; generated", ["package/dist/v2"]),
            )
        ],
        "x-asked": {name: asked[:2] for name, asked in published["asked"].items()},
        "$defs": reachable(definitions, "Search", "Issues", "PagesQuery", "Pages"),
    }


def _patch_search(search: dict[str, Any]) -> None:
    """What is documented, and not in the schema: the search is by a query, and its answer has at most 5,000 issues."""
    search["required"] = ["jql"]
    search["properties"]["jql"] |= {"minLength": 1}
    search["properties"]["maxResults"] = {"type": "integer", "minimum": 1, "maximum": 5_000}


def _patch_moments(definitions: dict[str, Any]) -> None:
    """Of a date that it reads, zod says nothing as JSON. They are written as ISO 8601 has it."""
    page = definitions["Pages"]["properties"]["results"]["items"]["properties"]
    for part in (page, _version(page)):
        part["createdAt"] = {"type": "string", "format": "date-time"}
    page["title"] = {"type": "string"}


def _version(page: dict[str, Any]) -> dict[str, Any]:
    kinds = page["version"].get("anyOf", [page["version"]])
    found: dict[str, Any] = next(kind["properties"] for kind in kinds if "properties" in kind)
    return found


def _query(schema: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """By the names that stand in the address, where all is text."""
    known = schema["properties"]
    properties = {name: _as_text(known[parameter]) for name, parameter in names.items()}
    # "Get pages": at most 250.
    properties["limit"] = {"type": "string", "pattern": r"^([1-9]\d?|1\d\d|2[0-4]\d|250)$"}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _as_text(schema: dict[str, Any]) -> dict[str, Any]:
    """Several values are separated by commas; we give one."""
    schema = schema.get("items", schema)
    if schema.get("type") in ("number", "integer"):
        return {"type": "string", "pattern": r"^\d+$"}
    return {"type": "string", "minLength": 1} | ({"enum": schema["enum"]} if "enum" in schema else {})


def _own(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema by its name, and what it refers to by names of its own."""
    plain = json.loads(json.dumps(_plain(schema)).replace("#/$defs/__schema", f"#/$defs/{name}Part"))
    parts = plain.pop("$defs", {})
    return {name: plain} | {one.replace("__schema", f"{name}Part"): part for one, part in parts.items()}


def _plain(part: Any) -> Any:
    """Without prose. A field may have that name as well: then it is a schema, not a text."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    prose = ("$schema", "description")
    return {name: _plain(value) for name, value in part.items() if name not in prose or isinstance(value, dict)}


def _printed(folder: Path) -> str:
    command = ["env", "AUDIT_SCHEMAS=true", "node", "print.js"]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
