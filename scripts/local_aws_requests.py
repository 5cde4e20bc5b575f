"""Requests to MiniStack's API Gateway, put right where they differ from AWS in what we rely on."""

import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from ministack.services import apigateway_v1

_asked: ContextVar[dict[str, Any]] = ContextVar("asked")


def know_a_request_by_one_id() -> None:
    """A request has an id and a time from when it came, for its authorizer and who answers alike. MiniStack tells an
    authorizer neither, and others of another id, and of the time at which they are asked.
    """
    execute: Callable[..., Awaitable[Any]] = apigateway_v1._execute_in_scope
    authorize: Callable[..., Awaitable[Any]] = apigateway_v1._invoke_authorizer_lambda
    build: Callable[..., dict[str, Any]] = apigateway_v1._build_lambda_event_v1

    async def execute_in_scope(request: dict[str, Any], *rest: Any) -> Any:
        _asked.set({"requestId": request["request_id"], "requestTimeEpoch": int(time.time() * 1000)})
        return await execute(request, *rest)

    async def invoke_authorizer(authorizer: Any, event: dict[str, Any], *rest: Any) -> Any:
        event["requestContext"] |= _asked.get()
        return await authorize(authorizer, event, *rest)

    def build_event(*request: Any, **how: Any) -> dict[str, Any]:
        event = build(*request, **how)
        event["requestContext"] |= _asked.get()
        return event

    apigateway_v1._execute_in_scope = execute_in_scope
    apigateway_v1._invoke_authorizer_lambda = invoke_authorizer
    apigateway_v1._build_lambda_event_v1 = build_event
