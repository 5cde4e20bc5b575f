"""Is a body what eBay takes? By `schema.json`, which says where it is from."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator

SCHEMA = json.loads(Path(__file__).with_name("schema.json").read_text())


@cache
def _validator(name: str) -> Draft202012Validator:
    return Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


def faults(name: str, body: Any) -> list[str]:
    """What is wrong with a body of that type, and where; nothing where it is good."""
    errors = _validator(name).iter_errors(body)
    return [f"{'.'.join(map(str, error.instance_path)) or 'body'}: {error.message}" for error in errors]
