"""A run is changed, and it is said where that brings it to."""

from collections.abc import Callable

from functions.run_workflow_step.ports import Ports
from shared.control.runs.run import Run, Status
from shared.control.runs.store import change_run
from shared.runtime.observability import count, logger, milliseconds

_COUNTED = {
    Status.RUNNING: "RunsStarted",
    Status.COMPENSATING: "RunsTurnedBack",
    Status.COMPLETED: "RunsCompleted",
    Status.COMPENSATED: "RunsCompensated",
    Status.FAILED: "RunsFailed",
}


def changed(run_id: str, change: Callable[[Run], Run], ports: Ports) -> Run:
    """Raises as `change_run`."""
    before: list[Status] = []

    def noting(run: Run) -> Run:
        before[:] = [run.status]
        logger.append_keys(trace_id=run.trace_id, run_id=run.id, workflow=run.workflow)
        return change(run)

    run = change_run(run_id, noting, runs=ports.runs, pause=ports.pause)
    if run.status is not before[0]:
        _tell(run)
    return run


def _tell(run: Run) -> None:
    logger.info("run", status=str(run.status), reason=run.error, seconds=run.seconds)
    count(_COUNTED[run.status])
    if run.seconds is not None:
        milliseconds("RunDuration", run.seconds * 1_000)
