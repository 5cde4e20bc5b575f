"""An agent that is to be told, as a sink: by webhook, or by a queue of its own."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, Protocol

from shared.blackboard.agent import Agent
from shared.blackboard.webhook import agent_secret, check_queue, signed_headers
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError, InvalidInputError, NotFoundError
from shared.runtime.http import Call, Service, ServiceError, Verdict
from shared.sinks.sink import Detail, Made

GIVES_UP_AFTER: Final = timedelta(days=1)  # as a rule the lease is over long before
MOST_READ: Final = 64 * 1024  # bytes of an answer nobody looks at

Late = Callable[[], str | None]  # why nobody has to be told any more


class Queues(Protocol):
    def send(self, queue: str, body: str) -> None:
        """Raises NotFoundError, DependencyError."""


class _Telling:
    """It is told under one id however often: who looks at that is told once, so it may be told again."""

    can_look = True
    gives_up_after = GIVES_UP_AFTER
    settles_after = timedelta(0)

    def __init__(self, agent: Agent, body: bytes, late: Late) -> None:
        self.name = sink_of(agent)
        self._agent = agent
        self._body = body
        self._late = late

    def skips(self, event: Detail) -> str | None:
        return self._late()

    def request(self, event: Detail) -> Call:
        return Call(method="POST", path="", content=self._body, repeatable=True, max_answer=MOST_READ)

    def find(self, event: Detail) -> Made | None:
        return None


class WebhookTelling(_Telling):
    def __init__(
        self,
        agent: Agent,
        body: bytes,
        late: Late,
        *,
        service: Service,
        masters: Sequence[bytes],
        clock: Clock,
    ) -> None:
        super().__init__(agent, body, late)
        self._service = service
        self._secrets = [agent_secret(master, agent.instance, agent.name) for master in masters]
        self._clock = clock

    def send(self, event: Detail) -> Made:
        message_id = f"{event['id']}:{self._agent.name}"
        signed = signed_headers(message_id, self._body, self._secrets, at=self._clock())
        headers = {"Content-Type": "application/json", **signed}
        self._service.ask(
            Call(
                method="POST",
                path="",
                content=self._body,
                headers=headers,
                repeatable=True,
                max_answer=MOST_READ,
            )
        )
        return Made(external_id=message_id)


class QueueTelling(_Telling):
    def __init__(self, agent: Agent, body: bytes, late: Late, *, queues: Queues, prefix: str) -> None:
        super().__init__(agent, body, late)
        self._queues = queues
        self._prefix = prefix

    def request(self, event: Detail) -> Call:
        """Raises InvalidInputError for a queue that is not an agent's."""
        check_queue(self._agent.queue or "", self._prefix)
        return super().request(event)

    def send(self, event: Detail) -> Made:
        try:
            self._queues.send(self._agent.queue or "", self._body.decode())
        except (NotFoundError, InvalidInputError) as error:
            raise ServiceError(self.name, Verdict.TERMINAL, str(error)) from None
        except DependencyError as error:
            raise ServiceError(self.name, Verdict.RETRY_BACKOFF, str(error)) from None
        return Made(external_id=None)


def sink_of(agent: Agent) -> str:
    return f"agent:{agent.id}"
