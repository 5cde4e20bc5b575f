"""Google's token endpoint: what a service account signs is looked at as Google does it, the signature included.

Source: RFC 7523, and Google's "Using OAuth 2.0 for Server to Server Applications".
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.stand_ins.http import RefusedError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/calendar.events"
_WIDER = "https://www.googleapis.com/auth/calendar"
_LONGEST_LIFE = 3_600  # seconds
_SKEW = 60  # seconds that clocks may differ


def check_form(form: Mapping[str, str]) -> str:
    """The assertion of a form that asks for a token. Raises RefusedError."""
    if form.get("grant_type") != GRANT:
        _refuse("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
    if strange := set(form) - {"grant_type", "assertion"}:
        _refuse("invalid_request", f"Unknown parameters: {', '.join(sorted(strange))}")
    if not form.get("assertion"):
        _refuse("invalid_request", "Missing parameter: assertion")
    return form["assertion"]


def check_assertion(assertion: str, *, account: Mapping[str, str] | None, audiences: set[str], now: float) -> None:
    """Refuse what is not signed by that `account` (any, where none is known), for one of `audiences`, right now."""
    header, claims, signature = _parts(assertion)
    if header.get("alg") != "RS256" or header.get("typ", "JWT") != "JWT":
        _refuse("invalid_grant", "Invalid JWT: the algorithm is not RS256.")
    _check_times(claims, now)
    if claims.get("aud") not in audiences:
        _refuse("invalid_grant", f"Invalid JWT: Failed audience check. The right audience is {AUDIENCE}")
    if not {SCOPE, _WIDER} & set(str(claims.get("scope")).split()):
        _refuse("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
    _check_issuer(claims, account)
    if account:
        _check_signature(assertion.rpartition(".")[0].encode(), signature, account["public_key"])


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    begins, ends = (claims[name] if type(claims.get(name)) is int else 0 for name in ("iat", "exp"))
    if not (0 < begins <= now + _SKEW and now - _SKEW < ends <= begins + _LONGEST_LIFE):
        said = "Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
        _refuse("invalid_grant", f"Invalid JWT: {said} Check your iat and exp values in the JWT claim.")


def _check_issuer(claims: Mapping[str, Any], account: Mapping[str, str] | None) -> None:
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or "@" not in issuer or (account and issuer != account["client_email"]):
        _refuse("invalid_grant", "Invalid grant: account not found")


def _check_signature(signed: bytes, signature: bytes, public_key: str) -> None:
    key = load_pem_public_key(public_key.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the public key of the service account is no RSA key")
    try:
        key.verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        _refuse("invalid_grant", "Invalid JWT Signature.")


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    try:
        header, claims, signature = (_decoded(part) for part in assertion.split("."))
        read = json.loads(header), json.loads(claims)
    except ValueError:
        _refuse("invalid_grant", "Invalid JWT: it cannot be read.")
    if not all(isinstance(one, dict) for one in read):
        _refuse("invalid_grant", "Invalid JWT: it cannot be read.")
    return *read, signature


def _decoded(part: str) -> bytes:
    """Base64 for URLs without its padding, and with nothing else in it."""
    if "=" in part:
        raise ValueError("padded")
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _refuse(code: str, description: str) -> NoReturn:
    raise RefusedError(description, code=code)
