"""Circuits: a service that is down is left alone for a while, by everybody."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Final

from aws_lambda_powertools.utilities.circuit_breaker import (
    CircuitBreakerConfig,
    CircuitBreakerOpenError,
    CircuitTransition,
    circuit_breaker,
)
from aws_lambda_powertools.utilities.circuit_breaker.persistence import CircuitBreakerDynamoDBPersistence

from shared.runtime.http import Answer, CircuitOpenError, Guard, ServiceDownError, ServiceError, Verdict
from shared.runtime.observability import count, logger

Ask = Callable[[], Answer]

FAILURES: Final = 5  # in a row, seen by one process, open a circuit
OPEN_SECONDS: Final = 30  # then one try is let through, which closes it or not
_SPREAD: Final = 10.0  # seconds over which those who waited come back

_CONFIG: Final = CircuitBreakerConfig(
    failure_threshold=FAILURES,
    recovery_timeout=OPEN_SECONDS,
    success_threshold=1,
    handled_exceptions=ServiceDownError,
)


def circuit(name: str, *, client: Any, table: str) -> Guard:
    """The circuit of a service, shared through the state table. Around what it guards it raises CircuitOpenError."""
    guarding = circuit_breaker(
        name=f"circuit:{name}", persistence_store=_store(client, table), on_transition=_report, config=_CONFIG
    )

    def guard(ask: Ask) -> Ask:
        return partial(_asked, name, guarding(partial(_answered, ask)))

    return guard


def _answered(ask: Ask) -> Answer | ServiceError:
    """A refusal is an answer too: the service is there."""
    try:
        return ask()
    except ServiceDownError:
        raise
    except ServiceError as error:
        return error


def _asked(name: str, guarded: Callable[[], Answer | ServiceError]) -> Answer:
    try:
        answer = guarded()
    except CircuitBreakerOpenError as error:
        opened_at = error.circuit.opened_at if error.circuit else None
        wait = _wait(opened_at)
        raise CircuitOpenError(name, Verdict.RETRY_AFTER, "is down, and is given time", retry_after=wait) from None
    if isinstance(answer, ServiceError):
        raise answer
    return answer


def _wait(opened_at: int | None) -> float:
    """Seconds until it may be tried again."""
    since = datetime.now(UTC).timestamp() - opened_at if opened_at else 0.0
    return max(1.0, OPEN_SECONDS - since) + random.uniform(0, _SPREAD)


@cache
def _store(client: Any, table: str) -> CircuitBreakerDynamoDBPersistence:
    return CircuitBreakerDynamoDBPersistence(
        table_name=table, key_attr="pk", expiry_attr="expires_at", boto3_client=client
    )


def _report(transition: CircuitTransition) -> None:
    logger.warning("circuit", circuit=transition.circuit_name, state=str(transition.to_state))
    count(f"Circuit{str(transition.to_state).title().replace('_', '')}")
