"""Make `schema.json` anew from the Zod schemas of the npm package `discord-api-spec`.

`.venv/bin/python -m tests.contract.discord.refresh` needs npm and node. For a newer version, change PACKAGE here.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.contract.json_schemas import closed
from tests.contract.packages import Package, fetch, install_for_node, provenance, run, write_json

PACKAGE = Package(
    registry="npm",
    name="discord-api-spec",
    version="10.0.266135",  # made daily from the repository discord/discord-api-spec
    sha256="baf53a3b581ec1156cdf4f34baf5387ca2a0bec3e7d35bab860db9bee4a1b19c",
    licence="MIT, Copyright 2023 Discord, Copyright 2026 RiskyMH",
)
ZOD = "zod@4.6.7"
SCHEMA = Path(__file__).with_name("schema.json")
COMMAND = ".venv/bin/python -m tests.contract.discord.refresh"
# Of the fields of a message those we may send; embeds, components, polls and files are left out.
KEPT = ("allowed_mentions", "content", "enforce_nonce", "flags", "message_reference", "nonce", "tts")

_PRINT = """
import { MessageCreateRequestSchema } from "discord-api-spec/zod";
import { z } from "zod";
const schema = z.toJSONSchema(MessageCreateRequestSchema, { io: "input", unrepresentable: "any" });
console.log(JSON.stringify(schema));
"""


def main() -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        install_for_node(folder, str(fetch(PACKAGE, folder)), ZOD)
        (folder / "print.js").write_text(_PRINT)
        published = json.loads(run("node", "print.js", folder=folder))
    write_json(SCHEMA, made(published))


def made(published: dict[str, Any]) -> dict[str, Any]:
    kept = {name: published["properties"][name] for name in KEPT}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-provenance": provenance(
            PACKAGE,
            what="The body of POST /channels/{channel_id}/messages, reduced to the fields we may send; generated",
            files=["package/build/discord-api-spec.zod.js: MessageCreateRequestSchema"],
            made_by=f"{ZOD}, z.toJSONSchema; patches: refresh.py, each with its source",
            command=COMMAND,
        ),
        "$defs": {"Message": patched({"type": "object", "properties": kept})},
    }


def patched(message: dict[str, Any]) -> dict[str, Any]:
    """What the specification does not say and Discord's documentation does."""
    # Discord ignores fields that it does not know. A misspelt field is what this is here to find.
    message = closed(message)
    # The specification says 4,000. Source: discord-api-docs, developers/resources/message.mdx, "Create Message".
    # Discord counts code points, as JSON Schema does (discord/discord-api-docs issue 1315).
    # An empty or blank message is refused with 50006; we send no embeds or files that would make up for it.
    message["properties"]["content"] = {"type": "string", "pattern": r"\S", "maxLength": 2000}
    message["required"] = ["content"]
    # The specification takes integers, too: JSON numbers lose digits. We send strings. Source of 25: the same page.
    message["properties"]["nonce"] = {"type": "string", "minLength": 1, "maxLength": 25}
    # The specification says "number"; it is a set of bits.
    message["properties"]["flags"] = {"type": "integer", "minimum": 0}
    return message


if __name__ == "__main__":
    main()
