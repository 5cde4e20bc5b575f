"""Make, list and revoke API keys of a stack. Reads the settings that lead to it from the environment."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.ledger.envelope import Cause
from shared.runtime import wiring
from shared.runtime.auth import ApiKey, Role, new_key
from shared.runtime.clock import system_clock


def create_key(*, name: str, role: str, sources: Sequence[str] = (), valid_for: timedelta | None = None) -> str:
    """The new key: shown now, and never again. Raises ValueError for an unknown role."""
    now = system_clock()
    expires_at = now + valid_for if valid_for else None
    token, key = new_key(name, Role(role), sources=sources, expires_at=expires_at, at=now)
    wiring.keys().save(key, _cause())
    return token


def list_keys() -> list[ApiKey]:
    """Newest first, the revoked among them."""
    return list(wiring.keys().all())


def revoke_key(key_id: str) -> ApiKey:
    """The key, which opens nothing within a minute. Raises NotFoundError, ConflictError."""
    key = wiring.keys().get(key_id).revoked(at=system_clock())
    wiring.keys().save(key, _cause())
    return key


def status_of(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return "expired"
    return "active"


def _cause() -> Cause:
    trace_id = secrets.token_hex(16)
    return Cause(actor="command:keys", trace_id=trace_id, correlation_id=trace_id)
