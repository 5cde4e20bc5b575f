"""ClaimQueue: news of the blackboard -> claims begin, are granted, go on, end; a schedule: what was lost is found."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from functions.arbitrate_claims.service import arbitrate
from functions.arbitrate_claims.sweeping import sweep
from shared.blackboard.artefact import Artefact
from shared.blackboard.changing import Ports
from shared.blackboard.posting import with_payload
from shared.ledger.envelope import Cause
from shared.runtime import wiring, wiring_blackboard
from shared.runtime.clock import system_clock
from shared.runtime.observability import count, logger, milliseconds, observed, trace_id_from
from shared.runtime.queue import Consumer, cause_of
from shared.runtime.settings import settings
from shared.runtime.tracing import entry

RESERVE: Final = 5_000  # milliseconds that the last claim of a sweep may take

board = wiring_blackboard.blackboard()
ports = Ports(board=board, clock=system_clock, pause=time.sleep)
instance = settings().sett_instance_name or "default"  # the one that is meant where none is named; it serves all
logger.info("orchestrator_startup", event="orchestrator_startup", instance=instance)


def read(artefact: Artefact) -> Artefact:
    return with_payload(artefact, wiring.files())


def log(event: str, **said: Any) -> None:
    """By the names that people of the blackboard know these lines by."""
    (logger.warning if event == "duplicate_artefact" else logger.info)(event, event=event, **said)
    if event == "claim_created":
        count("ClaimsCreated")
        milliseconds("ClaimLatency", said["latency_ms"])


def handle(event: Mapping[str, Any]) -> timedelta | None:
    return arbitrate(event, cause_of(event), ports=ports, claims=board, read=read, log=log)


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any] | None:
    """`{"task": "sweep"}`, or messages of the queue."""
    if event.get("task") != "sweep":
        return consume(event, context)
    trace_id = trace_id_from({})
    logger.append_keys(trace_id=trace_id)
    with entry("sweep", trace_id=trace_id):
        _sweep(Cause(actor="arbiter", trace_id=trace_id, correlation_id=trace_id), context)
    return None


def _sweep(cause: Cause, context: Any) -> None:
    def has_time() -> bool:
        return bool(context.get_remaining_time_in_millis() > RESERVE)

    state = wiring.state()
    swept = sweep(cause, board=board, state=state, ports=ports, read=read, log=log, has_time=has_time)
    count("ClaimsFound", swept.opened + swept.resumed)
    logger.info("swept", opened=swept.opened, resumed=swept.resumed, failed=len(swept.failed))
    if swept.failed:  # so that somebody hears of it
        raise RuntimeError(f"the sweep could not look at {len(swept.failed)}: {', '.join(swept.failed[:5])}")
