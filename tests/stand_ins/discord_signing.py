"""How Discord signs what it sends, and how somebody else might try. Source: Discord's docs, interactions/overview."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.stand_ins.http import RefusedError

_STALE = 600  # seconds


def signed(seed: str, body: bytes, at: int | None = None) -> dict[str, str]:
    """The headers of an interaction. `seed`: 64 hexadecimal digits; `at`: seconds since 1970, or now."""
    timestamp = str(int(time.time()) if at is None else at)
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    return {
        "X-Signature-Ed25519": key.sign(timestamp.encode() + body).hex(),
        "X-Signature-Timestamp": timestamp,
        "Content-Type": "application/json",
        "User-Agent": "Discord-Interactions/1.0 (+https://discord.com)",
    }


def spoilt(how: str, seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
    """Headers and body that are wrong in one way. Raises RefusedError for a way that is not known."""
    if how not in WAYS:
        raise RefusedError(f"there is no way {how}; there are {', '.join(WAYS)}", violation=False)
    return WAYS[how](seed, body)


def _wrong_signature(seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
    headers = signed(seed, body)
    first = "0" if headers["X-Signature-Ed25519"][0] != "0" else "1"
    return headers | {"X-Signature-Ed25519": first + headers["X-Signature-Ed25519"][1:]}, body


def _other_key(_: str, body: bytes) -> tuple[dict[str, str], bytes]:
    return signed(Ed25519PrivateKey.generate().private_bytes_raw().hex(), body), body


def _other_bytes(seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
    """The same JSON, spelt otherwise: it is bytes that are signed."""
    return signed(seed, body), body + b" "


def _other_time(seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
    headers = signed(seed, body)
    return headers | {"X-Signature-Timestamp": str(int(headers["X-Signature-Timestamp"]) + 1)}, body


def _stale(seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
    return signed(seed, body, int(time.time()) - _STALE), body


def _early(seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
    return signed(seed, body, int(time.time()) + _STALE), body


def _without(name: str) -> Callable[[str, bytes], tuple[dict[str, str], bytes]]:
    def headers(seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
        return {one: value for one, value in signed(seed, body).items() if one != name}, body

    return headers


def _no_hex(seed: str, body: bytes) -> tuple[dict[str, str], bytes]:
    return signed(seed, body) | {"X-Signature-Ed25519": "no hexadecimal digits"}, body


WAYS: Final[Mapping[str, Callable[[str, bytes], tuple[dict[str, str], bytes]]]] = {
    "wrong signature": _wrong_signature,
    "other key": _other_key,
    "other bytes": _other_bytes,
    "other time": _other_time,
    "stale": _stale,
    "early": _early,
    "no signature": _without("X-Signature-Ed25519"),
    "no timestamp": _without("X-Signature-Timestamp"),
    "no hex": _no_hex,
}
