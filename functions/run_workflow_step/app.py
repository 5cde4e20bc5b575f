"""A machine, for a run -> what is due in it is decided; for a step of it -> the step is done, or taken back."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from datetime import timedelta
from typing import Any

from functions.run_workflow_step.handlers import HANDLERS
from functions.run_workflow_step.ports import Ports
from functions.run_workflow_step.service import decide, do_step
from shared.runtime import wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.errors import NotFoundError
from shared.runtime.http import backoff
from shared.runtime.observability import logger, observed

ports = Ports(runs=wiring_runs.runs(), handlers=HANDLERS, clock=system_clock, pause=time.sleep, backoff=backoff)


def _decided(run_id: str, number: int) -> dict[str, Any]:
    """A machine without a run has nothing to drive, and ends."""
    try:
        return decide(run_id, number, ports=ports)
    except NotFoundError:
        logger.error("there is no such run", run_id=run_id)
        return {"run_id": run_id, "round": number + 1, "next": "failed", "steps": [], "seconds": 0}


@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`{"run_id", "round"}`, or `{"run_id", "step"}`."""
    if "step" not in event:
        return _decided(event["run_id"], event["round"])
    ends = system_clock() + timedelta(milliseconds=context.get_remaining_time_in_millis())
    return do_step(event["run_id"], event["step"], ends=ends, ports=ports)
