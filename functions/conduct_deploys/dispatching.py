"""Asking GitHub for the run of an action, once: on record before, and never again where it may have been taken."""

from datetime import timedelta
from typing import Final

from shared.deliveries.delivery import Deliveries, Status
from shared.deploys.run import Run
from shared.deploys.workflow import Workflow
from shared.ledger.envelope import from_text
from shared.runtime.clock import Clock
from shared.runtime.github import NAME
from shared.runtime.http import Call, ServiceError, Verdict
from shared.sinks.delivering import Outcome, deliver
from shared.sinks.sink import Detail, Made

GIVES_UP_AFTER: Final = timedelta(minutes=30)  # nobody wants to be surprised by a deploy
# A dispatch in doubt is looked for nine times, which is what is left of a delivery's tries: for about ten minutes.
FIRST_LOOK_AFTER: Final = timedelta(seconds=15)
LOOKS_AGAIN_AFTER: Final = timedelta(seconds=75)
_NOT_LISTED: Final = "GitHub lists no run of this name"


class Dispatching:
    """As a sink is: the run is what an event of a deploy is brought to GitHub as."""

    name = NAME
    can_look = True
    gives_up_after = GIVES_UP_AFTER
    settles_after = FIRST_LOOK_AFTER

    def __init__(self, workflow: Workflow, *, clock: Clock) -> None:
        self._workflow = workflow
        self._clock = clock

    def skips(self, event: Detail) -> str | None:
        return None

    def request(self, event: Detail) -> Call:
        return self._workflow.dispatch_call(event["data"])

    def send(self, event: Detail) -> Made:
        """Raises ServiceError; what was asked for too long ago is not begun any more."""
        if self._clock() - from_text(event["time"]) > GIVES_UP_AFTER:
            raise ServiceError(NAME, Verdict.TERMINAL, "it was asked for too long ago, and was not started")
        return _made(self._workflow.dispatch(event["data"]))

    def find(self, event: Detail) -> Made:
        """Raises ServiceError, also where none is listed: GitHub may list a run late, or by another name."""
        found = self._workflow.find(event["data"]["run_key"], since=from_text(event["time"]))
        if found is None:
            seconds = LOOKS_AGAIN_AFTER.total_seconds()
            raise ServiceError(NAME, Verdict.AMBIGUOUS, _NOT_LISTED, retry_after=seconds)
        return _made(found)


def dispatch(event: Detail, workflow: Workflow, *, deliveries: Deliveries, clock: Clock) -> Outcome:
    """What became of it, now or before. Raises ConflictError where others are at it, DependencyError."""
    return deliver(event, Dispatching(workflow, clock=clock), live=True, deliveries=deliveries, clock=clock)


def run_of(outcome: Outcome, event: Detail) -> Run | None:
    """The run that was started; None where none is known."""
    record = outcome.delivery
    if record.status is not Status.DELIVERED or record.external_id is None:
        return None
    return Run(id=int(record.external_id), title=event["data"]["run_key"], status="queued", url=record.url)


def _made(run: Run) -> Made:
    return Made(external_id=str(run.id), url=run.url)
