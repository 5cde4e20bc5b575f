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
OPEN_SECONDS: Final = 30  # then one try is let through, which closes it or not; where nothing else is said
_SPREAD: Final = 1 / 3  # of those seconds: over them those who waited come back


def circuit(name: str, *, client: Any, table: str, open_seconds: int = OPEN_SECONDS) -> Guard:
    """The circuit of a service, shared through the state table. Around what it guards it raises CircuitOpenError."""
    guarding = circuit_breaker(
        name=f"circuit:{name}",
        persistence_store=_store(client, table),
        on_transition=_report,
        config=_config(open_seconds),
    )

    def guard(ask: Ask) -> Ask:
        return partial(_asked, name, open_seconds, guarding(partial(_answered, ask)))

    return guard


def _answered(ask: Ask) -> Answer | ServiceError:
    """A refusal is an answer too: the service is there."""
    try:
        return ask()
    except ServiceDownError:
        raise
    except ServiceError as error:
        return error


@cache
def _config(open_seconds: int) -> CircuitBreakerConfig:
    return CircuitBreakerConfig(
        failure_threshold=FAILURES,
        recovery_timeout=open_seconds,
        success_threshold=1,
        handled_exceptions=ServiceDownError,
    )


def _asked(name: str, open_seconds: int, guarded: Callable[[], Answer | ServiceError]) -> Answer:
    try:
        answer = guarded()
    except CircuitBreakerOpenError as error:
        opened_at = error.circuit.opened_at if error.circuit else None
        wait = _wait(opened_at, open_seconds)
        raise CircuitOpenError(name, Verdict.RETRY_AFTER, "is down, and is given time", retry_after=wait) from None
    if isinstance(answer, ServiceError):
        raise answer
    return answer


def _wait(opened_at: int | None, open_seconds: int) -> float:
    """Seconds until it may be tried again."""
    since = datetime.now(UTC).timestamp() - opened_at if opened_at else 0.0
    return max(1.0, open_seconds - since) + random.uniform(0, open_seconds * _SPREAD)


@cache
def _store(client: Any, table: str) -> CircuitBreakerDynamoDBPersistence:
    return CircuitBreakerDynamoDBPersistence(
        table_name=table, key_attr="pk", expiry_attr="expires_at", boto3_client=client
    )


def _report(transition: CircuitTransition) -> None:
    logger.warning("circuit", circuit=transition.circuit_name, state=str(transition.to_state))
    count(f"Circuit{str(transition.to_state).title().replace('_', '')}")
