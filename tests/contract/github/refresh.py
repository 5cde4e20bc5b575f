"""Make `schema.json`, `webhooks.json` and `examples.json` anew from GitHub's own descriptions, as npm has them.

`.venv/bin/python -m tests.contract.github.refresh` needs npm. For newer versions, change the packages here.
"""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.runtime.github import API_VERSION
from tests.contract.json_schemas import closed, reachable
from tests.contract.packages import Package, fetch, provenance, read_member, write_json

LICENCE = "MIT, Copyright (c) 2020 Octokit contributors"
API = Package(
    registry="npm",
    name="@octokit/openapi",
    version="23.0.2",
    sha256="71a18407dd5e8464f4e0525daf03deabbe65abd9287d6adc7b5d98f516cd0d0c",
    licence=LICENCE,
)
WEBHOOKS = Package(
    registry="npm",
    name="@octokit/webhooks-schemas",
    version="7.6.1",
    sha256="94be9136c02e5246912d6a4b1f178f8d5430ae36839e46ecfcad0020f42f33ca",
    licence=LICENCE,
)
EXAMPLES = Package(
    registry="npm",
    name="@octokit/webhooks-examples",
    version="7.6.1",
    sha256="89e6cb1c6345d32e3dd775617fa54effbdc26c859e514898d7728e95e9738280",
    licence=LICENCE,
)
HERE = Path(__file__).parent
COMMAND = ".venv/bin/python -m tests.contract.github.refresh"
API_FILE = "package/generated/api.github.com.json"
_WORKFLOW = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}"
_RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"
_COMMITS = "/repos/{owner}/{repo}/commits"
_TREE = "/repos/{owner}/{repo}/git/trees/{tree_sha}"
_BLOB = "/repos/{owner}/{repo}/git/blobs/{file_sha}"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TOLD = ("workflow_run$completed", "workflow_run$in_progress", "workflow_run$requested", "ping$event")
_PATTERNS = {
    "per_page": {"pattern": r"^([1-9]\d?|100)$"},
    "page": {"pattern": r"^[1-9]\d*$"},
    # "Understanding the search syntax": a date of ISO 8601 behind a comparison.
    "created": {"pattern": r"^(>=|<=|>|<)?\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d))?$"},
}
_PROSE = frozenset({"description", "example", "examples", "title", "externalDocs", "x-github-breaking-changes"})


def main() -> None:
    with TemporaryDirectory() as name:
        api, webhooks, examples = (fetch(package, Path(name)) for package in (API, WEBHOOKS, EXAMPLES))
        published = json.loads(read_member(api, API_FILE))
        told = json.loads(read_member(webhooks, "package/schema.json"))
        samples = json.loads(read_member(examples, "package/api.github.com/index.json"))
    write_json(HERE / "schema.json", made(published))
    write_json(HERE / "webhooks.json", made_webhooks(told))
    write_json(HERE / "examples.json", made_examples(samples))


def made(published: dict[str, Any]) -> dict[str, Any]:
    dispatch = published["paths"][f"{_WORKFLOW}/dispatches"]["post"]
    runs = published["paths"][f"{_WORKFLOW}/runs"]["get"]
    run = published["paths"][_RUN]["get"]
    commits, tree, blob = (published["paths"][path]["get"] for path in (_COMMITS, _TREE, _BLOB))
    schemas = {name: _current(schema) for name, schema in published["components"]["schemas"].items()}
    asked = {
        "Dispatch": _dispatch(_body(_current(dispatch)["requestBody"])),
        "RunsQuery": _query(runs["parameters"], published["components"]["parameters"]),
        "Dispatched": _body(_current(dispatch)["responses"]["200"]),
        "Runs": _body(runs["responses"]["200"]),
        "Run": _body(run["responses"]["200"]),
        "Error": schemas["basic-error"],
        "CommitsQuery": _query(commits["parameters"], published["components"]["parameters"]),
        "Commits": _body(commits["responses"]["200"]),
        "TreeQuery": _query(tree["parameters"], published["components"]["parameters"]),
        "Tree": _body(tree["responses"]["200"]),
        "Blob": _body(blob["responses"]["200"]),
    }
    definitions = _renamed({**schemas, **asked})
    return {
        "$schema": _DRAFT,
        "x-provenance": provenance(
            API,
            what=f"What is asked about runs and files, and the answers, API version {API_VERSION}; generated",
            files=[API_FILE],
            made_by="refresh.py: reduced, nullable as JSON Schema has it, breaking changes and patches put in",
            command=COMMAND,
        ),
        "$defs": {name: _plain(definition) for name, definition in reachable(definitions, *asked).items()},
    }


def _current(part: dict[str, Any]) -> dict[str, Any]:
    """With the breaking changes up to our version of the API, which stand beside it as patches."""
    for change in part.get("x-github-breaking-changes", []):
        if change["version"] <= API_VERSION:
            part = _patched(part, change["patch"])
    return part


def _patched(part: dict[str, Any], patch: Any) -> dict[str, Any]:
    """A list is a JSON Patch (RFC 6902), an object a JSON Merge Patch (RFC 7396)."""
    copy: dict[str, Any] = json.loads(json.dumps(part))
    if isinstance(patch, dict):
        return _merged(copy, patch)
    for one in patch:
        *way, last = (step.replace("~1", "/").replace("~0", "~") for step in one["path"].split("/")[1:])
        place: Any = copy
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        key: Any = int(last) if isinstance(place, list) else last
        if one["op"] == "remove":
            del place[key]
        else:
            place[key] = one["value"]
    return copy


def _merged(part: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    merged = dict(part)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            known = merged.get(name)
            merged[name] = (
                _merged(known if isinstance(known, dict) else {}, value) if isinstance(value, dict) else value
            )
    return merged


def _dispatch(body: dict[str, Any]) -> dict[str, Any]:
    """What the description does not say and the documentation does. A field that is not known is a mistake of ours."""
    strict: dict[str, Any] = closed(body)
    # "Create a workflow dispatch event": 25 inputs at most; all of a payload has 65,535 letters. We send texts.
    strict["properties"]["inputs"] |= {"additionalProperties": {"type": "string", "maxLength": 65_535}}
    strict["properties"]["ref"] |= {"minLength": 1}
    return strict


def _query(parameters: list[dict[str, Any]], known: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a query, which are all text there."""
    named = [known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in parameters]
    names = sorted(one["name"] for one in named if one["in"] == "query")
    properties = {name: {"type": "string", "minLength": 1} | _PATTERNS.get(name, {}) for name in names}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _body(part: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = part["content"]["application/json"]["schema"]
    return schema


def _renamed(definitions: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(definitions).replace("#/components/schemas/", "#/$defs/")
    renamed: dict[str, Any] = json.loads(text)
    return renamed


def _plain(part: Any) -> Any:
    """Without prose, and with null where OpenAPI 3.0 says `nullable`."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: _plain(value) for name, value in part.items() if not _is_prose(name, value)}
    if not kept.pop("nullable", False):
        return kept
    return {"anyOf": [kept, {"type": "null"}]}


def _is_prose(name: str, value: Any) -> bool:
    return name in _PROSE and not (isinstance(value, dict) and ("type" in value or "$ref" in value))


def made_webhooks(told: dict[str, Any]) -> dict[str, Any]:
    text = re.sub(r"#/definitions/", "#/$defs/", json.dumps(told["definitions"]))
    definitions: dict[str, Any] = json.loads(text)
    return {
        "$schema": _DRAFT,
        "x-provenance": provenance(
            WEBHOOKS,
            what="Webhooks of GitHub about runs, and the ping; reduced",
            files=["package/schema.json"],
            made_by="refresh.py",
            command=COMMAND,
        ),
        "$defs": {name: _plain(definition) for name, definition in reachable(definitions, *_TOLD).items()},
    }


def made_examples(samples: list[dict[str, Any]]) -> dict[str, Any]:
    """The newest sample of each action, as GitHub has sent it."""
    by_name = {one["name"]: one["examples"] for one in samples}
    runs = {sample["action"]: sample for sample in by_name["workflow_run"]}
    return {
        "x-provenance": provenance(
            EXAMPLES,
            what="Webhooks as GitHub has sent them",
            files=["package/api.github.com/index.json"],
            made_by="refresh.py",
            command=COMMAND,
        ),
        "workflow_run": runs,
        "ping": by_name["ping"][-1],
    }


if __name__ == "__main__":
    main()
