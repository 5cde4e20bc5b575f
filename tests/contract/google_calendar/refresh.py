"""Make `schema.json` anew from the discovery document in the PyPI package `google-api-python-client`.

`.venv/bin/python -m tests.contract.google_calendar.refresh` needs pip. For a newer version, change PACKAGE here.
"""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contract.json_schemas import closed, reachable
from tests.contract.packages import Package, fetch, provenance, read_member, write_json

PACKAGE = Package(
    registry="PyPI",
    name="google-api-python-client",
    version="2.202.0",
    sha256="aaa90064c9bb642ff1d065b22ca8958a2cb6e345909cefe70d0e5452fc50e08b",
    licence="Apache-2.0, Copyright Google LLC",
)
DOCUMENT = "googleapiclient/discovery_cache/documents/calendar.v3.json"
SCHEMA = Path(__file__).with_name("schema.json")
COMMAND = ".venv/bin/python -m tests.contract.google_calendar.refresh"
METHODS = ("insert", "get")
INSERT = "calendar.events.insert"

_KEPT = ("type", "format", "enum", "items", "properties", "additionalProperties")
_NOT_OURS_TO_SEND = re.compile(r"read-only|^deprecated|are deprecated|\(deprecated\)", re.IGNORECASE)
_POSSIBLE_VALUE = re.compile(r'^- "(\w+)" - ', re.MULTILINE)
# Where a token would stand in the address, and an address of a user that Google gave up.
_LEFT_OUT = ("key", "oauth_token", "userIp")


def main() -> None:
    with TemporaryDirectory() as name:
        document = json.loads(read_member(fetch(PACKAGE, Path(name)), DOCUMENT))
    write_json(SCHEMA, made(document))


def made(document: dict[str, Any]) -> dict[str, Any]:
    definitions = {name: schema_of(part) for name, part in document["schemas"].items()}
    methods = {one["id"]: one for one in (document["resources"]["events"]["methods"][name] for name in METHODS)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-provenance": provenance(
            PACKAGE,
            what="The event that we insert and the query of events.insert and events.get; generated",
            files=[f"{DOCUMENT}, revision {document['revision']}"],
            made_by="refresh.py; patches there, each with its source",
            command=COMMAND,
        ),
        "x-base-url": document["baseUrl"],
        "x-methods": {name: {"method": one["httpMethod"], "path": one["path"]} for name, one in methods.items()},
        "$defs": patched(closed(reachable(definitions, "Event")))
        | {f"{name}.query": query(one["parameters"] | document["parameters"]) for name, one in methods.items()},
    }


def schema_of(part: dict[str, Any]) -> dict[str, Any]:
    """JSON Schema of a part of the document, without the fields that only Google writes or that are deprecated."""
    if "$ref" in part:
        return {"$ref": f"#/$defs/{part['$ref']}"}
    made = {name: part[name] for name in _KEPT if name in part and part[name] != "any"}
    if values := _POSSIBLE_VALUE.findall(part.get("description", "")):
        made["enum"] = values
    if "items" in part:
        made["items"] = schema_of(part["items"])
    if "additionalProperties" in part:
        made["additionalProperties"] = schema_of(part["additionalProperties"])
    return made | (_fields(part["properties"]) if "properties" in part else {})


def _fields(fields: dict[str, Any]) -> dict[str, Any]:
    ours = {name: one for name, one in fields.items() if not _NOT_OURS_TO_SEND.search(one.get("description", ""))}
    required = [name for name, one in ours.items() if INSERT in one.get("annotations", {}).get("required", [])]
    return {"properties": {name: schema_of(one) for name, one in ours.items()}} | (
        {"required": required} if required else {}
    )


def query(parameters: dict[str, Any]) -> dict[str, Any]:
    """What may stand behind the question mark, as text: that is how it arrives."""
    ours = {
        name: _text(one)
        for name, one in parameters.items()
        if one["location"] == "query"
        and name not in _LEFT_OUT
        and not _NOT_OURS_TO_SEND.search(one.get("description", ""))
    }
    return {"type": "object", "properties": ours, "additionalProperties": False}


def _text(parameter: dict[str, Any]) -> dict[str, Any]:
    if parameter["type"] == "boolean":
        return {"enum": ["true", "false"]}
    if "maximum" in parameter:
        return {"enum": [str(one) for one in range(int(parameter["minimum"]), int(parameter["maximum"]) + 1)]}
    if parameter["type"] == "integer":
        return {"type": "string", "pattern": "^[0-9]+$"}
    return {name: parameter[name] for name in ("type", "enum") if name in parameter}


def patched(definitions: dict[str, Any]) -> dict[str, Any]:
    """What the document says in prose only, and what it does not say."""
    event, time = definitions["Event"], definitions["EventDateTime"]
    fields = event["properties"]
    # Source: the description of Event.id, base32hex in lower case. A UUID with dashes is none.
    fields["id"]["pattern"] = "^[a-v0-9]{5,1024}$"
    # Source: the same; "only one of them should be supplied at event creation time".
    event["not"] = {"required": ["id", "iCalUID"]}
    # Source: the description of Event.source.url.
    fields["source"]["properties"]["url"]["pattern"] = "^https?://"
    # Source: developers.google.com/workspace/calendar/api/guides/extended-properties; what is longer is dropped or
    # cut off, and nothing is said of it.
    for one in fields["extendedProperties"]["properties"].values():
        one["propertyNames"] = {"maxLength": 44}
        one["additionalProperties"]["maxLength"] = 1024
    # Source: the descriptions of EventDateTime. An offset is asked for always: `format` sees to that.
    time["oneOf"] = [{"required": ["date"]}, {"required": ["dateTime"]}]
    # Source: the description of Event.attachments and of reminders.overrides.
    fields["attachments"]["maxItems"] = 25
    fields["reminders"]["properties"]["overrides"]["maxItems"] = 5
    return definitions


if __name__ == "__main__":
    main()
