"""A signed word for who we are, as a JSON Web Token. Source: RFC 7523 §3, RFC 7515 §3.1, RFC 7518 §3.3 (RS256)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

LIFE: Final = timedelta(hours=1)  # the longest that Google takes


class KeyUnreadableError(Exception):
    """The private key is no RSA key in PEM. Says nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """Who asks whom for what. `private_key` is an RSA key in PEM."""

    issuer: str
    private_key: str = field(repr=False)
    scope: str
    audience: str

    def signed(self, *, at: datetime) -> str:
        """Good from `at` for an hour. Raises KeyUnreadableError."""
        now = int(at.timestamp())
        claims = {
            "iss": self.issuer,
            "scope": self.scope,
            "aud": self.audience,
            "iat": now,
            "exp": now + int(LIFE.total_seconds()),
        }
        signed = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
        return f"{signed}.{_text(_signature(signed.encode(), self.private_key))}"


def _signature(content: bytes, pem: str) -> bytes:
    # Only who signs loads it: few functions do.
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(pem.encode(), password=None)
        if isinstance(key, RSAPrivateKey):
            return key.sign(content, PKCS1v15(), SHA256())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass  # what it says may quote the key
    raise KeyUnreadableError


def _part(content: Mapping[str, Any]) -> str:
    return _text(json.dumps(content, separators=(",", ":")).encode())


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
