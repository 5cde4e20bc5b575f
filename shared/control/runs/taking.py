"""A step is taken in hand, and what came of it is put on record: only by who has it in hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.control.runs.deciding import turns
from shared.control.runs.run import Run, Status, Step, StepStatus
from shared.control.runs.settling import STOPPED, ended, given_up, settled
from shared.control.runs.step import Again
from shared.runtime.errors import IllegalTransitionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Who has taken a step in hand knows the number of that call."""

    step: str
    call: int


class LeaseLostError(IllegalTransitionError):
    """Somebody else has the step in hand by now, or it is over; what came of this call is not put on record."""

    def __init__(self, run: Run, hold: Hold) -> None:
        super().__init__(f"step {hold.step} of run {run.id} is not in these hands any more")


def taken(run: Run, name: str, *, at: datetime) -> Run:
    """With the step in hand, to do it or to undo it: its number of calls has grown. Else it was not due.

    Raises NotFoundError.
    """
    run = settled(run, at=at)
    step = run.step(name)
    moment = turns(run).get(name) if run.is_open else None
    if moment is None or moment > at:
        return run
    is_undo = run.status is Status.COMPENSATING
    begun = _begun(step, is_undo=is_undo, at=at)
    if run.status is Status.PENDING:
        run = replace(run, started_at=at).moved(Status.RUNNING, "started", at=at)
    told = {"step": name, "attempt": begun.tries, "undo": is_undo}
    return replace(run.with_step(begun), resumed=0).told("step_started", at=at, **told)


def _begun(step: Step, *, is_undo: bool, at: datetime) -> Step:
    target = StepStatus.COMPENSATING if is_undo else StepStatus.RUNNING
    changed = step if step.status is target else step.moved(target, tries=0)
    return replace(
        changed,
        calls=step.calls + 1,
        tries=changed.tries + 1,
        lease_until=at + step.lease,
        not_before=None,
        started_at=step.started_at or at,
    )


def done(run: Run, hold: Hold, output: Mapping[str, Any], *, at: datetime) -> Run:
    """Raises LeaseLostError."""
    step = _in_hand(run, hold)
    if step.status is StepStatus.COMPENSATING:
        back = step.moved(StepStatus.COMPENSATED, lease_until=None, undone_at=at, undo_error=None)
        return settled(run.with_step(back).told("step_compensated", at=at, step=step.name), at=at)
    over = ended(step, StepStatus.COMPLETED, run, at=at, output=output, checkpoint={}, error=None)
    told = {"step": step.name, "output": output, "seconds": seconds_of(over)}
    return settled(run.with_step(over).told("step_completed", at=at, **told), at=at)


def got_on(run: Run, hold: Hold, again: Again, *, stays: bool, at: datetime) -> Run:
    """A part is done. The rest comes at once in these hands, where it stays in them, else when its time has come.

    A step of a run that has turned back does not go on. Raises LeaseLostError.
    """
    step = _in_hand(run, hold)
    is_undo = step.status is StepStatus.COMPENSATING
    left: dict[str, Any] = {"undo_checkpoint" if is_undo else "checkpoint": again.checkpoint}
    further = replace(step, **left, progress=again.progress or step.progress, tries=0)
    run = run.with_step(further).told("progressed", at=at, step=step.name, undo=is_undo, progress=further.progress)
    if _is_stopped(run, step):
        return settled(given_up(run, further, STOPPED, at=at), at=at)
    if stays:
        return run.with_step(replace(further, tries=1))
    return run.with_step(replace(further, lease_until=None, not_before=at + again.after))


def stumbled(run: Run, hold: Hold, error: str, *, wait: timedelta | None, at: datetime) -> Run:
    """It has not succeeded: it is tried again after `wait`, as far as attempts are left; with None it is given up.

    A step of a run that has turned back is not tried again. Raises LeaseLostError.
    """
    step = _in_hand(run, hold)
    if wait is None or _is_stopped(run, step) or step.tries >= step.attempts:
        return settled(given_up(run, step, error, at=at), at=at)
    is_undo = step.status is StepStatus.COMPENSATING
    said: dict[str, Any] = {"undo_error" if is_undo else "error": error}
    again = replace(step, **said, lease_until=None, not_before=at + wait)
    told = {"step": step.name, "attempt": step.tries, "undo": is_undo, "error": error, "not_before": at + wait}
    return run.with_step(again).told("step_retried", at=at, **told)


def seconds_of(step: Step) -> int:
    """How long it took, from its first call to its end."""
    if step.started_at is None or step.ended_at is None:
        return 0
    return max(int((step.ended_at - step.started_at).total_seconds()), 0)


def _is_stopped(run: Run, step: Step) -> bool:
    """The run has turned back while the step was on its way forward."""
    return run.status is Status.COMPENSATING and step.status is StepStatus.RUNNING


def _in_hand(run: Run, hold: Hold) -> Step:
    step = run.step(hold.step)
    if step.calls != hold.call or step.lease_until is None:
        raise LeaseLostError(run, hold)
    return step
