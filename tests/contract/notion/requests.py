"""Is a request what Notion takes? By `schema.json`, which says where it is from, and by two limits beside it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.contract.json_schemas import checker, load
from tests.contract.notion.patches import TEXT

SCHEMA = load(Path(__file__).with_name("schema.json"))
# "500KB overall". Source: developers.notion.com/reference/request-limits; a thousand bytes to be on the safe side.
BYTES = 500_000
_check = checker(SCHEMA)


def violations(operation: str, body: Any = None) -> list[str]:
    """What is wrong with the body of `create_page`, `query_data_source` or `get_database`; nothing where it is good."""
    name = SCHEMA["x-operations"][operation]["body"]
    if name is None:
        return [] if body is None else ["body: there is none in this operation"]
    return _check(name, body) or [*_long_texts(body, ""), *_too_big(body)]


def answer_violations(operation: str, answer: Any) -> list[str]:
    """What is wrong with an answer of `get_database`, of which we read the data sources."""
    return _check(SCHEMA["x-operations"][operation]["answer"], answer)


def _long_texts(part: Any, where: str) -> Iterator[str]:
    """Notion measures a text as JavaScript does, in UTF-16 units, so that an emoji is two; JSON Schema counts one.

    Source: dwarvesf/dwarves-kit pull request 403, who met it; in Notion's message it is the text's `.length`.
    """
    inside = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in inside:
        place = f"{where}.{name}".lstrip(".")
        if name == "content" and isinstance(value, str) and (units := len(value.encode("utf-16-le")) // 2) > TEXT:
            yield f"{place}: {units} UTF-16 units, more than {TEXT}"
        yield from _long_texts(value, place)


def _too_big(body: Any) -> Iterator[str]:
    if (size := len(json.dumps(body, ensure_ascii=False).encode())) > BYTES:
        yield f"body: {size} bytes, more than {BYTES}"
