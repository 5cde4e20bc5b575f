"""Make what is made from code: the API's description, the table of events, the picture of the lifecycle.

With `--check` nothing is written, and a file that is not what the code would make is a failure.
"""

import argparse
import json
import os
import sys
from inspect import getdoc
from pathlib import Path
from typing import Any

from shared.ledger.catalogue import CATALOGUE, source_of
from shared.listings.lifecycle import DETAILS, TRANSITIONS, State, is_final
from shared.runtime.settings import Settings

ROOT = Path(__file__).resolve().parent.parent


def openapi() -> str:
    # The routes are read from the functions themselves, which want an environment; nothing is called.
    settings = {name.upper(): "1" for name in Settings.__slots__}  # numbers where numbers are wanted
    os.environ |= settings | {"AWS_DEFAULT_REGION": "us-east-1"}
    from scripts.openapi import document

    return json.dumps(document(), indent=1) + "\n"


def events() -> str:
    rows = [
        "# Events",
        "",
        "Made from `shared/ledger/catalogue.py` by `python -m scripts.generate`.",
        "",
        "Every event travels on the bus with its type as `detail-type`, its source as `source`, and this envelope as",
        "`detail`: `id`, `type`, `source`, `subject`, `version`, `time`, `actor`, `trace_id`, `correlation_id`,",
        "`causation_id`, `tags`, `data`. An event may arrive twice and out of order: `id` is the same each time, and",
        "`version` counts the events of one subject from 1 without a gap.",
        "",
        "| type | source | when | data |",
        "| --- | --- | --- | --- |",
    ]
    for event_type, model in CATALOGUE.items():
        source = source_of(event_type)
        fields = ", ".join(f"`{name}`" for name in model.model_fields)
        rows.append(f"| `{event_type}` | `{source}` | {getdoc(model)} | {fields} |")
    rows += [
        "",
        "A message may be of any other dotted type its poster gives it; it then says what `message.created` says.",
    ]
    return "\n".join(rows) + "\n"


def lifecycle() -> str:
    rows = [
        "# The life of a listing",
        "",
        "Made from `shared/listings/lifecycle.py` by `python -m scripts.generate`.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {State.FOUND}",
    ]
    rows += [f"    {origin} --> {target}" for origin, targets in TRANSITIONS.items() for target in targets]
    rows += [f"    {state} --> [*]" for state in State if is_final(state)]
    rows += ["```", "", "| a step to | needs | may bring |", "| --- | --- | --- |"]
    for state, details in DETAILS.items():
        rows.append(f"| {state} | {_names(details.required)} | {_names(details.optional)} |")
    return "\n".join(rows) + "\n"


def _names(fields: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(fields)) or "nothing"


MADE: dict[str, Any] = {
    "functions/serve_admin/openapi.json": openapi,
    "docs/events.md": events,
    "docs/lifecycle.md": lifecycle,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is stale")
    check = parser.parse_args().check
    stale = [name for name, make in MADE.items() if not _is_current(name, make())]
    for name in stale:
        if not check:
            (ROOT / name).write_text(MADE[name]())
        print(f"{name}: {'stale, run python -m scripts.generate' if check else 'written'}")
    sys.exit(1 if check and stale else 0)


def _is_current(name: str, made: str) -> bool:
    file = ROOT / name
    return file.exists() and file.read_text() == made


if __name__ == "__main__":
    main()
