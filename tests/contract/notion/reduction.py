"""Of Notion's types the part that we may send: few kinds of blocks, properties and filters, one kind of parent."""

from typing import Any
from urllib.parse import unquote

KINDS_OF_BLOCKS = {"bulleted_list_item", "heading_2", "paragraph"}
KINDS_OF_PROPERTIES = {
    "checkbox",
    "date",
    "email",
    "multi_select",
    "number",
    "rich_text",
    "select",
    "title",
    "url",
}
# A parent of type database_id is of the time before a database could have several data sources.
KINDS_OF_PARENTS = {"data_source_id"}
KINDS_OF_TEXT = {"text"}
FIELDS_OF_A_PAGE = ("children", "parent", "properties")
FIELDS_OF_A_DATABASE = ("data_sources", "id", "in_trash", "object", "url")
# Blocks that we send are flat, without icons.
_LEFT_OUT_OF_BLOCKS = {"children", "icon"}
_PROSE = {"deprecated", "description"}


def defined(published: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One set of definitions of several generated schemas, each schema under its name, in our way of writing."""
    found: dict[str, Any] = {}
    for name, schema in published.items():
        parts = schema["definitions"] | {
            name: {key: schema[key] for key in ("type", "properties", "required") if key in schema}
        }
        found |= {one: _written(part, parts) for one, part in parts.items() if not _is_record(one)}
    return found


def _written(part: Any, parts: dict[str, Any]) -> Any:
    """References as `$defs`, no prose, nothing deprecated; a record stands where it is used, for its name is a hash."""
    if isinstance(part, list):
        return [_written(one, parts) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        name = unquote(part["$ref"].removeprefix("#/definitions/"))
        return _written(parts[name], parts) if _is_record(name) else {"$ref": f"#/$defs/{name}"}
    kept = {name: _written(value, parts) for name, value in part.items() if not _is_prose(name, value)}
    return kept | ({"additionalProperties": False} if isinstance(part.get("properties"), dict) else {})


def _is_record(name: str) -> bool:
    return name.startswith("Record<")


def _is_prose(name: str, value: Any) -> bool:
    is_deprecated_field = isinstance(value, dict) and "deprecated" in value
    return is_deprecated_field or (name in _PROSE and isinstance(value, str))


def reduced(definitions: dict[str, Any]) -> dict[str, Any]:
    page, database = definitions["CreatePage"], definitions["Database"]
    page["properties"] = {name: page["properties"][name] for name in FIELDS_OF_A_PAGE}
    page["properties"]["parent"] = _of_kinds(page["properties"]["parent"], KINDS_OF_PARENTS)
    values = page["properties"]["properties"]
    values["additionalProperties"] = _of_kinds(values["additionalProperties"], KINDS_OF_PROPERTIES)
    for name, kinds in (
        ("BlockObjectRequest", KINDS_OF_BLOCKS),
        ("RichTextItemRequest", KINDS_OF_TEXT),
        ("PropertyFilter", KINDS_OF_PROPERTIES),
    ):
        definitions[name] = _of_kinds(definitions[name], kinds)
    for block in definitions["BlockObjectRequest"]["anyOf"]:
        (kind,) = KINDS_OF_BLOCKS & block["properties"].keys()
        content = block["properties"][kind]["properties"]
        block["properties"][kind]["properties"] = {
            name: content[name] for name in content if name not in _LEFT_OUT_OF_BLOCKS
        }
    # Notion may tell more of a database at any time; we read only these.
    database["properties"] = {name: database["properties"][name] for name in FIELDS_OF_A_DATABASE}
    database |= {"required": list(FIELDS_OF_A_DATABASE), "additionalProperties": True}
    return definitions


def _of_kinds(choice: dict[str, Any], kinds: set[str]) -> dict[str, Any]:
    """Those of the alternatives that need a field of these names."""
    kept = [one for one in choice["anyOf"] if kinds.intersection(one["required"])]
    found = {name for one in kept for name in one["required"] if name in kinds}
    assert found == kinds, f"there is no {kinds - found}"
    return {"anyOf": kept} if len(kept) > 1 else dict(kept[0])
