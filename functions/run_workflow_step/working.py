"""A step that is in hand: its handler is asked until it is done, stands in trouble, or the time is up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from functions.run_workflow_step.asking import Trouble, ask
from functions.run_workflow_step.ports import Ports
from functions.run_workflow_step.recording import changed
from shared.control.runs.items import KIND
from shared.control.runs.run import Run, Step, StepStatus
from shared.control.runs.step import Again, Done, StepCall
from shared.control.runs.taking import Hold, LeaseLostError, done, got_on, stumbled
from shared.ledger.envelope import event_id
from shared.runtime.observability import count, logger, milliseconds
from shared.runtime.span import Status, event_span_id
from shared.runtime.tracing import entry

SAVED_EVERY: Final = timedelta(seconds=10)  # what was done since is done once more after a crash
MARGIN: Final = timedelta(seconds=5)  # of the time there is, to put on record what came of it
LEAST: Final = timedelta(seconds=5)  # in less than that nothing more is begun

Came = Done | Again | Trouble

_WENT_WRONG: Final = frozenset({"retried", str(StepStatus.FAILED), str(StepStatus.PARKED)})


def work(run: Run, name: str, ends: datetime, ports: Ports) -> str:
    """In a word, what came of it. Raises ConflictError, DependencyError."""
    step = run.step(name)
    began = ports.clock()
    came_from = event_span_id(event_id(KIND, run.id, 1))
    with entry(f"step {run.workflow} {name}", trace_id=run.trace_id, parent_id=came_from) as span:
        try:
            outcome = _Work(run, step, ports).go(call_of(run, step, ends))
        except LeaseLostError as error:
            logger.warning("step lost", step=name, reason=str(error))
            outcome = "lost"
        span.set(does=_handler(step), outcome=outcome)
        span.end(Status.ERROR if outcome in _WENT_WRONG else Status.OK)
    seconds = (ports.clock() - began).total_seconds()
    logger.info("step", step=name, does=_handler(step), call=step.calls, outcome=outcome, seconds=seconds)
    count(f"Steps{outcome.title()}")
    milliseconds("StepDuration", seconds * 1_000)
    return outcome


def call_of(run: Run, step: Step, ends: datetime) -> StepCall:
    """What is undone is told what it gave or, where it was not done, what it left to go on from."""
    outputs = {one.name: one.output for one in run.steps if one.status is StepStatus.COMPLETED}
    is_undo = step.status is StepStatus.COMPENSATING
    if is_undo:
        outputs[step.name] = step.output or step.checkpoint
    return StepCall(
        run_id=run.id,
        workflow=run.workflow,
        step=step.name,
        scope=run.scope,
        parameters={**run.parameters, **step.constants},
        outputs=outputs,
        checkpoint=step.undo_checkpoint if is_undo else step.checkpoint,
        attempt=step.tries,
        cause=run.cause(),
        until=min(ends, step.lease_until or ends) - MARGIN,
    )


class _Work:
    def __init__(self, run: Run, step: Step, ports: Ports) -> None:
        self._run_id, self._hold = run.id, Hold(step=step.name, call=step.calls)
        self._build = ports.handlers.get(_handler(step))
        self._ports = ports

    def go(self, call: StepCall) -> str:
        """Where a part is done it goes on at once, as far as there is time. Raises LeaseLostError."""
        unsaved: Again | None = None
        saved_at = self._ports.clock()
        while True:
            came = ask(call, self._build, backoff=self._ports.backoff)
            now = self._ports.clock()
            if not isinstance(came, Again) or not _has_time(came, now, call.until):
                return _outcome(self._record(came, unsaved), came)
            unsaved = came
            if now - saved_at >= SAVED_EVERY:
                step = self._record(came, stays=True)
                if step.lease_until is None:  # the run has turned back meanwhile
                    return _outcome(step, came)
                unsaved, saved_at = None, now
            self._ports.pause(came.after.total_seconds())
            call = replace(call, checkpoint=came.checkpoint, attempt=1)

    def _record(self, came: Came, unsaved: Again | None = None, *, stays: bool = False) -> Step:
        """What was not put on record yet is, before the trouble that came after it."""

        def put_down(run: Run) -> Run:
            at = self._ports.clock()
            match came:
                case Done():
                    return done(run, self._hold, came.output, at=at)
                case Again():
                    return got_on(run, self._hold, came, stays=stays, at=at)
            run = got_on(run, self._hold, unsaved, stays=True, at=at) if unsaved else run
            is_stopped = run.step(self._hold.step).lease_until is None
            return run if is_stopped else stumbled(run, self._hold, came.error, wait=came.wait, at=at)

        return changed(self._run_id, put_down, self._ports).step(self._hold.step)


def _has_time(again: Again, now: datetime, until: datetime) -> bool:
    return again.after < SAVED_EVERY and now + again.after + LEAST <= until


def _handler(step: Step) -> str:
    return step.undo or "" if step.status is StepStatus.COMPENSATING else step.does


def _outcome(step: Step, came: Came) -> str:
    if step.status not in (StepStatus.RUNNING, StepStatus.COMPENSATING):
        return str(step.status)
    return "continued" if isinstance(came, Again) else "retried"
