"""What API Gateway hands over, which may be anything: its headers, and its body as the bytes that were sent."""

import binascii
from collections.abc import Mapping
from typing import Any, NamedTuple


class Request(NamedTuple):
    headers: Mapping[str, list[str]]  # names in lower case, each with all its values
    body: bytes


def read_request(event: Mapping[str, Any]) -> Request | None:
    """None for what cannot be a signed request."""
    try:
        return Request(_headers(event), _body(event))
    except (AttributeError, TypeError, ValueError):
        return None


def _headers(event: Mapping[str, Any]) -> dict[str, list[str]]:
    many = event.get("multiValueHeaders") or {name: [one] for name, one in (event.get("headers") or {}).items()}
    headers: dict[str, list[str]] = {}
    for name, values in many.items():
        headers.setdefault(name.lower(), []).extend(str(value) for value in values)
    return headers


def _body(event: Mapping[str, Any]) -> bytes:
    text: str = event.get("body") or ""
    return binascii.a2b_base64(text, strict_mode=True) if event.get("isBase64Encoded") else text.encode()
