"""GET, POST, PUT, DELETE /blackboard/... -> artefacts, claims, bids, work, agents; GET /healthz for everyone."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from functions.serve_blackboard import agent_routes, artefact_routes, claim_routes
from shared.runtime import wiring_blackboard
from shared.runtime.api import answer, resolver
from shared.runtime.backends import Backends
from shared.runtime.clock import system_clock
from shared.runtime.observability import observed
from shared.runtime.request import Request, principal

MAX_BODY_BYTES: Final = 5 * 1024 * 1024  # a payload of the largest size, with what JSON makes of it

app = resolver()
for routes in (artefact_routes, claim_routes, agent_routes):
    app.include_router(routes.router)
check_backends = Backends(wiring_blackboard.backends, clock=system_clock)


@app.get(
    "/healthz",
    summary="Whether what the blackboard stands on can be reached",
    tags=["public"],
    responses={
        200: {"description": "It can", "content": {"application/json": {"schema": {"type": "object"}}}},
        503: {"description": "It cannot", "content": {"application/json": {"schema": {"type": "object"}}}},
    },
)
def get_healthz() -> Response[dict[str, str]]:
    status, health = check_backends()
    return Response(status_code=status, content_type="application/json", body=health)


def admit(request: Request) -> str:
    """Everyone to the public page; elsewhere whom the authorizer let in."""
    return principal(request) if request.path.startswith("/blackboard/") else "public"


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=admit, max_body=MAX_BODY_BYTES)
