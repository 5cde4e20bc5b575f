"""AgentNoticeQueue: news of the blackboard -> agents that want to be told, by webhook or queue; channels of Redis."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from functions.notify_agents.service import Ports, notify
from shared.blackboard.agent import Agent
from shared.blackboard.artefact import Artefact
from shared.blackboard.posting import with_payload
from shared.deliveries.delivery import Status
from shared.runtime import wiring, wiring_blackboard
from shared.runtime.clock import system_clock
from shared.runtime.http import Service
from shared.runtime.observability import count, logger, observed
from shared.runtime.queue import Consumer
from shared.runtime.settings import settings

_METRICS = {
    Status.DELIVERED: "AgentsTold",
    Status.SKIPPED: "NoticesTooLate",
    Status.FAILED: "NoticesFailed",
    "published": "ChannelsTold",
    "lost": "ChannelNewsLost",
}


def report(what: str, **said: Any) -> None:
    logger.info(what, **said)
    count(_METRICS.get(said["status"], "NoticesWaiting"))


def service(agent: Agent) -> Service:
    return wiring_blackboard.agent_webhooks(agent.id, agent.url or "")


def read(artefact: Artefact) -> Artefact:
    return with_payload(artefact, wiring.files())


def ports() -> Ports:
    return Ports(
        board=wiring_blackboard.blackboard(),
        deliveries=wiring.deliveries(),
        queue=wiring.queue(),
        dead_letters=wiring.dead_letters(),
        service=service,
        masters=wiring_blackboard.agent_webhook_masters,
        queues=wiring_blackboard.agent_queues(),
        queue_prefix=settings().agent_queue_prefix,
        channels=wiring_blackboard.channels,
        read=read,
        report=report,
        clock=system_clock,
    )


def handle(event: Mapping[str, Any]) -> timedelta | None:
    return notify(event, ports())


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return consume(event, context)
