"""The HTTP edge: what every function behind API Gateway does the same way.

Reads the request, lets the caller in or not, and answers errors as RFC 9457 problem documents.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.api_gateway import Route, Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from shared.runtime.edge import answering
from shared.runtime.errors import (
    BadAnswerError,
    BodyTooLargeError,
    ConflictError,
    ContendedError,
    ContradictionError,
    DependencyError,
    DomainError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidInputError,
    MethodNotAllowedError,
    NotFoundError,
    UnauthorizedError,
    UnreadableBodyError,
    UnsupportedMediaTypeError,
)
from shared.runtime.observability import count, logger
from shared.runtime.request import Request, read_json, with_body, without_body

MAX_BODY_BYTES: Final = 1024 * 1024
_PROBLEM_JSON: Final = "application/problem+json"

# The one place where errors become HTTP. The nearest class in an error's ancestry counts.
STATUS: Final[Mapping[type[Exception], HTTPStatus]] = {
    UnauthorizedError: HTTPStatus.UNAUTHORIZED,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    MethodNotAllowedError: HTTPStatus.METHOD_NOT_ALLOWED,
    IllegalTransitionError: HTTPStatus.CONFLICT,
    ContradictionError: HTTPStatus.CONFLICT,
    UnsupportedMediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    BodyTooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnreadableBodyError: HTTPStatus.BAD_REQUEST,
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    DomainError: HTTPStatus.BAD_REQUEST,
    ConflictError: HTTPStatus.CONFLICT,
    ContendedError: HTTPStatus.SERVICE_UNAVAILABLE,
    DependencyError: HTTPStatus.SERVICE_UNAVAILABLE,
    BadAnswerError: HTTPStatus.BAD_GATEWAY,
}

Admission = Callable[[Request], str]  # who is asking, as an actor; raises where they are not let in


class Resolver(APIGatewayRestResolver):
    """A router finds a request by the resolver that it was included in last; here it may be in several."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self._included: list[Router] = []

    def include_router(self, router: Router, prefix: str | None = None) -> None:
        super().include_router(router, prefix)
        self._included.append(router)

    def take_routers(self) -> None:
        """What they ask for is found here from now on."""
        for router in self._included:
            router.api_resolver = self


def resolver(*, read: Callable[[str], Any] = read_json) -> Resolver:
    """A resolver that validates by type and answers every refusal as a problem document. `read` reads a body."""
    app = Resolver(enable_validation=True, json_body_deserializer=read)

    @app.exception_handler(list(STATUS))  # type: ignore[untyped-decorator]
    def refuse(error: Exception) -> Response[str]:
        return _refusal(error, app.context["request"])

    @app.exception_handler(RequestValidationError)  # type: ignore[untyped-decorator]
    def refuse_values(error: RequestValidationError) -> Response[str]:
        refusal = InvalidInputError("some values cannot be used; see errors")
        errors = [_value_error(detail) for detail in error.errors()]
        return _response(refusal, _problem(refusal, app.context["request"]) | {"errors": errors})

    @app.not_found
    def refuse_path(_: NoRouteError) -> Response[str]:
        request: Request = app.context["request"]
        allowed = sorted({route.method for route in _routes_to(request.path, app)})
        nothing = NotFoundError("there is nothing here; see /docs")
        return _refusal(MethodNotAllowedError(allowed) if allowed else nothing, request)

    return app


def answer(
    app: Resolver,
    event: dict[str, Any],
    context: Any,
    *,
    admit: Admission,
    max_body: int = MAX_BODY_BYTES,
) -> dict[str, Any]:
    """Read the request, let the caller in, and let the route answer; or say why not.

    A route finds the request and its cause in `app.context`.
    """
    request = without_body(event)
    logger.append_keys(trace_id=request.trace_id)
    with answering(request, _name(request, app)) as span:
        try:
            request = with_body(request, event, max_bytes=max_body)
            cause = request.cause(admit(request))
        except tuple(STATUS) as error:
            answered = _raw(_refusal(error, request))
        else:
            app.take_routers()
            app.context.update(request=request, cause=cause)
            answered = app.resolve(_readable_by_powertools(event, request), context)
        span.answered(answered["statusCode"])
        return answered


def _name(request: Request, app: APIGatewayRestResolver) -> str:
    """By the route and not by the path, which has names of things in it."""
    route = next((one for one in _routes_to(request.path, app) if one.method == request.method), None)
    return f"{request.method} {route.path if route else 'nothing'}"


def _routes_to(path: str, app: APIGatewayRestResolver) -> Iterator[Route]:
    routes = (*app._static_routes, *app._dynamic_routes)  # Powertools has no public way to ask for them
    return (route for route in routes if route.rule.match(path))


def _readable_by_powertools(event: dict[str, Any], request: Request) -> dict[str, Any]:
    """The event with its body as text, and the one media type that got this far in the one spelling it knows."""
    headers = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() != "content-type"}
    return event | {
        "headers": headers | {"content-type": "application/json"},
        "body": request.body.decode(),
        "isBase64Encoded": False,
    }


def _problem(error: Exception, request: Request) -> dict[str, Any]:
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


def _value_error(error: Mapping[str, Any]) -> dict[str, str]:
    """Where and what, never the value itself: it may be a secret in the wrong place."""
    return {"at": ".".join(str(part) for part in error["loc"])[:200], "problem": str(error["msg"])[:200]}


def _refusal(error: Exception, request: Request) -> Response[str]:
    return _response(error, _problem(error, request))


def _response(error: Exception, document: Mapping[str, Any]) -> Response[str]:
    headers: dict[str, str] = {}
    if isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, MethodNotAllowedError):
        headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, ContendedError):
        headers["Retry-After"] = "1"
    status: int = document["status"]
    return Response(status_code=status, content_type=_PROBLEM_JSON, headers=headers, body=json.dumps(document))


def _raw(response: Response[str]) -> dict[str, Any]:
    """An answer given before the resolver is asked."""
    return {
        "statusCode": response.status_code,
        "headers": {"Content-Type": response.content_type, **response.headers},
        "body": response.body,
        "isBase64Encoded": False,
    }
