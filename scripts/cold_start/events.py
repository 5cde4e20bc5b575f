"""Requests of Discord, signed now: a PING, and a command that is acknowledged and put on the queue."""

import json
import time
from typing import Any

from nacl.signing import SigningKey

from scripts.discord import places
from scripts.discord.signing import signature_headers, snowflake
from scripts.local_aws import ROOT

_SAMPLE = ROOT / "events" / "receive_interactions.json"


def ping_event(key: SigningKey) -> dict[str, Any]:
    return _signed({"id": snowflake(time.time()), "application_id": places.APPLICATION, "type": 1, "token": ""}, key)


def command_event(key: SigningKey) -> dict[str, Any]:
    """The sample, used by an admin."""
    interaction = json.loads(json.loads(_SAMPLE.read_text())["body"])
    interaction["id"] = snowflake(time.time())
    interaction["member"]["roles"] = [places.ROLES["admin"]]
    return _signed(interaction, key)


def _signed(interaction: dict[str, Any], key: SigningKey) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(_SAMPLE.read_text())
    body = json.dumps(interaction)
    headers = {"Content-Type": "application/json", **signature_headers(body.encode(), at=time.time(), key=key)}
    return event | {
        "body": body,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
    }
