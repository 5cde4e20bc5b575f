"""Step Functions: the timer of a listing goes off -> a reminder, the end, or more time."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from typing import Any

from functions.expire_listings.service import Timer, act_on
from shared.ledger.envelope import Cause, from_text
from shared.listings.timers import moment
from shared.runtime import wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.observability import logger, observed
from shared.runtime.span import event_span_id
from shared.runtime.tracing import entry

listings = wiring_listings.listings()
deadlines = wiring_listings.deadlines()


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The machine's state with `over`, and until when to wait where it is not."""
    trace = event["trace"]
    logger.append_keys(trace_id=trace["trace_id"])
    cause = Cause(
        actor="timer",
        trace_id=trace["trace_id"],
        correlation_id=trace["correlation_id"],
        causation_id=trace["id"],
    )
    timer = Timer(
        listing_id=event["listing_id"],
        entered_version=event["entered_version"],
        waited_until=from_text(event["until"]),
    )
    with entry("timer", trace_id=cause.trace_id, parent_id=event_span_id(trace["id"])):
        until = act_on(timer, cause, listings=listings, deadlines=deadlines, clock=system_clock, pause=time.sleep)
    logger.info("timer", listing_id=timer.listing_id, until=until)
    return event | ({"over": True} if until is None else {"over": False, "until": moment(until)})
