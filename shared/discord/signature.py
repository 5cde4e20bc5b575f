"""Discord's signature: is this request from Discord, and is it fresh?

Source: discord.com/developers/docs/interactions/overview, "Validating Security Request Headers". Discord itself sends
bad ones now and then, and takes the address away from who believes them. That they be fresh is our own wish.
"""

import string
from collections.abc import Mapping, Sequence
from typing import Final

from nacl.bindings import crypto_sign_BYTES, crypto_sign_open, crypto_sign_PUBLICKEYBYTES
from nacl.exceptions import BadSignatureError

SIGNATURE: Final = "x-signature-ed25519"
TIMESTAMP: Final = "x-signature-timestamp"
TOLERANCE_SECONDS: Final = 300
_LONGEST_TIMESTAMP: Final = 12


def is_signed(headers: Mapping[str, Sequence[str]], body: bytes, public_key: bytes, *, now: float) -> bool:
    """Header names in lower case, each with all its values; `now` in seconds since 1970."""
    timestamp, signature = _only(headers, TIMESTAMP), _bytes(_only(headers, SIGNATURE))
    if not _is_fresh(timestamp, now) or len(signature) != crypto_sign_BYTES:
        return False
    if len(public_key) != crypto_sign_PUBLICKEYBYTES:  # nobody has said which
        return False
    try:
        crypto_sign_open(signature + timestamp.encode() + body, public_key)
    except BadSignatureError:
        return False
    return True


def key_bytes(text: str) -> bytes:
    """An application's public key, hex as Discord's portal shows it; nothing where it is none."""
    return _bytes(text.strip())


def _only(headers: Mapping[str, Sequence[str]], name: str) -> str:
    """The value of a header that is there once; else nothing."""
    values = headers.get(name, ())
    return values[0] if len(values) == 1 else ""


def _bytes(text: str) -> bytes:
    """`bytes.fromhex` alone overlooks spaces."""
    is_hex = len(text) % 2 == 0 and not set(text) - set(string.hexdigits)
    return bytes.fromhex(text) if is_hex else b""


def _is_fresh(timestamp: str, now: float) -> bool:
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP
    return is_number and abs(now - int(timestamp)) <= TOLERANCE_SECONDS
