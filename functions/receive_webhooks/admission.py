"""Who may post to a webhook: who signs with the source's secret, or holds a key that speaks for it."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Final, Protocol

from shared.runtime.auth import presented_token
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, ForbiddenError, NotFoundError, UnauthorizedError
from shared.runtime.keys import KeyRing
from shared.runtime.observability import logger
from shared.runtime.request import Request
from shared.runtime.signatures import HEADERS, TOLERANCE_SECONDS, SignedMessage, claimed_message, is_fresh, is_signed
from shared.state.store import StateStore

# Longer than any signature is good for, from the most distant future to the most distant past.
REMEMBERED_SECONDS: Final = 4 * TOLERANCE_SECONDS


class Secrets(Protocol):
    def __call__(self, *, fresh: bool = False) -> list[bytes]: ...


class WebhookAdmission:
    """`secrets` holds, per source, what yields its current and previous secret."""

    def __init__(self, secrets: Mapping[str, Secrets], *, key_ring: KeyRing, state: StateStore, clock: Clock) -> None:
        self._secrets = secrets
        self._key_ring = key_ring
        self._state = state
        self._clock = clock

    def admit(self, request: Request) -> str:
        """The actor. Raises UnauthorizedError, ForbiddenError, ConflictError; NotFoundError for an unknown source."""
        source = self._source(request)
        if any(name in request.headers for name in HEADERS):
            self._check_signature(source, request)
        else:
            self._check_key(source, request)
        return f"webhook:{source}"

    def remember(self, request: Request) -> None:
        """The message is dealt with: the same signature must not come again.

        Said at the end and not at the start: work that was cut off must be let in once more.
        """
        if any(name in request.headers for name in HEADERS):
            message = claimed_message(request.headers)
            seen = json.dumps({"body": sha256(request.body).hexdigest(), "timestamp": message.timestamp})
            self._state.put(_state_key(self._source(request), message), seen, ttl=REMEMBERED_SECONDS)

    def _source(self, request: Request) -> str:
        source = request.path.removeprefix("/webhooks/").partition("/")[0]
        if source not in self._secrets:
            raise NotFoundError("there is nothing here; see /docs")
        return source

    def _check_key(self, source: str, request: Request) -> None:
        key = self._key_ring.identify(presented_token(request.headers))
        if not key.speaks_for(source):
            raise ForbiddenError(f"this key does not speak for {source}")
        logger.append_keys(key_id=key.id)

    def _check_signature(self, source: str, request: Request) -> None:
        message = claimed_message(request.headers)
        if not is_fresh(message, now=self._clock()):
            raise UnauthorizedError
        shown = request.header("webhook-signature")
        secrets = self._secrets[source]
        if not (
            is_signed(message, shown, request.body, secrets())
            or is_signed(message, shown, request.body, secrets(fresh=True))
        ):
            raise UnauthorizedError
        self._check_first_time(source, message, request)

    def _check_first_time(self, source: str, message: SignedMessage, request: Request) -> None:
        """A sender that tries again signs anew, with the same id; the same signature again is somebody else."""
        known = self._state.get(_state_key(source, message))
        if known is None:
            return
        seen = json.loads(known)
        if seen["body"] != sha256(request.body).hexdigest():
            raise ConflictError("this webhook-id was used for another message")
        if message.timestamp <= seen["timestamp"]:
            raise UnauthorizedError


def _state_key(source: str, message: SignedMessage) -> str:
    return f"webhook:{source}:{message.id}"
