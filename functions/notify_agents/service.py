"""An event of the blackboard: everyone it concerns is told of it, each by a message of their own."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Protocol

from functions.notify_agents.channels import messages_of
from functions.notify_agents.notices import Detail, body_of, is_told, told_of, too_late
from functions.notify_agents.telling import Queues, QueueTelling, WebhookTelling, sink_of
from shared.blackboard.agent import WEBHOOK, Agent
from shared.blackboard.artefact import Artefact
from shared.blackboard.claim import Claim
from shared.deliveries.delivery import Deliveries, Delivery
from shared.ledger.envelope import is_replayed
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError
from shared.runtime.http import Service, backoff
from shared.runtime.queue import Queue
from shared.sinks.delivering import deliver
from shared.state.channel import Message

# In the detail of a message that is for one of them alone: the agent's name; how often the channels were tried.
FOR_AGENT: Final = "for_agent"
FOR_CHANNELS: Final = "for_channels"
LETTER_OF: Final = "letter_of"  # of a dead letter: the revision of the record it is about
MOST_TRIES: Final = 10  # of the channels: who listens there has to do without

Report = Callable[..., None]


class Board(Protocol):
    def agents(self, instance: str, names: Collection[str]) -> dict[str, Agent]: ...
    def claim(self, claim_id: str) -> Claim: ...
    def artefact(self, artefact_id: str) -> Artefact: ...


class Channels(Protocol):
    def publish(self, messages: Sequence[Message]) -> None:
        """Raises DependencyError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`queue` is the function's own. `channels` gives None where there is no Redis."""

    board: Board
    deliveries: Deliveries
    queue: Queue
    dead_letters: Queue
    service: Callable[[Agent], Service]
    masters: Callable[[], Sequence[bytes]]
    queues: Queues
    queue_prefix: str
    channels: Callable[[], Channels | None]
    read: Callable[[Artefact], Artefact]  # with its payload
    report: Report  # what has become of what, for the log and to be counted
    clock: Clock


def notify(event: Detail, ports: Ports) -> timedelta | None:
    """When to come back with this message. Raises NotFoundError, ConflictError, DependencyError."""
    if FOR_AGENT in event:
        return _tell(event, ports)
    if FOR_CHANNELS not in event:
        _hand_out(event, ports)
    if not is_replayed(event):  # who listens to the channels cannot tell that it is old
        _publish(event, ports)
    return None


def _hand_out(event: Detail, ports: Ports) -> None:
    """A message for each: nobody waits for one who is slow."""
    names = told_of(event)
    agents = ports.board.agents(event["data"]["instance"], names)
    for name in names:
        if is_told(agents.get(name), event):
            _send(event, {FOR_AGENT: name}, ports.queue, after=timedelta(0))


def _tell(event: Detail, ports: Ports) -> timedelta | None:
    agent = ports.board.agents(event["data"]["instance"], [event[FOR_AGENT]]).get(event[FOR_AGENT])
    if agent is None or not is_told(agent, event):  # not any more
        return None
    outcome = deliver(
        event,
        _telling(event, agent, ports),
        live=True,
        deliveries=ports.deliveries,
        clock=ports.clock,
        trigger=_trigger(event, agent, ports),
    )
    ports.report("notice", agent=agent.id, status=outcome.delivery.status, reason=outcome.delivery.last_error)
    if outcome.delivery.is_given_up and not outcome.delivery.is_announced:
        _give_up(event, outcome.delivery, ports)
    return outcome.wait


def _trigger(event: Detail, agent: Agent, ports: Ports) -> str | None:
    """By what somebody asks for it once more: a dead letter that was moved back, if nothing came after it."""
    if LETTER_OF not in event:
        return None
    known, letter = ports.deliveries.get(event["id"], sink_of(agent)), event[LETTER_OF]
    is_last_word = known is not None and known.revision - letter in (0, 1)  # the record was closed after it
    return f"letter:{letter}" if is_last_word else None


def _telling(event: Detail, agent: Agent, ports: Ports) -> WebhookTelling | QueueTelling:
    claim = ports.board.claim(event["data"]["claim_id"])
    body = body_of(event, claim, agent.name)

    def late() -> str | None:
        return too_late(event, claim, agent.name, at=ports.clock())

    if agent.delivery == WEBHOOK:
        return WebhookTelling(
            agent, body, late, service=ports.service(agent), masters=ports.masters(), clock=ports.clock
        )
    return QueueTelling(agent, body, late, queues=ports.queues, prefix=ports.queue_prefix)


def _give_up(event: Detail, given_up: Delivery, ports: Ports) -> None:
    """It lies in the dead letters with the reason; twice, where the work is cut off. Moved back, it is tried again."""
    reason = given_up.last_error or ""
    _send(event, {LETTER_OF: given_up.revision}, ports.dead_letters, after=timedelta(0), reason=reason)
    ports.deliveries.save(replace(given_up, is_announced=True))


def _publish(event: Detail, ports: Ports) -> None:
    """Where Redis is away, it is tried again with a message of its own, and then left."""
    channels = ports.channels()
    if channels is None:
        return
    messages = messages_of(event, board=ports.board, read=ports.read)
    if not messages:
        return
    try:
        channels.publish(messages)
    except DependencyError as error:
        tries = event.get(FOR_CHANNELS, 0) + 1
        is_over = tries >= MOST_TRIES
        ports.report("channels", status="lost" if is_over else "delayed", reason=str(error), tries=tries)
        if not is_over:
            _send(event, {FOR_CHANNELS: tries}, ports.queue, after=timedelta(seconds=backoff(tries)))
        return
    ports.report("channels", status="published", messages=len(messages))


def _send(event: Detail, more: Mapping[str, Any], queue: Queue, *, after: timedelta, **beside: str) -> None:
    queue.send(json.dumps({"detail": {**event, **more}, **beside}, ensure_ascii=False), after=after)
