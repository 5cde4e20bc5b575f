"""Is it what Jira and Confluence take, or answer? By `schema.json`, which says where it is from."""

from pathlib import Path
from typing import Any

from tests.contract.json_schemas import checker, load

SCHEMA = load(Path(__file__).with_name("schema.json"))
_check = checker(SCHEMA)


def violations(name: str, value: Any) -> list[str]:
    """What is wrong with a question of ours, Search or PagesQuery; or with an answer, Issues or Pages."""
    return _check(name, value)
