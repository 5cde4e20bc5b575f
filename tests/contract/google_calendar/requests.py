"""Is a request what Google Calendar takes? By `schema.json`, which says where it is from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.contract.json_schemas import checker, load

SCHEMA = load(Path(__file__).with_name("schema.json"))
INSERT = "calendar.events.insert"
GET = "calendar.events.get"
_check = checker(SCHEMA)


def violations(method: str, *, body: Any = None, query: Mapping[str, str] | None = None) -> list[str]:
    """What is wrong with the body and the query of a method, INSERT or GET; nothing where they are good."""
    found = [f"query {one}" for one in _check(f"{method}.query", dict(query or {}))]
    if method == INSERT:
        return found + _check("Event", body)
    return found + ([] if body is None else ["body: there is none in this method"])
