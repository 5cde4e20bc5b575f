"""A process that has just started: what functions remember from call to call is forgotten."""

from aws_lambda_powertools.utilities.circuit_breaker import base

from functions.deliver_events import app as deliver_events
from shared.runtime import circuit, wiring, wiring_blackboard, wiring_listings, wiring_sinks, wiring_tracing


def forget() -> None:
    """Secrets, tokens, circuits, rules, sinks, blackboards that have begun, services that have spans.

    Clients and modules stay, they hold nothing that matters.
    """
    for known in (wiring._secrets, wiring.secret, wiring.queue_map, wiring_listings._ebay_inventory, circuit._store):
        known.cache_clear()
    for counters in (base._LOCAL_FAILURES, base._LOCAL_SUCCESSES, base._LAST_OBSERVED_STATE):
        counters.clear()
    base._PROBE_OWNER.__dict__.clear()
    wiring_sinks._built.clear()
    deliver_events.rest.until = None
    wiring_blackboard.blackboard()._begun.clear()
    wiring_tracing.traces()._known.clear()
    rules = wiring.current_rules()  # functions hold it, so it stays and is emptied
    rules._known = rules._looked_at = None
