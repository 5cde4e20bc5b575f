"""The sample event of a function, with real keys where it says whose it wants, and signed where it wants that."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from nacl.signing import SigningKey

from scripts.discord.signing import signature_headers, snowflake
from scripts.local_aws import ROOT
from shared.ledger.envelope import to_text

FOLDER = ROOT / "events"
_SIGNATURE = "{{discord.signature}}"


def sample_event(function: str, keys: Mapping[str, str], *, discord_seed: str = "") -> str:
    """JSON; `{{keys.<role>}}` stands for the key of a role, `{{discord.id}}` for a new id, `{{now}}` for the time.

    What has a place for Discord's signature is signed with the key of this seed (hex), if there is one.
    """
    now = time.time()
    text = (FOLDER / f"{function}.json").read_text().replace("{{discord.id}}", snowflake(now))
    text = text.replace("{{now}}", to_text(datetime.fromtimestamp(now, UTC)))
    for role, key in keys.items():
        text = text.replace(f"{{{{keys.{role}}}}}", key)
    return _signed(text, discord_seed) if discord_seed and _SIGNATURE in text else text


def _signed(text: str, seed: str) -> str:
    key = SigningKey(bytes.fromhex(seed))
    headers = signature_headers(json.loads(text)["body"].encode(), at=time.time(), key=key)
    text = text.replace(_SIGNATURE, headers["X-Signature-Ed25519"])
    return text.replace("{{discord.timestamp}}", headers["X-Signature-Timestamp"])
