"""Signing as Discord does, with the key of the local stack's application."""

import secrets
from typing import Final

from nacl.signing import SigningKey

_EPOCH: Final = 1_420_070_400_000  # milliseconds; Discord counts from 2015


def public_key_of(key: SigningKey) -> str:
    """Hex, as Discord's portal shows it."""
    return key.verify_key.encode().hex()


def signature_headers(body: bytes, *, at: float, key: SigningKey) -> dict[str, str]:
    """`at` in seconds since 1970."""
    timestamp = str(int(at))
    signature = key.sign(timestamp.encode() + body).signature.hex()
    return {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": timestamp}


def snowflake(at: float) -> str:
    """An id as Discord makes them: of a millisecond, and within it like no other."""
    return str((int(at * 1000) - _EPOCH) << 22 | secrets.randbits(22))
