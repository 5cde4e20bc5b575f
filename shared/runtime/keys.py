"""API keys in the ledger, and the ring that knows them for half a minute."""

from collections.abc import Iterator

from shared.ledger.envelope import Cause, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.auth import ApiKey, Role, key_id_of
from shared.runtime.clock import Clock
from shared.runtime.errors import NotFoundError, UnauthorizedError

KIND = "KEY"
REMEMBERED_SECONDS = 30  # so a revoked key is out within a minute, wherever it was seen last
REMEMBERED_KEYS = 1_000


class LedgerKeys:
    """The collection of API keys."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, key_id: str) -> ApiKey:
        """Raises NotFoundError."""
        return _from_aggregate(self._ledger.get(KIND, key_id))

    def all(self) -> Iterator[ApiKey]:
        """Newest first."""
        return map(_from_aggregate, self._ledger.board(KIND, ["ALL"]))

    def save(self, key: ApiKey, cause: Cause) -> None:
        """Record the key with its facts; without facts there is nothing to record.

        Raises ConflictError where it was changed since it was read.
        """
        if key.facts:
            self._ledger.commit(_change(key, cause))


class KeyRing:
    """Tells whose key it is. Remembers what it looked up, so that a burst of requests costs one read."""

    def __init__(self, keys: LedgerKeys, *, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock
        self._remembered: dict[str, tuple[ApiKey, float]] = {}

    def identify(self, token: str) -> ApiKey:
        """Raises UnauthorizedError for every key that does not open, whatever the reason."""
        try:
            key = self._known(key_id_of(token))
        except NotFoundError:
            raise UnauthorizedError from None
        if not key.opens(token, at=self._clock()):
            raise UnauthorizedError
        return key

    def _known(self, key_id: str) -> ApiKey:
        now = self._clock().timestamp()
        key, since = self._remembered.get(key_id, (None, 0.0))
        if key is None or now - since >= REMEMBERED_SECONDS:
            key = self._keys.get(key_id)
            if len(self._remembered) >= REMEMBERED_KEYS:
                self._remembered.clear()
            self._remembered[key_id] = (key, now)
        return key


def _change(key: ApiKey, cause: Cause) -> Change:
    from shared.ledger.catalogue import recorded  # pydantic: only who makes keys pays for it

    events = recorded(KIND, key.id, key.facts, after=key.version, cause=cause)
    aggregate = Aggregate(
        kind=KIND,
        id=key.id,
        version=key.version + len(events),
        changed_at=key.revoked_at or key.created_at,
        place="ALL",
        fields={
            "name": key.name,
            "role": str(key.role),
            "sources": list(key.sources) or None,
            "secret_hash": key.secret_hash,
            "created_at": to_text(key.created_at),
            "expires_at": to_text(key.expires_at) if key.expires_at else None,
            "revoked_at": to_text(key.revoked_at) if key.revoked_at else None,
        },
    )
    return Change(aggregate=aggregate, events=events)


def _from_aggregate(aggregate: Aggregate) -> ApiKey:
    fields = aggregate.fields
    expires_at, revoked_at = fields.get("expires_at"), fields.get("revoked_at")
    return ApiKey(
        id=aggregate.id,
        name=fields["name"],
        role=Role(fields["role"]),
        sources=tuple(fields.get("sources") or ()),
        secret_hash=fields["secret_hash"],
        created_at=from_text(fields["created_at"]),
        expires_at=from_text(expires_at) if expires_at else None,
        revoked_at=from_text(revoked_at) if revoked_at else None,
        version=aggregate.version,
    )
