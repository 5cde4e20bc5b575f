"""What people do with runs from Discord: the same as over the API, once for each use."""

import re
from collections.abc import Mapping
from typing import Any, Final

from functions.run_commands.command import Use
from functions.run_commands.reading import read
from functions.run_commands.repeating import has_done
from shared.control.history.plan import WORKFLOW as REPLAY
from shared.control.history.plan import plan_of
from shared.control.runs.contracts import CancelIn
from shared.control.runs.items import KIND
from shared.control.runs.run import Run
from shared.control.runs.starting import start_run
from shared.control.runs.steering import Ports, cancel_run, redrive_run, workflow_for
from shared.control.runs.workflow import Workflow
from shared.runtime.errors import ForbiddenError, InvalidInputError

REDRIVEN: Final = "saga.redriven"
_RUN_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def role_of(use: Use) -> str:
    """Nobody's, where somebody has none."""
    return str(use.role or "")


def run_named(use: Use, text: Any) -> Run:
    """Raises InvalidInputError, NotFoundError."""
    return use.ports.runs.get(_run_id(text))


def start(use: Use, workflow: Workflow, parameters: Mapping[str, Any]) -> Run:
    """Carried out again, it is the same run. Raises ForbiddenError, InvalidInputError that names each wrong field."""
    workflow.check_role(role_of(use))
    if workflow.name == REPLAY:  # what no file can say of its parameters
        plan_of(workflow.values(parameters), name="", at=use.at)
    run, _ = start_run(
        workflow,
        scope={},
        parameters=parameters,
        correlation_id=use.key,
        cause=use.cause,
        runs=use.ports.runs,
        at=use.at,
    )
    return run


def cancel(use: Use, run_id: Any, reason: str) -> Run:
    """Raises as `cancel_run`; InvalidInputError for a reason that is none."""
    why = read(CancelIn, {"reason": reason}).reason
    return cancel_run(_run_id(run_id), why, role=role_of(use), cause=use.cause, ports=_ports(use))


def redrive(use: Use, run_id: Any, *, machine: str = "") -> Run:
    """The run, or the new one that tries it once more. `machine`: the number it had when somebody wanted that.

    Raises as `redrive_run`.
    """
    run = run_named(use, run_id)
    if machine not in ("", str(run.machine)) or has_done(use, KIND, run.id, REDRIVEN):
        return run
    return redrive_run(run.id, role=role_of(use), cause=use.cause, ports=_ports(use))


def may_steer(run: Run, role: str) -> bool:
    """Whether somebody of this role may cancel or redrive it."""
    try:
        workflow_for(run, role)
    except ForbiddenError:
        return False
    return True


def _run_id(text: Any) -> str:
    said = str(text).strip().lower()
    if not _RUN_ID.fullmatch(said):
        raise InvalidInputError("this is no id of a run; see `/runs`")
    return said


def _ports(use: Use) -> Ports:
    return Ports(runs=use.ports.runs, clock=use.ports.clock, pause=use.ports.pause)
