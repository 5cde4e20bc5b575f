"""The composition root of the blackboard and its agents."""

from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.errors import DependencyError
from shared.runtime.settings import settings
from shared.runtime.wiring import client, ledger, secret, service, url_guard

if TYPE_CHECKING:
    from shared.blackboard.store import LedgerBlackboard
    from shared.runtime.agent_queues import AgentQueues
    from shared.runtime.backends import Check
    from shared.runtime.http import Service
    from shared.state.redis_channels import RedisChannels


@cache
def blackboard() -> "LedgerBlackboard":
    from shared.blackboard.store import LedgerBlackboard

    return LedgerBlackboard(ledger())


def agent_webhooks(agent_id: str, url: str) -> "Service":
    """Where an agent hears of work; each has a circuit of its own."""
    from shared.control.overview.circuits import circuit_of_agent
    from shared.runtime.http import Address

    def locate(*, fresh: bool = False) -> Address:
        return Address(url=url)

    return service(circuit_of_agent(agent_id), locate, send=url_guard().send_guarded)


def agent_webhook_masters(*, fresh: bool = False) -> list[bytes]:
    """What the secrets of agents' webhooks are made of, current and previous."""
    from shared.blackboard.webhook import masters

    return masters(secret(settings().agent_webhook_secret, "json")(fresh=fresh))


@cache
def agent_queues() -> "AgentQueues":
    from shared.runtime.agent_queues import AgentQueues

    return AgentQueues(client("sqs"), settings().queue_url.rpartition("/")[0])


def channels() -> "RedisChannels | None":
    """None where there is no Redis."""
    url = settings().redis_url
    return _channels(url) if url else None


@cache
def _channels(url: str) -> "RedisChannels":
    from shared.state.redis_channels import RedisChannels

    return RedisChannels(url)


def backends() -> "dict[str, Check]":
    """What the blackboard stands on: see shared/runtime/backends.py."""
    redis = channels()
    return {"database": _check_ledger} | ({"redis": redis.ping} if redis else {})


def _check_ledger() -> None:
    if not ledger().is_reachable():
        raise DependencyError("the ledger cannot be reached")
