"""Stream of the ledger -> bus: every recorded event leaves, in order of its shard."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from collections.abc import Sequence
from typing import Any

from functions.relay_events.service import relay
from functions.relay_events.spans import show_relayed
from shared.ledger.envelope import Event
from shared.ledger.items import event_from
from shared.runtime import wiring
from shared.runtime.aws import AWS_ERRORS
from shared.runtime.errors import DependencyError
from shared.runtime.observability import count, logger, milliseconds, observed
from shared.runtime.tracing import now

STEP = "listing.state."  # whoever took it: every step of a listing passes here

bus = wiring.bus()
mark = wiring.relay_mark()


def keep_mark(relayed: Sequence[Event]) -> None:
    """So that people see whether it keeps up. They can do without; the events cannot."""
    try:
        mark.relayed(min(event.time for event in relayed))
    except (DependencyError, *AWS_ERRORS) as error:
        logger.warning("how far the relay has come is not on record", reason=str(error))


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, list[dict[str, str]]]:
    records = [record["dynamodb"] for record in event["Records"]]
    recorded = [event_from(record["NewImage"]) for record in records]
    began, taken = now(), 0
    try:
        taken = relay(recorded, bus=bus)
    finally:
        show_relayed(recorded, taken=taken, began=began)
    for relayed in recorded[:taken]:
        logger.info("event relayed", event_id=relayed.id, event_type=relayed.type, trace_id=relayed.trace_id)
        if relayed.type.startswith(STEP):
            count(f"Transitions{relayed.type.removeprefix(STEP).title()}")
    keep_mark(recorded[:taken])
    for held_back in recorded[taken:][:1]:
        logger.warning("the bus refused an event", event_id=held_back.id, trace_id=held_back.trace_id)
        count("RelaysHeldBack")
    count("EventsRelayed", taken)
    oldest = min(float(record["ApproximateCreationDateTime"]) for record in records)
    milliseconds("RelayLag", max(0.0, time.time() - oldest) * 1000)
    # Lambda comes back with everything from the first record named here.
    return {"batchItemFailures": [{"itemIdentifier": record["SequenceNumber"]} for record in records[taken:][:1]]}
