"""A stack that tells agents: which origins may be private, where their queues are, and whether there is a Redis."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from functions.notify_agents.service import FOR_AGENT
from shared.ledger.envelope import Event, to_detail
from tests.support.told import told

AGENT_QUEUES: Final = "switchyard-agent-"


@contextmanager
def notifying(*origins: str, redis_url: str = "") -> Iterator[None]:
    """Inside, product code knows all of that. AWS has to be there."""
    known = {
        "agent_webhook_secret": "agent-webhooks",
        "agent_queue_prefix": AGENT_QUEUES,
        "allowed_private_origins": ",".join(origins),
        "redis_url": redis_url,
    }
    with told(**known):
        yield


def notice_for(agent: str, event: Event) -> str:
    """The message for one agent alone."""
    return json.dumps({"detail": {**to_detail(event), FOR_AGENT: agent}})
