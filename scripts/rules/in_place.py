"""The routing rules of a stack: read them, put others in place. What leads to the stack is in the environment."""

import secrets

from shared.ledger.envelope import Cause
from shared.messages.rules_file import default_text
from shared.messages.settings import ROUTING
from shared.runtime import wiring
from shared.runtime.clock import system_clock


def put_rules(text: str | None) -> int:
    """The version they now have; None brings back those that are shipped. Raises ConflictError."""
    store, trace_id = wiring.settings_store(), secrets.token_hex(16)
    cause = Cause(actor="command:rules", trace_id=trace_id, correlation_id=trace_id)
    version = store.get(ROUTING).version
    return store.save(ROUTING, {"rules": text}, cause, version=version, at=system_clock()).version


def get_rules() -> str:
    text: str | None = wiring.settings_store().get(ROUTING).values.get("rules")
    return default_text() if text is None else text
