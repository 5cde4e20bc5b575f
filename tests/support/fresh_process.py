"""A process that has just started: what functions remember from call to call is forgotten."""

from aws_lambda_powertools.utilities.circuit_breaker import base

from shared.runtime import circuit, wiring


def forget() -> None:
    """Secrets, tokens and circuits. Clients and modules stay, they hold nothing that matters."""
    for known in (wiring._secrets, wiring.secret, wiring._ebay_inventory, circuit._store):
        known.cache_clear()
    for counters in (base._LOCAL_FAILURES, base._LOCAL_SUCCESSES, base._LAST_OBSERVED_STATE):
        counters.clear()
    base._PROBE_OWNER.__dict__.clear()
