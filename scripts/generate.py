"""Make what is made from code: the API's description, the table of events, the picture of the lifecycle; how
commands are answered at once; and, from boto's list, the roots of Amazon's certificates.

With `--check` nothing is written, and a file that is not what the code would make is a failure.
"""

import argparse
import json
import os
import re
import sys
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import Any

import botocore

from functions.run_commands import registry
from scripts.discord.suggested import places
from scripts.import_time import some_settings
from shared.discord.table import table_of
from shared.ledger.catalogue import CATALOGUE, source_of
from shared.listings.lifecycle import DETAILS, TRANSITIONS, State, is_final

ROOT = Path(__file__).resolve().parent.parent


@cache
def _api() -> dict[str, Any]:
    # The routes are read from the functions themselves, which want an environment; nothing is called.
    os.environ |= some_settings() | {"AWS_DEFAULT_REGION": "us-east-1"}
    from scripts.openapi import document

    return document()


def openapi() -> str:
    return json.dumps(_api(), indent=1) + "\n"


def permissions() -> str:
    from scripts.permissions_page import page

    return page(_api()["paths"])


def events() -> str:
    rows = [
        "# Events",
        "",
        "Made from `shared/ledger/events/` by `python -m scripts.generate`.",
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


def interactions() -> str:
    return json.dumps(table_of(registry.runnables(), registry.components(), places=places), indent=1) + "\n"


def amazon_roots() -> str:
    """The certificates that stand above those of AWS, with their fingerprints. Source: amazontrust.com/repository."""
    known = (Path(botocore.__file__).parent / "cacert.pem").read_text()
    wanted = r"Amazon Root CA [1-4]|Starfield Services Root Certificate Authority - G2"
    end = "-----END CERTIFICATE-----\n"
    found = [one for one in known.split(end) if re.search(rf'^# Label: "({wanted})"$', one, re.MULTILINE)]
    return "\n".join(one.lstrip() + end for one in found)


def deploys() -> str:
    from shared.deploys.states import diagram

    return diagram()


def claims() -> str:
    from shared.blackboard.stages import diagram

    return diagram()


def commands_page() -> str:
    from scripts.discord.page import page

    return page()


def _names(fields: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(fields)) or "nothing"


MADE: dict[str, Any] = {
    "functions/serve_admin/openapi.json": openapi,
    "docs/permissions.md": permissions,
    "docs/events.md": events,
    "docs/lifecycle.md": lifecycle,
    "docs/commands.md": commands_page,
    "docs/deploys.md": deploys,
    "docs/claims.md": claims,
    "functions/receive_interactions/commands.json": interactions,
    "shared/runtime/amazon_roots.pem": amazon_roots,
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
