"""What the types of Notion's client do not say: the limits, and what we always send.

Sources: L is developers.notion.com/reference/request-limits, "Size limits"; V is developers.notion.com/reference, "Page
property values". Where none is named, it is our choice, on the narrow side of what Notion takes.
"""

from typing import Any

TEXT = 2000
_LIST_OF_TEXTS = {"type": "array", "items": {"$ref": "#/$defs/RichTextItemRequest"}}
_URL = {"type": "string", "minLength": 1, "maxLength": 2000}  # L. A page without one has null there, not "".
_DASHED = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def patched(definitions: dict[str, Any]) -> dict[str, Any]:
    page, query = definitions["CreatePage"], definitions["QueryDataSource"]
    # The types have no required fields here, for a page can also be made of a template. Ours has both.
    page["required"] = ["parent", "properties"]
    page["properties"]["children"]["maxItems"] = 100  # L
    _patch_properties(page["properties"]["properties"]["additionalProperties"]["anyOf"])
    _patch_texts(definitions)
    _limit_lists_of_texts(definitions)
    # V: ISO 8601. A time has an offset always, so it means the same whoever reads it.
    for name in ("start", "end"):
        definitions["DateRequest"]["properties"][name] |= {
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2}))?$"
        }
    # An id is a UUID; "dashes may be omitted". Source: developers.notion.com/reference/intro, "Conventions".
    definitions["IdRequest"]["pattern"] = f"^({_DASHED}|[0-9a-f]{{32}})$"
    # Source: developers.notion.com/reference/intro, "Pagination".
    query["properties"]["page_size"] = {"type": "integer", "minimum": 1, "maximum": 100}
    return definitions


def _patch_properties(kinds: list[dict[str, Any]]) -> None:
    fields = {name: one["properties"][name] for one in kinds for name in one["required"]}
    fields["url"]["anyOf"] = [_URL, {"type": "null"}]
    fields["email"]["anyOf"] = [{"type": "string", "minLength": 1, "maxLength": 200}, {"type": "null"}]  # L
    fields["multi_select"]["maxItems"] = 100  # L
    for option in [*fields["select"]["anyOf"], *fields["multi_select"]["items"]["anyOf"]]:
        if "properties" in option:
            # Notion answers a comma with "Invalid select option, commas not allowed" (egordm/notionsci issue 13), and
            # more than 100 characters with a validation_error (dvanoni/notero issue 240). V has the comma, too.
            option["properties"]["name"] = {"type": "string", "pattern": "^[^,]+$", "maxLength": 100}


def _patch_texts(definitions: dict[str, Any]) -> None:
    text = definitions["RichTextItemRequest"]["properties"]["text"]["properties"]
    text["content"] |= {"minLength": 1, "maxLength": TEXT}  # L; in UTF-16 units, see requests.py
    (link,) = (one for one in text["link"]["anyOf"] if "properties" in one)
    link["properties"]["url"] = _URL


def _limit_lists_of_texts(part: Any) -> None:
    """L: "array of all rich text", at most 100 elements, wherever it stands."""
    inside = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for one in inside:
        if one == _LIST_OF_TEXTS:
            one["maxItems"] = 100
        else:
            _limit_lists_of_texts(one)
