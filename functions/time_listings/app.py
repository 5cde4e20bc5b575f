"""TimerQueue: a listing entered a state -> its timer runs, and that of the state it left does not."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from collections.abc import Mapping
from typing import Any

from functions.time_listings.service import keep_time
from shared.runtime import wiring, wiring_listings
from shared.runtime.clock import system_clock
from shared.runtime.observability import observed
from shared.runtime.queue import Consumer

timers = wiring_listings.timers()
deadlines = wiring_listings.deadlines()


def handle(event: Mapping[str, Any]) -> None:
    keep_time(event, timers=timers, timed=deadlines.periods)


consume = Consumer(handle, queue=None, clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return consume(event, context)
