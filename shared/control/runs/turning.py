"""What people do to a run: they cancel it, or have tried again what could not be taken back; and it is driven on."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from shared.control.runs.deciding import next_moment
from shared.control.runs.run import Run, Status, StepStatus
from shared.control.runs.settling import turned_back
from shared.runtime.errors import IllegalTransitionError

PATIENCE: Final = timedelta(minutes=5)  # with a run in which something is due, before another machine is started
LONGEST_PATIENCE: Final = timedelta(hours=6)  # it doubles each time nothing comes of it


def cancelled(run: Run, by: str, reason: str, *, at: datetime) -> Run:
    """Cancelled twice it is cancelled. Raises IllegalTransitionError where it has turned back, or ended, by itself."""
    if run.cancelled_by is not None:
        return run
    if run.status not in (Status.PENDING, Status.RUNNING):
        raise IllegalTransitionError(f"run {run.id} is {run.status}; there is nothing to cancel")
    asked = replace(run, cancelled_by=by, cancelled_at=at, cancel_reason=reason)
    return turned_back(asked.told("cancel_requested", at=at, reason=reason), f"cancelled: {reason}", at=at)


def redriven(run: Run, *, at: datetime) -> Run:
    """What is parked is tried again, by another machine. Raises IllegalTransitionError."""
    if run.status is not Status.FAILED:
        raise IllegalTransitionError(f"run {run.id} is {run.status}; nothing of it is parked")
    steps = tuple(
        step.moved(StepStatus.COMPENSATING, tries=0) if step.status is StepStatus.PARKED else step for step in run.steps
    )
    again = replace(run, steps=steps, machine=run.machine + 1, resumed=0, ended_at=None)
    return again.moved(Status.COMPENSATING, "redriven", at=at, machine=again.machine)


def stands_still(run: Run, *, at: datetime) -> bool:
    """Something was due long ago, and nobody has done it."""
    if not run.is_open:
        return False
    patience = min(PATIENCE * (1 << min(run.resumed, 10)), LONGEST_PATIENCE)
    return max(run.changed_at, next_moment(run)) + patience <= at


def resumed(run: Run, *, at: datetime) -> Run:
    """Under another machine's number."""
    again = replace(run, machine=run.machine + 1, resumed=run.resumed + 1)
    return again.told("resumed", at=at, machine=again.machine)
