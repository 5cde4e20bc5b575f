"""Standard Webhooks: is this message from who shares a secret with us, and is it fresh?

Source: the Standard Webhooks specification 1.0, "Signature scheme".
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from shared.runtime.errors import UnauthorizedError

HEADERS: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")
TOLERANCE_SECONDS: Final = 300
_MAX_ID_LENGTH: Final = 255
_MAX_SIGNATURES: Final = 16  # a sender rotates a few secrets, not a thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    id: str  # the same when the sender tries again
    timestamp: int  # seconds; new with every try


def secret_bytes(secret: str) -> bytes:
    """The key in `whsec_<base64>`; the prefix may be missing. Raises ValueError where it is not base64."""
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, sha256)).decode()


def claimed_message(headers: Mapping[str, Sequence[str]], *, now: datetime) -> SignedMessage:
    """What the headers say, before the signature is believed.

    Header names in lower case, each with all its values. Raises UnauthorizedError where a header is
    missing, repeated or malformed, or the time is more than five minutes off.
    """
    values = [headers.get(name, ()) for name in HEADERS]
    if any(len(value) != 1 for value in values):
        raise UnauthorizedError
    message_id, timestamp = values[0][0], values[1][0]
    if not _is_id(message_id) or not _is_timestamp(timestamp):
        raise UnauthorizedError
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE_SECONDS:
        raise UnauthorizedError
    return SignedMessage(id=message_id, timestamp=int(timestamp))


def is_signed(message: SignedMessage, header: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the signatures in the header was made with one of the secrets."""
    shown = [text.encode() for text in header.split(" ")[:_MAX_SIGNATURES]]
    good = [signature(secret, message.id, message.timestamp, body).encode() for secret in secrets]
    # No early end: how long it takes must not tell which one came close.
    return sum(hmac.compare_digest(one, other) for one in shown for other in good) > 0


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID_LENGTH and text.isascii() and text.isprintable() and " " not in text


def _is_timestamp(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
