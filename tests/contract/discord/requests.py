"""Is a message what Discord takes? By `schema.json`, which says where it is from."""

from pathlib import Path
from typing import Any

from tests.contract.json_schemas import checker, load

SCHEMA = load(Path(__file__).with_name("schema.json"))
_check = checker(SCHEMA)


def violations(body: Any) -> list[str]:
    """What is wrong with the body of `POST /channels/{channel_id}/messages`; nothing where it is good."""
    return _check("Message", body)
