"""A sink's queue: an event -> what stands for it at the provider, once, with a record that says so."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.deliver_events.service import Ports, bring
from shared.deliveries.delivery import Status
from shared.runtime import wiring, wiring_sinks
from shared.runtime.clock import system_clock
from shared.runtime.http import CircuitOpenError
from shared.runtime.observability import count, logger, observed
from shared.runtime.queue import Consumer, cause_of
from shared.runtime.settings import settings
from shared.sinks.delivering import Outcome

ports = Ports(
    ledger=wiring.ledger(),
    deliveries=wiring.deliveries(),
    delivery_events=wiring.delivery_events(),
    sinks=wiring.sink_states(),
    dead_letters=wiring.dead_letters(),
    clock=system_clock,
)
_METRICS = {
    Status.DELIVERED: "EventsDelivered",
    Status.DRY_RUN: "EventsInDryRun",
    Status.SKIPPED: "EventsSkipped",
}


class Rest:
    """While the provider's circuit is open, nothing is written and nobody asked: what comes goes back at once."""

    def __init__(self) -> None:
        self.until: datetime | None = None

    def left(self) -> timedelta | None:
        now = system_clock()
        return self.until - now if self.until and now < self.until else None

    def after(self, outcome: Outcome) -> None:
        is_open = isinstance(outcome.error, CircuitOpenError)
        self.until = system_clock() + outcome.wait if is_open and outcome.wait else None


rest = Rest()


def handle(event: Mapping[str, Any]) -> timedelta | None:
    if not (wiring_sinks.has_place() or _is_routed(event)):
        return None  # a notice, and nobody to be told
    if left := rest.left():
        return left
    sink, live = wiring_sinks.sink()
    came = bring(event, sink, cause_of(event), live=live, ports=ports)
    if isinstance(came, timedelta):
        return came
    rest.after(came)
    _report(came)
    return came.wait


def _is_routed(event: Mapping[str, Any]) -> bool:
    """The rules, or somebody, want it at this very sink."""
    return settings().sink in event["data"].get("sinks", ())


def _report(outcome: Outcome) -> None:
    delivery = outcome.delivery
    logger.info(
        "delivery",
        sink=delivery.sink,
        status=delivery.status,
        attempts=delivery.attempts,
        reason=delivery.last_error,
    )
    count("DeliveriesFailed" if outcome.delivery.is_given_up else _METRICS.get(delivery.status, "DeliveriesWaiting"))


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return consume(event, context)
