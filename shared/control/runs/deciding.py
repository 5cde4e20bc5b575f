"""What comes next in a run, at a moment: which steps are due, what has to be waited for, and what time alone ends."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from shared.control.runs.run import OPEN, Run, Status, Step, StepStatus

LONGEST_WAIT: Final = 30  # seconds: then it is looked again, so that who cancels is soon heard

_ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
_HAS_DONE: Final = frozenset({StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.COMPENSATING})


class Next(StrEnum):
    RUN = "run"
    WAIT = "wait"
    DONE = "done"
    FAILED = "failed"  # and somebody has to look at it


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    next: Next
    steps: tuple[str, ...] = ()  # for `run`
    seconds: int = 0  # for `wait`


def decision(run: Run, *, at: datetime) -> Decision:
    """Of a run that is `settled`."""
    if run.status not in OPEN:
        return Decision(next=Next.FAILED if run.status is Status.FAILED else Next.DONE)
    due = tuple(name for name, moment in turns(run).items() if moment <= at)
    if due:
        return Decision(next=Next.RUN, steps=due)
    seconds = math.ceil((next_moment(run) - at).total_seconds())
    return Decision(next=Next.WAIT, seconds=min(max(seconds, 1), LONGEST_WAIT))


def turns(run: Run) -> dict[str, datetime]:
    """The steps whose turn it is, and from when on each can be taken in hand."""
    if run.status is not Status.COMPENSATING:
        return {step.name: _free_from(step) for step in run.steps if _is_its_turn(step, run)}
    step = next_to_undo(run)
    return {step.name: max(_free_from(step), quiet_from(run))} if step else {}


def next_moment(run: Run) -> datetime:
    """When something is to be done in an open run, at the earliest."""
    return min([*turns(run).values()] or [quiet_from(run)])


def next_to_undo(run: Run) -> Step | None:
    """The last that ended of those that can be taken back; what has failed may have done a part of its work."""
    undoable = [step for step in run.steps if step.undo and step.status in _HAS_DONE]
    return max(undoable, key=lambda step: step.ended or 0, default=None)


def quiet_from(run: Run) -> datetime:
    """Before that a step may still be at work; nothing is taken back meanwhile."""
    in_hand = (step.lease_until for step in run.steps if step.status is StepStatus.RUNNING and step.lease_until)
    return max(in_hand, default=_ALWAYS)


def is_worn_out(step: Step, *, at: datetime) -> bool:
    """Whoever had it in hand did not come back, and it was the last attempt."""
    return step.lease_until is not None and step.lease_until <= at and step.tries >= step.attempts


def _is_its_turn(step: Step, run: Run) -> bool:
    if step.status is StepStatus.PENDING:
        return all(run.step(name).status is StepStatus.COMPLETED for name in step.after)
    return step.status is StepStatus.RUNNING


def _free_from(step: Step) -> datetime:
    return step.lease_until or step.not_before or _ALWAYS
