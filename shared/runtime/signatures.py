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
_MIN_SECRET_BYTES: Final = 24
_MAX_ID_LENGTH: Final = 255
_MAX_SIGNATURES: Final = 16  # a sender rotates a few secrets, not a thousand


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    id: str  # the same when the sender tries again
    timestamp: int  # seconds; new with every try


def secret_bytes(secret: str) -> bytes:
    """The key in `whsec_<base64>`; the prefix may be missing. Raises ValueError where it is no base64 or too short."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if len(key) < _MIN_SECRET_BYTES:
        raise ValueError(f"what is signed with is base64 of at least {_MIN_SECRET_BYTES} bytes")
    return key


def signature(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret, signed, sha256)).decode()


def signing_headers(message_id: str, body: bytes, secrets: Sequence[bytes], *, at: datetime) -> dict[str, str]:
    """Signed with each of the secrets, so that one may be replaced. `message_id` is the same for every try."""
    timestamp = int(at.timestamp())
    signatures = (signature(secret, message_id, timestamp, body) for secret in secrets)
    return dict(zip(HEADERS, (message_id, str(timestamp), " ".join(signatures)), strict=True))


def claimed_message(headers: Mapping[str, Sequence[str]]) -> SignedMessage:
    """What the headers say, before any of it is believed.

    Header names in lower case, each with all its values. Raises UnauthorizedError where a header is
    missing, repeated or malformed.
    """
    values = [headers.get(name, ()) for name in HEADERS]
    if any(len(value) != 1 for value in values):
        raise UnauthorizedError
    message_id, timestamp = values[0][0], values[1][0]
    if not _is_id(message_id) or not _is_timestamp(timestamp):
        raise UnauthorizedError
    return SignedMessage(id=message_id, timestamp=int(timestamp))


def is_fresh(message: SignedMessage, *, now: datetime) -> bool:
    """Sent no more than five minutes ago, nor from further than that in the future."""
    return abs(now.timestamp() - message.timestamp) <= TOLERANCE_SECONDS


def is_signed(message: SignedMessage, header: str, body: bytes, secrets: Sequence[bytes]) -> bool:
    """Whether one of the signatures in the header was made with one of the secrets."""
    shown = [text.encode(errors="replace") for text in header.split(" ")[:_MAX_SIGNATURES]]
    good = [signature(secret, message.id, message.timestamp, body).encode() for secret in secrets]
    # No early end: how long it takes must not tell which one came close.
    return sum(hmac.compare_digest(one, other) for one in shown for other in good) > 0


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID_LENGTH and text.isascii() and text.isprintable() and " " not in text


def _is_timestamp(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 12
