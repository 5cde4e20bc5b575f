"""Signed messages at our door: from who shares the secret, fresh, and each signature once.

Source: the Standard Webhooks specification 1.0.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol

from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, UnauthorizedError
from shared.runtime.request import Request
from shared.runtime.signatures import HEADERS, TOLERANCE_SECONDS, SignedMessage, claimed_message, is_fresh, is_signed

if TYPE_CHECKING:
    from shared.state.store import StateStore

# Longer than any signature is good for, from the most distant future to the most distant past.
REMEMBERED_SECONDS: Final = 4 * TOLERANCE_SECONDS


class Secrets(Protocol):
    def __call__(self, *, fresh: bool = False) -> list[bytes]:
        """Current and previous; `fresh` after they were refused. Raises DependencyError."""


class SignedMessages:
    """`place` is what messages are remembered under: ids are the sender's, and two senders may use the same."""

    def __init__(self, place: str, secrets: Secrets, *, state: "StateStore", clock: Clock) -> None:
        self._place = place
        self._secrets = secrets
        self._state = state
        self._clock = clock

    def check(self, request: Request) -> None:
        """Raises UnauthorizedError, DependencyError; ConflictError for an id that was used for another message."""
        message = claimed_message(request.headers)
        if not is_fresh(message, now=self._clock()):
            raise UnauthorizedError
        shown = request.header("webhook-signature")
        if not (
            is_signed(message, shown, request.body, self._secrets())
            or is_signed(message, shown, request.body, self._secrets(fresh=True))
        ):
            raise UnauthorizedError
        self._check_first_time(message, request)

    def remember(self, request: Request) -> None:
        """The message is dealt with: the same signature must not come again.

        Said at the end and not at the start: work that was cut off must be let in once more.
        """
        message = claimed_message(request.headers)
        seen = {"body": sha256(request.body).hexdigest(), "timestamp": message.timestamp}
        self._state.put(self._key(message), seen, ttl=REMEMBERED_SECONDS)

    def _check_first_time(self, message: SignedMessage, request: Request) -> None:
        """A sender that tries again signs anew, with the same id; the same signature again is somebody else."""
        seen = self._state.get(self._key(message))
        if seen is None:
            return
        if seen["body"] != sha256(request.body).hexdigest():
            raise ConflictError("this webhook-id was used for another message")
        if message.timestamp <= seen["timestamp"]:
            raise UnauthorizedError

    def _key(self, message: SignedMessage) -> str:
        return f"{self._place}:{message.id}"


def is_signed_at_all(request: Request) -> bool:
    """Whether any of a signature is there: half of one is a bad one, not none."""
    return any(name in request.headers for name in HEADERS)
