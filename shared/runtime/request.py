"""A request as API Gateway hands it over, which may be anything, made safe to look at."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from shared.ledger.envelope import Cause
from shared.runtime.errors import (
    BodyTooLargeError,
    InvalidInputError,
    UnauthorizedError,
    UnreadableBodyError,
    UnsupportedMediaTypeError,
)
from shared.runtime.observability import parent_id_from, trace_id_from
from shared.runtime.span import event_span_id

_MAX_CORRELATION_ID: Final = 128
_VERSION: Final = re.compile(r'(?:W/)?"(?P<quoted>[0-9]{1,10})"|(?P<bare>[0-9]{1,10})', re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, Sequence[str]]  # names in lower case, every value
    trace_id: str
    parent_id: str | None = None  # the caller's span in it, where the caller says one
    gateway_id: str = ""  # API Gateway's for this request
    received_at: int | None = None  # milliseconds since 1970, by API Gateway
    body: bytes = field(default=b"", repr=False)  # UTF-8
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)  # the authorizer's, where one was asked

    @property
    def span_id(self) -> str | None:
        """Of the request as API Gateway has it, of which the authorizer and the function that answers are parts."""
        return event_span_id(f"request:{self.gateway_id}") if self.gateway_id else self.parent_id

    def header(self, name: str) -> str:
        """The first value, or nothing."""
        return next(iter(self.headers.get(name, ())), "")

    def cause(self, actor: str) -> Cause:
        given = self.header("x-correlation-id")
        usable = 0 < len(given) <= _MAX_CORRELATION_ID and given.isascii() and given.isprintable()
        return Cause(actor=actor, trace_id=self.trace_id, correlation_id=given if usable else self.trace_id)


def without_body(event: Mapping[str, Any]) -> Request:
    """All of a request that can be had whatever its body is."""
    many = event.get("multiValueHeaders") or {}
    single = {name: [value] for name, value in (event.get("headers") or {}).items()}
    headers: dict[str, list[str]] = {}
    for name, values in (many or single).items():
        headers.setdefault(name.lower(), []).extend(value for value in values if value is not None)
    first = {name: values[0] for name, values in headers.items() if values}
    context = event.get("requestContext") or {}
    return Request(
        method=event["httpMethod"],
        path=event["path"],
        headers=headers,
        trace_id=trace_id_from(first),
        parent_id=parent_id_from(first),
        gateway_id=str(context.get("requestId") or ""),
        received_at=context.get("requestTimeEpoch"),
        context=context.get("authorizer") or {},
    )


def with_body(request: Request, event: Mapping[str, Any], *, max_bytes: int) -> Request:
    """The request with its body, JSON in UTF-8 by what its headers say. Raises UnreadableBodyError."""
    text = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    if len(text) > (max_bytes * 4 / 3 + 4 if encoded else max_bytes):  # before anything is made of it
        raise BodyTooLargeError(f"a body of at most {max_bytes} bytes is read here")
    body = _bytes(text, encoded=encoded)
    if len(body) > max_bytes:
        raise BodyTooLargeError(f"a body of at most {max_bytes} bytes is read here")
    if body:
        _check_media_type(request.header("content-type"))
    return replace(request, body=body)


def read_json(text: str) -> Any:
    """JSON with decimals for fractions. Raises UnreadableBodyError for what is no JSON, or beyond reason."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        raise UnreadableBodyError("the body is not JSON we can read") from None


def read_object(text: str) -> Any:
    """The same, where nothing else than an object is taken. Raises UnreadableBodyError, InvalidInputError."""
    read = read_json(text)
    if not isinstance(read, dict):
        raise InvalidInputError("the body: an object is wanted")
    return read


def expected_version(if_match: str | None) -> int | None:
    """The version in an If-Match header, in quotes or bare; None for any. Raises InvalidInputError."""
    if if_match is None or if_match.strip() == "*":
        return None
    match = _VERSION.fullmatch(if_match.strip())
    if not match:
        raise InvalidInputError("If-Match takes one version, or *")
    return int(match["quoted"] or match["bare"])


def principal(request: Request) -> str:
    """Whom the authorizer let in; nobody it was not asked about. Raises UnauthorizedError."""
    who = request.context.get("principalId")
    if not who:
        raise UnauthorizedError
    return str(who)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _bytes(text: str, *, encoded: bool) -> bytes:
    try:
        body = base64.b64decode(text, validate=True) if encoded else text.encode()
        body.decode()
    except (binascii.Error, ValueError):
        raise UnreadableBodyError("the body is not UTF-8") from None
    return body


def _check_media_type(content_type: str) -> None:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = {part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")}
    if media_type not in ("", "application/json") or charsets - {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaTypeError("send application/json in UTF-8")
