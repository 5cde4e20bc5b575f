"""API keys and what their roles may do. Only hashes are kept; everything unsaid is refused."""

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from shared.ledger.envelope import Fact, to_text
from shared.runtime.errors import UnauthorizedError


class Role(StrEnum):
    VIEWER = "viewer"  # reads
    OPERATOR = "operator"  # reads and acts
    ADMIN = "admin"  # all of it, and speaks for every source of webhooks
    SERVICE = "service"  # speaks for the sources its key names
    AGENT = "agent"  # works on the blackboard


_READS: Final = frozenset({"GET", "HEAD"})
_ACTS: Final = _READS | {"POST", "PUT", "PATCH", "DELETE"}
_Row = dict[Role, frozenset[str]]
_PEOPLE: Final[_Row] = {Role.VIEWER: _READS, Role.OPERATOR: _ACTS, Role.ADMIN: _ACTS}
_WHO_ACTS: Final[_Row] = {Role.OPERATOR: _ACTS, Role.ADMIN: _ACTS}
_SERVICE: Final[_Row] = {Role.SERVICE: _ACTS}
# Which methods a role may use at a place and below it; of several rows the one with the longest prefix counts, and no
# other. A role or prefix without a row may do nothing.
PERMISSIONS: Final[Mapping[str, _Row]] = {
    "/admin/": _PEOPLE,
    "/messages": _WHO_ACTS | _SERVICE,
    "/blackboard/": _PEOPLE | _SERVICE | {Role.AGENT: _ACTS},  # see functions/serve_blackboard/callers.py
    "/health/system": _PEOPLE,
    "/metrics": _PEOPLE,
    "/config/effective": _WHO_ACTS,
    "/workflows": _PEOPLE,
    "/ingest": _PEOPLE | _SERVICE,
    "/registry": _PEOPLE | _SERVICE,
    "/registry/sync-peers": _WHO_ACTS,
    "/registry/poll-openapi": _WHO_ACTS,
    "/peers": _PEOPLE,
    "/infrastructure/": _PEOPLE,
    "/infrastructure/events/clear": {Role.ADMIN: _ACTS},
    "/jobs": _PEOPLE,
    "/docstore/": _PEOPLE | _SERVICE,
    "/report/": _WHO_ACTS | _SERVICE,
    "/summarization/": _WHO_ACTS | _SERVICE,
    "/demo/e2e": _WHO_ACTS,
}

_TOKEN = re.compile(r"swy_([0-9a-f]{16})_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a key; the key itself is shown once, to whom it was made for."""

    id: str  # 16 hex digits, part of the key
    name: str
    role: Role
    sources: tuple[str, ...]  # what a `service` speaks for; of an `agent` the one it is, as `<instance>/<name>`
    secret_hash: str = field(repr=False)  # SHA-256 of the whole key: 256 random bits need no slow hash
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    def opens(self, token: str, *, at: datetime) -> bool:
        fits = hmac.compare_digest(self.secret_hash, hash_of(token))
        return fits and self.revoked_at is None and (self.expires_at is None or at < self.expires_at)

    def may(self, method: str, path: str) -> bool:
        """A service also has to speak for the first part of the path."""
        prefix = max((one for one in PERMISSIONS if _is_below(path, one)), key=len, default="")
        is_permitted = method in PERMISSIONS.get(prefix, {}).get(self.role, frozenset())
        return is_permitted and (self.role is not Role.SERVICE or self.speaks_for(path.split("/")[1]))

    def speaks_for(self, source: str) -> bool:
        return self.role is Role.ADMIN or (self.role is Role.SERVICE and source in self.sources)

    def revoked(self, *, at: datetime) -> "ApiKey":
        """Taken back for good; a key that was revoked before stays as it is."""
        if self.revoked_at is not None:
            return self
        fact = Fact(type="key.revoked", time=at, data={"key_id": self.id, "name": self.name})
        return replace(self, revoked_at=at, facts=(*self.facts, fact))


def _is_below(path: str, prefix: str) -> bool:
    """Or the very place, where the prefix names one."""
    return path == prefix or path.startswith(f"{prefix.rstrip('/')}/")


def new_key(
    name: str, role: Role, *, sources: Sequence[str] = (), expires_at: datetime | None = None, at: datetime
) -> tuple[str, ApiKey]:
    """A new key, and what is kept of it."""
    key_id = secrets.token_hex(8)
    token = f"swy_{key_id}_{secrets.token_urlsafe(32)}"
    said = {
        "key_id": key_id,
        "name": name,
        "role": str(role),
        "sources": list(sources),
        "expires_at": to_text(expires_at) if expires_at else None,
    }
    key = ApiKey(
        id=key_id,
        name=name,
        role=role,
        sources=tuple(sources),
        secret_hash=hash_of(token),
        created_at=at,
        expires_at=expires_at,
        facts=(Fact(type="key.created", time=at, data=said),),
    )
    return token, key


def hash_of(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def key_id_of(token: str) -> str:
    """Raises UnauthorizedError where the text is no key of ours."""
    match = _TOKEN.fullmatch(token)
    if not match:
        raise UnauthorizedError
    return match[1]


def presented_token(headers: Mapping[str, Sequence[str]]) -> str:
    """The key a request shows, as `Authorization: Bearer <key>` or `x-api-key: <key>`, in one of them, once.

    Header names in lower case, each with all its values. Raises UnauthorizedError.
    """
    bearers = headers.get("authorization", ())
    schemes = [value.partition(" ") for value in bearers]
    tokens = [token for scheme, _, token in schemes if scheme.lower() == "bearer"]
    tokens += headers.get("x-api-key", ())
    if len(tokens) != 1 or len(bearers) > 1:
        raise UnauthorizedError
    return tokens[0]
