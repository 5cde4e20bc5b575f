"""Cursors of lists: a place in a list that callers carry but cannot make."""

import base64
import binascii
import hmac
from hashlib import sha256
from typing import Final

from shared.runtime.errors import InvalidInputError

_MAC_BYTES: Final = 16
_MAX_LENGTH: Final = 1_024


def seal(position: str, *, scope: str, secret: bytes) -> str:
    """`scope` says which list, with which filters: a cursor is good for no other."""
    place = position.encode()
    return base64.urlsafe_b64encode(_mac(place, scope, secret) + place).decode().rstrip("=")


def unseal(cursor: str, *, scope: str, secret: bytes) -> str:
    """The position. Raises InvalidInputError where we did not make the cursor for this list."""
    try:
        padded = cursor[:_MAX_LENGTH] + "=" * (-len(cursor[:_MAX_LENGTH]) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        mac, place = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if hmac.compare_digest(mac, _mac(place, scope, secret)):
            return place.decode()
    except (binascii.Error, ValueError):
        pass
    raise InvalidInputError("the cursor is not one that this list gave out")


def _mac(place: bytes, scope: str, secret: bytes) -> bytes:
    return hmac.digest(secret, scope.encode() + b"\0" + place, sha256)[:_MAC_BYTES]
