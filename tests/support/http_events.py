"""Requests as API Gateway hands them to a function."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from shared.runtime.signatures import signature


@dataclass
class LambdaContext:
    """What Lambda tells a function about the call."""

    function_name: str = "function"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:function"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


def api_event(
    method: str,
    target: str,
    *,
    body: Any = None,
    headers: Mapping[str, str | Sequence[str]] | None = None,
    authorizer: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """`body` is JSON to be, or text as it is."""
    parts = urlsplit(target)
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    many = {name: [value] if isinstance(value, str) else list(value) for name, value in (headers or {}).items()}
    if text is not None and not any(name.lower() == "content-type" for name in many):
        many["Content-Type"] = ["application/json"]
    query = parse_qs(parts.query, keep_blank_values=True)
    return {
        "resource": "/{proxy+}",
        "path": parts.path,
        "httpMethod": method,
        "headers": {name: values[-1] for name, values in many.items()},
        "multiValueHeaders": many,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": {"proxy": parts.path.lstrip("/")},
        "stageVariables": None,
        "requestContext": {
            "httpMethod": method,
            "path": f"/local{parts.path}",
            "stage": "local",
            "requestId": str(uuid4()),
            "identity": {"sourceIp": "127.0.0.1"},
            "authorizer": dict(authorizer) if authorizer else None,
        },
        "body": text,
        "isBase64Encoded": False,
    }


def as_operator(method: str, target: str, **request: Any) -> dict[str, Any]:
    return api_event(method, target, authorizer={"principalId": "key:0123456789abcdef", "role": "operator"}, **request)


def signed_headers(
    body: str, secret: bytes, *, at: datetime, message_id: str | None = None, timestamp: int | None = None
) -> dict[str, str]:
    message_id = message_id or f"msg_{uuid4().hex}"
    seconds = int(at.timestamp()) if timestamp is None else timestamp
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(secret, message_id, seconds, body.encode()),
    }


def json_of(answer: Mapping[str, Any]) -> Any:
    return json.loads(answer["body"])
