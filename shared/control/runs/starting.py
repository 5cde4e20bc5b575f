"""A run begins: under an id that follows from what it is called for, so that it begins once."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from shared.control.runs.json_values import MOST_SCOPE_BYTES, checked
from shared.control.runs.run import Run, Status
from shared.control.runs.store import Runs
from shared.control.runs.workflow import Workflow
from shared.ledger.envelope import Cause
from shared.runtime.errors import (
    ConflictError,
    ContradictionError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
)

LONGEST_CORRELATION_ID: Final = 128


def start_run(
    workflow: Workflow,
    *,
    scope: Mapping[str, Any],
    parameters: Mapping[str, Any],
    correlation_id: str | None,
    cause: Cause,
    runs: Runs,
    at: datetime,
) -> tuple[Run, bool]:
    """The run, and whether it is new: asked for again with the same correlation id, it is the one that there is.

    Raises InvalidInputError naming each wrong field; ContradictionError where a run of this correlation id was asked
    for with something else; DependencyError.
    """
    if correlation_id is not None:
        _check_correlation_id(correlation_id)
    wanted = planned(
        workflow,
        run_id_of(workflow.name, correlation_id),
        scope=checked("scope", scope, most=MOST_SCOPE_BYTES),
        parameters=workflow.values(parameters),
        cause=replace(cause, correlation_id=correlation_id or cause.correlation_id),
        at=at,
    )
    return _kept(wanted, cause, runs)


def run_anew(run: Run, workflow: Workflow, *, cause: Cause, runs: Runs, at: datetime) -> tuple[Run, bool]:
    """A run that was taken back is tried once more, as a new one; the same one, however often that is asked for.

    Raises IllegalTransitionError where it was not taken back; InvalidInputError where the workflow does not take its
    parameters any more; DependencyError.
    """
    if run.status is not Status.COMPENSATED:
        raise IllegalTransitionError(f"run {run.id} is {run.status}; only one that is compensated begins anew")
    wanted = planned(
        workflow,
        _digest(f"{run.workflow}\nredrive of\n{run.id}"),  # no correlation id has two lines
        scope=run.scope,
        parameters=workflow.values(run.parameters),
        cause=replace(cause, correlation_id=run.correlation_id),
        at=at,
        redrive_of=run.id,
    )
    return _kept(wanted, cause, runs)


def run_id_of(workflow: str, correlation_id: str | None) -> str:
    """Random without a correlation id."""
    return secrets.token_hex(16) if correlation_id is None else _digest(f"{workflow}\n{correlation_id}")


def planned(
    workflow: Workflow,
    run_id: str,
    *,
    scope: Mapping[str, Any],
    parameters: Mapping[str, Any],
    cause: Cause,
    at: datetime,
    redrive_of: str | None = None,
) -> Run:
    run = Run(
        id=run_id,
        workflow=workflow.name,
        scope=scope,
        parameters=parameters,
        steps=workflow.steps,
        correlation_id=cause.correlation_id,
        trace_id=cause.trace_id,
        created_by=cause.actor,
        created_at=at,
        redrive_of=redrive_of,
        changed_at=at,
    )
    return run.told("created", at=at, scope=scope, parameters=parameters, redrive_of=redrive_of)


def _kept(wanted: Run, cause: Cause, runs: Runs) -> tuple[Run, bool]:
    """Whoever is second finds the first one's, and is told if that is another."""
    try:
        return runs.save(wanted, replace(cause, correlation_id=wanted.correlation_id)), True
    except ConflictError:
        pass
    known = _first(wanted, runs)
    if (known.scope, known.parameters, known.workflow) != (wanted.scope, wanted.parameters, wanted.workflow):
        raise ContradictionError(f"run {known.id} of this correlation id was asked for with something else")
    return known, False


def _first(wanted: Run, runs: Runs) -> Run:
    """Raises ConflictError where it is not there yet: DynamoDB refuses also who meets one that is still writing."""
    try:
        return runs.get(wanted.id)
    except NotFoundError:
        raise ConflictError(f"run {wanted.id} is being started; ask again") from None


def _check_correlation_id(given: str) -> None:
    if not 0 < len(given) <= LONGEST_CORRELATION_ID or not given.isascii() or not given.isprintable():
        raise InvalidInputError(f"correlation_id: up to {LONGEST_CORRELATION_ID} printable ASCII characters are wanted")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
