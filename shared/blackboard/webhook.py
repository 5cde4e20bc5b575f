"""How agents are told of work: the secret of an agent's webhooks, what signs one, and the names of agents' queues."""

import base64
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from shared.blackboard.agent import id_of
from shared.runtime.errors import InvalidInputError
from shared.runtime.signatures import secret_bytes, signing_headers

_QUEUE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")  # a FIFO queue's has `.fifo` at its end: order is not promised


def agent_secret(master: bytes, instance: str, name: str) -> str:
    """What this agent's webhooks are signed with, as Standard Webhooks writes secrets; nothing is kept for it."""
    return "whsec_" + base64.b64encode(hmac.digest(master, id_of(instance, name).encode(), sha256)).decode()


def signed_headers(message_id: str, body: bytes, secrets: Sequence[str], *, at: datetime) -> dict[str, str]:
    """Signed with each of the secrets, so that one may be replaced. `message_id` is the same for every try."""
    return signing_headers(message_id, body, [secret_bytes(secret) for secret in secrets], at=at)


def masters(kept: Mapping[str, str]) -> list[bytes]:
    """What secrets of agents are made of: the current one first, then the one before, while there is one."""
    return [kept[name].encode() for name in ("current", "previous") if kept.get(name)]


def check_queue(name: str, prefix: str) -> None:
    """Raises InvalidInputError for a queue that is not an agent's own."""
    if not _QUEUE_NAME.fullmatch(name):
        raise InvalidInputError("a queue's name is letters, digits, - and _, 80 at most; FIFO queues are not taken")
    if not name.startswith(prefix) or name == prefix:
        raise InvalidInputError(f"the names of agents' queues begin with {prefix}")
