"""notify_agents without AWS: a blackboard in memory, services that answer as they are told, a clock of one's own."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from functions.notify_agents.service import Ports, notify
from shared.blackboard.agent import Agent
from shared.deliveries.delivery import Delivery, MemoryDeliveries
from shared.ledger.envelope import Event, to_detail
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import DependencyError, NotFoundError
from shared.runtime.http import Address, Answer, Call, NoAnswerError, Service
from shared.state.channel import Message
from tests.support.board import Board

PREFIX = "switchyard-agent-"
MASTER = b"the-key-under-the-secrets-of-agents"


class MemoryQueue:
    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def send(self, body: str, *, after: timedelta) -> None:
        self.messages.append(json.loads(body))

    def take(self) -> list[dict[str, Any]]:
        taken, self.messages = self.messages, []
        return taken


class Agents:
    """What is posted to URLs. `answers` by URL: statuses, or answers, one after the other; the last one stays."""

    def __init__(self) -> None:
        self.answers: dict[str, list[Any]] = {}
        self.posts: list[tuple[str, Mapping[str, str], dict[str, Any]]] = []

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.posts.append((url, headers, json.loads(call.body() or b"{}")))
        queue = self.answers.get(url, [200])
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if answer is None:
            raise NoAnswerError("did not answer in time")
        return answer if isinstance(answer, Answer) else Answer(status=answer, headers={}, body=b"")


class Queues:
    def __init__(self, *names: str) -> None:
        self.sent: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        self.is_unwell = False

    def send(self, queue: str, body: str) -> None:
        if self.is_unwell:
            raise DependencyError("the queue cannot answer now")
        if queue not in self.sent:
            raise NotFoundError(f"there is no queue {queue}")
        self.sent[queue].append(json.loads(body))


class Channels:
    def __init__(self) -> None:
        self.said: list[tuple[str, dict[str, Any]]] = []
        self.is_away = False

    def publish(self, messages: Sequence[Message]) -> None:
        if self.is_away:
            raise DependencyError("Redis: connection refused")
        self.said += [(channel, json.loads(text)) for channel, text in messages]

    def take(self, channel: str) -> list[dict[str, Any]]:
        taken = [text for name, text in self.said if name.endswith(f":{channel}")]
        self.said = [(name, text) for name, text in self.said if not name.endswith(f":{channel}")]
        return taken


class World:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)  # so that signatures are fresh to who checks them
        self.board = Board(ledger=MemoryLedger(), clock=self.clock)
        self.deliveries = MemoryDeliveries()
        self.queue = MemoryQueue()
        self.dead_letters = MemoryQueue()
        self.agents = Agents()
        self.queues = Queues(f"{PREFIX}reader")
        self.channels: Channels | None = None
        self.reports: list[tuple[str, dict[str, Any]]] = []

    def clock(self) -> datetime:
        return self.now

    def ports(self) -> Ports:
        return Ports(
            board=self.board.kept,
            deliveries=self.deliveries,
            queue=self.queue,
            dead_letters=self.dead_letters,
            service=self.service,
            masters=lambda: [MASTER],
            queues=self.queues,
            queue_prefix=PREFIX,
            channels=lambda: self.channels,
            read=lambda artefact: artefact,
            report=lambda what, **said: self.reports.append((what, said)),
            clock=self.clock,
        )

    def service(self, agent: Agent) -> Service:
        def locate(*, fresh: bool = False) -> Address:
            return Address(url=agent.url or "")

        return Service(agent.id, locate, send=self.agents)

    def tell(self, event: Event) -> None:
        """The event comes from the bus, and each agent's message is dealt with once."""
        self.hear(event)
        self.work()

    def hear(self, event: Event) -> None:
        assert notify(to_detail(event), self.ports()) is None

    def work(self) -> list[timedelta | None]:
        """Deal with what is in the queue; what has to wait is put back, as the consumer does it."""
        waits = []
        for message in self.queue.take():
            wait = notify(message["detail"], self.ports())
            waits.append(wait)
            if wait is not None:
                self.queue.messages.append(message)
        return waits

    def go_on(self, wait: timedelta) -> None:
        self.now += wait

    def record(self, event: Event, name: str) -> Delivery:
        record = self.deliveries.get(event.id, f"agent:default/{name}")
        assert record is not None
        return record
