"""What people may do to runs: each use case checks the role, which the run's workflow says."""

from dataclasses import dataclass
from functools import partial

from shared.control.runs.run import Run, Status
from shared.control.runs.shipped import workflows
from shared.control.runs.starting import run_anew
from shared.control.runs.store import Runs, change_run
from shared.control.runs.turning import cancelled, redriven
from shared.control.runs.workflow import Workflow
from shared.ledger.envelope import Cause
from shared.runtime.attempts import Pause
from shared.runtime.auth import Role
from shared.runtime.clock import Clock
from shared.runtime.errors import ContradictionError, ForbiddenError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    runs: Runs
    clock: Clock
    pause: Pause


def cancel_run(run_id: str, reason: str, *, role: str, cause: Cause, ports: Ports) -> Run:
    """Raises NotFoundError, ForbiddenError, IllegalTransitionError, ConflictError, DependencyError."""
    workflow_for(ports.runs.get(run_id), role)
    cancel = partial(cancelled, by=cause.actor, reason=reason, at=ports.clock())
    return change_run(run_id, cancel, runs=ports.runs, pause=ports.pause, cause=cause)


def redrive_run(run_id: str, *, role: str, cause: Cause, ports: Ports) -> Run:
    """What could not be taken back is tried again; one that was taken back begins anew, as another run.

    Raises as `cancel_run`; ContradictionError where its workflow is not there any more; InvalidInputError where that
    does not take its parameters any more.
    """
    run = ports.runs.get(run_id)
    workflow = workflow_for(run, role)
    if run.status is not Status.COMPENSATED:
        again = partial(redriven, at=ports.clock())
        return change_run(run_id, again, runs=ports.runs, pause=ports.pause, cause=cause)
    if workflow is None:
        raise ContradictionError(f"workflow {run.workflow} is not there any more")
    return run_anew(run, workflow, cause=cause, runs=ports.runs, at=ports.clock())[0]


def workflow_for(run: Run, role: str) -> Workflow | None:
    """Raises ForbiddenError: also where nobody can say any more whom it is for, but to an admin."""
    workflow = workflows().get(run.workflow)
    if workflow is not None:
        workflow.check_role(role)
    elif role != Role.ADMIN:
        raise ForbiddenError(f"workflow {run.workflow} is not there any more; this is for role {Role.ADMIN}")
    return workflow
