"""What follows in a run from where its steps are: it ends, it turns back, or it goes on as before."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from shared.control.runs.deciding import is_worn_out, next_to_undo, quiet_from
from shared.control.runs.run import Run, Status, Step, StepStatus

NOT_BACK: Final = "whoever had it in hand did not come back"
STOPPED: Final = "it was stopped on its way"


def settled(run: Run, *, at: datetime) -> Run:
    """The same run where nothing follows."""
    for step in run.steps:
        if is_worn_out(step, at=at):
            run = given_up(run, step, NOT_BACK, at=at)
    match run.status:
        case Status.PENDING | Status.RUNNING:
            return _going_on(run, at=at)
        case Status.COMPENSATING:
            return _going_back(run, at=at)
        case _:
            return run


def given_up(run: Run, step: Step, error: str, *, at: datetime) -> Run:
    """The step is not tried again, either to do it or to undo it."""
    if step.status is StepStatus.COMPENSATING:
        parked = step.moved(StepStatus.PARKED, lease_until=None, not_before=None, undo_error=error)
        return run.with_step(parked).told("parked", at=at, step=step.name, error=error)
    failed = ended(step, StepStatus.FAILED, run, at=at, error=error)
    return run.with_step(failed).told("step_failed", at=at, step=step.name, error=error)


def ended(step: Step, target: StepStatus, run: Run, *, at: datetime, **changes: Any) -> Step:
    """Out of hand, and behind all that ended before it."""
    place = 1 + max((one.ended or 0 for one in run.steps), default=0)
    return step.moved(target, lease_until=None, not_before=None, ended=place, ended_at=at, **changes)


def turned_back(run: Run, reason: str, *, at: datetime) -> Run:
    """What has not begun never will; what is in hand is waited for."""
    steps = tuple(step.moved(StepStatus.SKIPPED) if step.status is StepStatus.PENDING else step for step in run.steps)
    turned = replace(run, steps=steps, error=reason)
    return settled(turned.moved(Status.COMPENSATING, "compensating", at=at, reason=reason), at=at)


def _going_on(run: Run, *, at: datetime) -> Run:
    for step in run.steps:
        if step.status is StepStatus.FAILED:
            return turned_back(run, f"{step.name}: {step.error}", at=at)
    if any(step.status is not StepStatus.COMPLETED for step in run.steps):
        return run
    over = replace(run, ended_at=at)
    return over.moved(Status.COMPLETED, "completed", at=at, seconds=over.seconds)


def _going_back(run: Run, *, at: datetime) -> Run:
    """Nothing is taken back before all that was under way has ended, or is given up."""
    if quiet_from(run) > at:
        return run
    for step in run.steps:
        if step.status is StepStatus.RUNNING:
            run = given_up(run, step, NOT_BACK if step.lease_until else step.error or STOPPED, at=at)
    return run if next_to_undo(run) else _back(run, at=at)


def _back(run: Run, *, at: datetime) -> Run:
    parked = [step.name for step in run.steps if step.status is StepStatus.PARKED]
    over = replace(run, ended_at=at)
    said = {"reason": run.error or "", "seconds": over.seconds}
    if parked:
        return over.moved(Status.FAILED, "failed", at=at, parked=parked, **said)
    return over.moved(Status.COMPENSATED, "compensated", at=at, **said)
