"""The HTTP edge: what every function behind API Gateway does the same way.

Reads a request that may be anything, lets it in or not, and answers errors as RFC 9457 problem documents.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from shared.ledger.envelope import Cause
from shared.runtime.errors import (
    BodyTooLargeError,
    ConflictError,
    DependencyError,
    DomainError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
    UnauthorizedError,
    UnreadableBodyError,
    UnsupportedMediaTypeError,
)
from shared.runtime.observability import count, logger, trace_id_from

MAX_BODY_BYTES: Final = 1024 * 1024
PROBLEM_JSON: Final = "application/problem+json"

# The one place where errors become HTTP. The nearest class in an error's ancestry counts.
STATUS: Final[Mapping[type[Exception], HTTPStatus]] = {
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    IllegalTransitionError: HTTPStatus.CONFLICT,
    UnsupportedMediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnreadableBodyError: HTTPStatus.BAD_REQUEST,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DomainError: HTTPStatus.BAD_REQUEST,
    ConflictError: HTTPStatus.CONFLICT,
    DependencyError: HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What API Gateway handed over, made safe to look at."""

    method: str
    path: str
    headers: Mapping[str, Sequence[str]]  # names in lower case, every value
    trace_id: str
    body: bytes = field(default=b"", repr=False)
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)  # the authorizer's, where one was asked

    def header(self, name: str) -> str:
        """The first value, or nothing."""
        return next(iter(self.headers.get(name, ())), "")

    def cause(self, actor: str) -> Cause:
        correlation_id = self.header("x-correlation-id")
        usable = 0 < len(correlation_id) <= 128 and correlation_id.isascii() and correlation_id.isprintable()
        return Cause(actor=actor, trace_id=self.trace_id, correlation_id=correlation_id if usable else self.trace_id)


Admission = Callable[[Request], str]  # who is asking, as an actor; raises where they are not let in


def resolver() -> APIGatewayRestResolver:
    """A resolver that validates by type and answers every refusal as a problem document."""
    app = APIGatewayRestResolver(enable_validation=True, json_body_deserializer=read_json)

    @app.exception_handler(list(STATUS))  # type: ignore[untyped-decorator]
    def refuse(error: Exception) -> Response[str]:
        return _problem_response(app, problem(error, _request_of(app)))

    @app.exception_handler(RequestValidationError)  # type: ignore[untyped-decorator]
    def refuse_values(error: RequestValidationError) -> Response[str]:
        document = problem(InvalidInputError("some values cannot be used; see errors"), _request_of(app))
        return _problem_response(app, document | {"errors": [_value_error(e) for e in error.errors()]})

    @app.not_found
    def refuse_path(_: NoRouteError) -> Response[str]:
        return _no_route(app, _request_of(app))

    return app


def answer(
    app: APIGatewayRestResolver,
    event: dict[str, Any],
    context: Any,
    *,
    admit: Admission,
    max_body: int = MAX_BODY_BYTES,
) -> dict[str, Any]:
    """Read the request, let the caller in, and let the route answer; or say why not."""
    request = _without_body(event)
    logger.append_keys(trace_id=request.trace_id)
    app.context.update(request=request)
    try:
        request = _readable(request, event, max_body)
        app.context.update(request=request, cause=request.cause(admit(request)))
    except tuple(STATUS) as error:
        document = problem(error, request)
        app.context.clear()
        return _raw(document)
    decoded = event | {"body": request.body.decode(), "isBase64Encoded": False}
    return app.resolve(decoded, context)


def problem(error: Exception, request: Request) -> dict[str, Any]:
    """The problem document of an error in the table."""
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    logger.info("refused", status=int(status), reason=str(error), method=request.method, path=request.path[:256])
    count("Refusals")
    return {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": str(error),
        "instance": request.path[:256],
        "trace_id": request.trace_id,
    }


def read_json(text: str) -> Any:
    """JSON with decimals for fractions. Raises UnreadableBodyError for what is no JSON, or beyond reason."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except (ValueError, ArithmeticError, RecursionError):
        raise UnreadableBodyError("the body is not JSON we can read") from None


def expected_version(if_match: str | None) -> int | None:
    """The version in an If-Match header, in quotes or bare; None for any. Raises InvalidInputError."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise InvalidInputError("If-Match takes the version of a listing, or *")
    return int(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _without_body(event: Mapping[str, Any]) -> Request:
    many = event.get("multiValueHeaders") or {}
    single = {name: [value] for name, value in (event.get("headers") or {}).items()}
    headers: dict[str, list[str]] = {}
    for name, values in (many or single).items():
        headers.setdefault(name.lower(), []).extend(value for value in values if value is not None)
    return Request(
        method=event["httpMethod"],
        path=event["path"],
        headers=headers,
        trace_id=trace_id_from({name: values[0] for name, values in headers.items() if values}),
        context=(event.get("requestContext") or {}).get("authorizer") or {},
    )


def _readable(request: Request, event: Mapping[str, Any], max_body: int) -> Request:
    """The request with its body as bytes. Raises UnreadableBodyError where there are none to be had."""
    text = event.get("body") or ""
    if len(text) > max_body * 4 / 3 + 4:
        raise BodyTooLargeError(f"a body of at most {max_body} bytes is read here")
    body = _decoded(text) if event.get("isBase64Encoded") else _encoded(text)
    if len(body) > max_body:
        raise BodyTooLargeError(f"a body of at most {max_body} bytes is read here")
    if body:
        _check_media_type(request.header("content-type"))
    return replace(request, body=body)


def _decoded(text: str) -> bytes:
    try:
        body = base64.b64decode(text, validate=True)
        body.decode()
    except (binascii.Error, ValueError):
        raise UnreadableBodyError("the body is not UTF-8") from None
    return body


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UnreadableBodyError("the body is not UTF-8") from None


def _check_media_type(content_type: str) -> None:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = {part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")}
    if media_type not in ("", "application/json") or charsets - {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaTypeError("send application/json in UTF-8")


def _request_of(app: APIGatewayRestResolver) -> Request:
    request: Request = app.context["request"]
    return request


def _value_error(error: Mapping[str, Any]) -> dict[str, str]:
    """Where and what, never the value itself: it may be a secret in the wrong place."""
    return {"at": ".".join(str(part) for part in error["loc"])[:200], "problem": str(error["msg"])[:200]}


def _no_route(app: APIGatewayRestResolver, request: Request) -> Response[str]:
    routes = (*app._static_routes, *app._dynamic_routes)  # Powertools has no public way to ask for them
    allowed = sorted({route.method for route in routes if route.rule.match(request.path)})
    if not allowed:
        return _problem_response(app, problem(NotFoundError("there is nothing here; see /docs"), request))
    document = problem(NotFoundError(f"this path takes {', '.join(allowed)}"), request)
    status = HTTPStatus.METHOD_NOT_ALLOWED
    document |= {"status": int(status), "title": status.phrase}
    return _problem_response(app, document, headers={"Allow": ", ".join(allowed)})


def _problem_response(
    app: APIGatewayRestResolver, document: dict[str, Any], *, headers: dict[str, str] | None = None
) -> Response[str]:
    return Response(
        status_code=document["status"],
        content_type=PROBLEM_JSON,
        headers={**_headers(document), **(headers or {})},
        body=json.dumps(document),
    )


def _headers(document: Mapping[str, Any]) -> dict[str, str]:
    return {"WWW-Authenticate": "Bearer"} if document["status"] == HTTPStatus.UNAUTHORIZED else {}


def _raw(document: Mapping[str, Any]) -> dict[str, Any]:
    """An answer given before the resolver is asked."""
    return {
        "statusCode": document["status"],
        "headers": {"Content-Type": PROBLEM_JSON, **_headers(document)},
        "body": json.dumps(document),
        "isBase64Encoded": False,
    }
