"""Make `schema.json` and `incoming.json` anew from the npm packages `discord-api-spec` and `discord-api-types`.

`.venv/bin/python -m tests.contract.discord.refresh` needs npm and node. For newer versions, change the packages here.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contract.discord import reduction
from tests.contract.packages import Package, fetch, install_for_node, provenance, run, write_json

PACKAGE = Package(
    registry="npm",
    name="discord-api-spec",
    version="10.0.266135",  # made daily from the repository discord/discord-api-spec
    sha256="baf53a3b581ec1156cdf4f34baf5387ca2a0bec3e7d35bab860db9bee4a1b19c",
    licence="MIT, Copyright 2023 Discord, Copyright 2026 RiskyMH",
)
# The specification says nothing of what Discord sends by itself. These are the types that discord.js is built on.
TYPES = Package(
    registry="npm",
    name="discord-api-types",
    version="0.38.57",
    sha256="1be3d5594db3ab350f3a8a9f9f67adf9183bce6f9ae5cea5bcc891c3428a9e8a",
    licence="MIT, Copyright 2020 vladfrangu",
)
ZOD = "zod@4.6.7"
GENERATOR = "ts-json-schema-generator@2.9.0"
SCHEMA = Path(__file__).with_name("schema.json")
INCOMING = Path(__file__).with_name("incoming.json")
COMMAND = ".venv/bin/python -m tests.contract.discord.refresh"

_PRINT = """
import * as all from "discord-api-spec/zod";
import { z } from "zod";
const registry = z.registry();
for (const [name, schema] of Object.entries(all))
  if (name.endsWith("Schema") && schema?._zod) registry.add(schema, { id: name.slice(0, -"Schema".length) });
const uri = (id) => `#/$defs/${id}`;
console.log(JSON.stringify(z.toJSONSchema(registry, { io: "input", unrepresentable: "any", uri }).schemas));
"""
_ENTRY = 'export type { APIInteraction } from "discord-api-types/v10";\n'
_OPTIONS = {"strict": True, "skipLibCheck": True, "module": "nodenext", "moduleResolution": "nodenext", "noEmit": True}


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        archives = [str(fetch(package, folder)) for package in (PACKAGE, TYPES)]
        install_for_node(folder, *archives, ZOD, GENERATOR)
        (folder / "print.js").write_text(_PRINT)
        outgoing = json.loads(run("node", "print.js", folder=folder))
        incoming = _interactions(folder)
    write_json(SCHEMA, made(outgoing))
    write_lines(INCOMING, made_of_types(incoming))


def made(published: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-provenance": provenance(
            PACKAGE,
            what="Messages, edits, commands and answers to interactions, reduced to what we may send; generated",
            files=["package/build/discord-api-spec.zod.js"],
            made_by=f"{ZOD}, z.toJSONSchema; patches: reduction.py, each with its source",
            command=COMMAND,
        ),
        "$defs": reduction.outgoing(published),
    }


def made_of_types(published: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-provenance": provenance(
            TYPES,
            what="Interactions as Discord sends them, without descriptions; generated",
            files=["package/payloads/v10/interactions.d.ts: APIInteraction"],
            made_by=f"{GENERATOR}; patches: reduction.py, each with its source",
            command=COMMAND,
        ),
        "$defs": reduction.incoming(published),
    }


def write_lines(file: Path, schema: dict[str, Any]) -> None:
    """A definition to a line: it is long, and only its differences are ever read."""
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in schema["$defs"].items())
    head = json.dumps(schema | {"$defs": {}}, indent=1).removesuffix("{}\n}")
    file.write_text(f"{head}{{\n{lines}\n }}\n}}\n")


def _interactions(folder: Path) -> dict[str, Any]:
    (folder / "entry.ts").write_text(_ENTRY)
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": _OPTIONS, "files": ["entry.ts"]}))
    what = ["--path", "entry.ts", "--tsconfig", "tsconfig.json", "--type", "APIInteraction", "--no-type-check"]
    made: dict[str, Any] = json.loads(run("npx", "ts-json-schema-generator", *what, folder=folder))
    return dict(made["definitions"])


if __name__ == "__main__":
    main()
