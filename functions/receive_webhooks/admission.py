"""Who may post to a webhook: who signs with the source's secret, or holds a key that speaks for it."""

from collections.abc import Mapping

from shared.runtime.auth import presented_token
from shared.runtime.clock import Clock
from shared.runtime.errors import ForbiddenError, NotFoundError
from shared.runtime.keys import KeyRing
from shared.runtime.observability import logger
from shared.runtime.request import Request
from shared.runtime.signed import Secrets, SignedMessages, is_signed_at_all
from shared.state.store import StateStore


class WebhookAdmission:
    """`secrets` holds, per source, what yields its current and previous secret."""

    def __init__(self, secrets: Mapping[str, Secrets], *, key_ring: KeyRing, state: StateStore, clock: Clock) -> None:
        self._key_ring = key_ring
        self._signed = {
            source: SignedMessages(f"webhook:{source}", known, state=state, clock=clock)
            for source, known in secrets.items()
        }

    def admit(self, request: Request) -> str:
        """The actor. Raises UnauthorizedError, ForbiddenError, ConflictError; NotFoundError for an unknown source."""
        source = self._source(request)
        if is_signed_at_all(request):
            self._signed[source].check(request)
        else:
            self._check_key(source, request)
        return f"webhook:{source}"

    def remember(self, request: Request) -> None:
        """See `SignedMessages`; who shows a key may say the same again."""
        if is_signed_at_all(request):
            self._signed[self._source(request)].remember(request)

    def _source(self, request: Request) -> str:
        source = request.path.removeprefix("/webhooks/").partition("/")[0]
        if source not in self._signed:
            raise NotFoundError("there is nothing here; see /docs")
        return source

    def _check_key(self, source: str, request: Request) -> None:
        key = self._key_ring.identify(presented_token(request.headers))
        if not key.speaks_for(source):
            raise ForbiddenError(f"this key does not speak for {source}")
        logger.append_keys(key_id=key.id)
