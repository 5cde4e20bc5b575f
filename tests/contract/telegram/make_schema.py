"""Make `methods.json`, what Telegram's Bot API takes, from the models of a package that follows it.

    .venv/bin/uv run --no-project --with aiogram==3.31.0 --with pip tests/contract/telegram/make_schema.py

aiogram's models take unknown fields; the schema does not, because a misspelt field is what it is there to find.
"""

import json
import subprocess
import sys
import warnings
from hashlib import sha256
from importlib import import_module, metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PACKAGE = "aiogram"
VERSION = "3.31.0"  # Bot API 10.3
SHA256 = "d889493c5917a867fc9da81fd6e6b3ae438e98bfe1b004fcdafe7400461a6c1b"  # of its wheel
LICENCE = "MIT, Copyright (c) 2017 - present Alex Root Junior"
METHODS = {"sendMessage": "SendMessage", "getFile": "GetFile"}
FILE = Path(__file__).with_name("methods.json")
COMMAND = f"uv run --no-project --with {PACKAGE}=={VERSION} --with pip tests/contract/telegram/{Path(__file__).name}"


def main() -> None:
    check_package()
    models = import_module(f"{PACKAGE}.methods")
    schemas = {method: reduced(schema(getattr(models, model))) for method, model in METHODS.items()}
    provenance = {"package": PACKAGE, "version": VERSION, "sha256": SHA256, "licence": LICENCE, "command": COMMAND}
    FILE.write_text(json.dumps({"provenance": provenance, "methods": schemas}, indent=1, sort_keys=True) + "\n")


def check_package() -> None:
    """Raise ValueError unless what is imported here is what was published under that hash."""
    if metadata.version(PACKAGE) != VERSION:
        raise ValueError(f"{PACKAGE} {VERSION} is needed")
    with TemporaryDirectory() as folder:
        wanted = [f"{PACKAGE}=={VERSION}", "--no-deps", "--only-binary", ":all:", "--dest", folder]
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", *wanted], check=True)
        found = [sha256(file.read_bytes()).hexdigest() for file in Path(folder).iterdir()]
    if found != [SHA256]:
        raise ValueError(f"the wheel has another hash: {found}")


def schema(model: Any) -> dict[str, Any]:
    with warnings.catch_warnings(action="ignore"):  # defaults that are no JSON; they are left out
        made: dict[str, Any] = model.model_json_schema()
    return made


def reduced(part: Any) -> Any:
    """The same without prose and defaults, closed to unknown fields."""
    if isinstance(part, list):
        return [reduced(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: reduced(value) for name, value in part.items() if not _is_prose(name, value)}
    return kept | ({"additionalProperties": False} if isinstance(part.get("properties"), dict) else {})


def _is_prose(name: str, value: Any) -> bool:
    return name == "default" or (name in ("title", "description") and isinstance(value, str))


if __name__ == "__main__":
    main()
