"""Having an agent take part."""

import time
from typing import Final

from shared.blackboard.agent import QUEUE, WEBHOOK, Agent, new_agent
from shared.blackboard.contracts import AgentIn
from shared.blackboard.store import LedgerBlackboard
from shared.blackboard.webhook import agent_secret, check_queue
from shared.ledger.envelope import Cause
from shared.runtime import wiring, wiring_blackboard
from shared.runtime.attempts import attempts
from shared.runtime.clock import system_clock
from shared.runtime.errors import ConflictError, ContendedError, InvalidInputError
from shared.runtime.settings import settings

_ATTEMPTS: Final = 30  # all agents of an instance may register at the same moment


def register(
    instance: str, name: str, wanted: AgentIn, cause: Cause, *, board: LedgerBlackboard
) -> tuple[Agent, bool, str | None]:
    """The agent, whether it is new, and the secret of its webhooks, if it has some.

    Raises InvalidInputError, ConflictError.
    """
    _check(wanted)
    board.begin(instance, cause, at=system_clock())
    for _ in attempts(_ATTEMPTS, pause=time.sleep):
        before = board.agents(instance, [name]).get(name)
        is_new = before is None or before.is_removed
        now = system_clock()
        agent = (before or new_agent(instance, name, at=now)).registered(wanted.registration(name), at=now)
        try:
            board.save(cause, agents=[agent])
        except ConflictError:
            continue
        return board.agent(instance, name), is_new, _secret(instance, name) if wanted.url else None
    raise ContendedError(f"{name}, or who takes part, is changed all the time; try again")


def _secret(instance: str, name: str) -> str:
    return agent_secret(wiring_blackboard.agent_webhook_masters()[0], instance, name)


def _check(wanted: AgentIn) -> None:
    """Where it is told of work is to be its own, and nobody's inside. Raises InvalidInputError, DependencyError."""
    if (wanted.delivery == WEBHOOK) != (wanted.url is not None):
        raise InvalidInputError("a webhook needs a url, and nothing else has one")
    if (wanted.delivery == QUEUE) != (wanted.queue is not None):
        raise InvalidInputError("delivery to a queue needs the name of the queue, and nothing else has one")
    if wanted.url is not None:
        wiring.url_guard().check(wanted.url)
    if wanted.queue is not None:
        check_queue(wanted.queue, settings().agent_queue_prefix)
