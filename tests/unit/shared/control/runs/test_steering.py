"""What people may do to runs, by their role."""

from dataclasses import replace
from typing import Any

import pytest

from shared.control.runs import steering
from shared.control.runs.run import Run, Status
from shared.control.runs.steering import Ports, cancel_run, redrive_run
from shared.control.runs.store import LedgerRuns
from shared.ledger.memory import MemoryLedger
from shared.runtime.auth import Role
from shared.runtime.errors import (
    ContradictionError,
    DomainError,
    ForbiddenError,
    IllegalTransitionError,
    NotFoundError,
)
from tests.support.builders import a_cause
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock
from tests.unit.shared.control.runs.samples import a_workflow, in_status
from tests.unit.shared.control.runs.test_store import keep


@pytest.fixture(autouse=True)
def _shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"tidy-up": a_workflow(), "for-admins": replace(a_workflow(), name="for-admins", role=Role.ADMIN)}
    monkeypatch.setattr(steering, "workflows", lambda: known)


@pytest.fixture
def ports() -> Ports:
    return Ports(runs=LedgerRuns(MemoryLedger()), clock=HeldClock(), pause=no_pause)


def keep_run(ports: Ports, status: Status, **changes: Any) -> Run:
    assert isinstance(ports.runs, LedgerRuns)
    return keep(ports.runs, in_status(status), **changes)


def cancel(run: Run, ports: Ports, role: str = Role.OPERATOR) -> Run:
    return cancel_run(run.id, "not wanted", role=role, cause=a_cause("key:9"), ports=ports)


def redrive(run: Run, ports: Ports, role: str = Role.OPERATOR) -> Run:
    return redrive_run(run.id, role=role, cause=a_cause("key:9"), ports=ports)


def test_a_run_is_cancelled_by_whoever_did_it(ports: Ports) -> None:
    run = cancel(keep_run(ports, Status.RUNNING), ports)
    assert (run.status, run.cancelled_by, run.cancel_reason) == (Status.COMPENSATING, "key:9", "not wanted")
    assert ports.runs.get(run.id) == run


def test_what_is_parked_is_tried_again(ports: Ports) -> None:
    run = redrive(keep_run(ports, Status.FAILED), ports)
    assert (run.status, run.machine) == (Status.COMPENSATING, 2)


def test_what_was_taken_back_begins_anew(ports: Ports) -> None:
    old = keep_run(ports, Status.COMPENSATED)
    run = redrive(old, ports)
    assert (run.status, run.redrive_of) == (Status.PENDING, old.id)
    assert redrive(old, ports) == run


@pytest.mark.parametrize("status", [Status.PENDING, Status.RUNNING, Status.COMPENSATING, Status.COMPLETED])
def test_what_has_not_failed_is_not_tried_again(ports: Ports, status: Status) -> None:
    run = keep_run(ports, status)
    with pytest.raises(IllegalTransitionError):
        redrive(run, ports)
    assert ports.runs.get(run.id) == run


@pytest.mark.parametrize("act", [cancel, redrive])
@pytest.mark.parametrize("workflow", ["tidy-up", "for-admins", "gone"])
@pytest.mark.parametrize("role", [*Role, ""])
def test_only_who_may_does(ports: Ports, act: Any, workflow: str, role: str) -> None:
    run = keep_run(ports, Status.RUNNING if act is cancel else Status.FAILED, workflow=workflow)
    may = role == Role.ADMIN or (role == Role.OPERATOR and workflow == "tidy-up")
    if may:
        assert act(run, ports, role).status is Status.COMPENSATING
    else:
        with pytest.raises(ForbiddenError):
            act(run, ports, role)
        assert ports.runs.get(run.id) == run


def test_a_run_of_a_workflow_that_is_gone_does_not_begin_anew(ports: Ports) -> None:
    run = keep_run(ports, Status.COMPENSATED, workflow="gone")
    with pytest.raises(ContradictionError, match="is not there any more"):
        redrive(run, ports, Role.ADMIN)


@pytest.mark.parametrize("act", [cancel, redrive])
def test_what_is_not_there_is_not_found(ports: Ports, act: Any) -> None:
    with pytest.raises(NotFoundError) as error:
        act(in_status(Status.RUNNING), ports)
    assert isinstance(error.value, DomainError)
