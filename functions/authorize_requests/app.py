"""API Gateway asks about a request -> yes, with whose key it is, or no."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from typing import Any

from shared.runtime import wiring
from shared.runtime.auth import ApiKey, presented_token
from shared.runtime.errors import UnauthorizedError
from shared.runtime.observability import count, logger, observed
from shared.runtime.request import Request, without_body
from shared.runtime.span import Status
from shared.runtime.tracing import entry

key_ring = wiring.key_ring()


class Unauthorized(Exception):  # noqa: N818 - API Gateway answers 401 to just this word
    """Nobody we know."""


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    request = without_body(event)
    logger.append_keys(trace_id=request.trace_id)
    with entry("authorize", trace_id=request.trace_id, parent_id=request.span_id) as span:
        key = _key_of(request)
        allowed = key is not None and key.may(request.method, request.path)
        span.end(Status.OK if allowed else Status.REFUSED)
    if key is None:
        count("KeysRefused")
        # API Gateway shows the caller this id as the trace of its refusal.
        logger.info("key refused", path=request.path[:256], request_id=event["requestContext"].get("requestId"))
        raise Unauthorized("Unauthorized")
    count("RequestsAllowed" if allowed else "RequestsForbidden")
    return {
        "principalId": f"key:{key.id}",
        "context": {"role": str(key.role), "sources": ",".join(key.sources)},
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow" if allowed else "Deny",
                    "Resource": event["methodArn"],
                }
            ],
        },
    }


def _key_of(request: Request) -> ApiKey | None:
    try:
        return key_ring.identify(presented_token(request.headers))
    except UnauthorizedError:
        return None
