"""GET and POST /admin/... -> listings read, followed, moved; GET /health, /docs, /openapi.json for everyone."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Query

from functions.serve_admin.docs import docs_page, openapi_json
from functions.serve_admin.health import Health, HealthCheck
from functions.serve_admin.service import Move, Wanted, list_listings, move_listing
from shared.listings.contracts import Transition
from shared.listings.lifecycle import State
from shared.listings.views import History, ListingPage, ListingView, step_of
from shared.runtime import wiring
from shared.runtime.api import answer, resolver
from shared.runtime.clock import system_clock
from shared.runtime.errors import UnauthorizedError
from shared.runtime.observability import count, logger, observed
from shared.runtime.request import Request, expected_version

app = resolver()
listings = wiring.listings()
check_health = HealthCheck(
    lambda: wiring.ledger().is_reachable(),
    lambda: wiring.bus().is_reachable(),  # built when somebody asks: nothing else here needs it
    clock=system_clock,
)


@app.get("/admin/listings", summary="List listings, newest change first", tags=["listings"])
def get_listings(
    state: Annotated[State | None, Query()] = None,
    brand: Annotated[str | None, Query(min_length=1, max_length=128, description="In upper or lower case")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000, description="Skips so many; a cursor is faster")] = 0,
    cursor: Annotated[
        str | None, Query(min_length=1, max_length=1_024, description="The last page's `next_cursor`")
    ] = None,
) -> ListingPage:
    wanted = Wanted(state=state, brand=brand, limit=limit, offset=offset, cursor=cursor)
    page = list_listings(wanted, listings=listings, secret=wiring.cursor_secret)
    views = [ListingView.of(listing) for listing in page.listings]
    return ListingPage(listings=views, limit=limit, next_cursor=page.next_cursor)


@app.get("/admin/listings/<listing_id>", summary="Read one listing", tags=["listings"])
def get_listing(listing_id: UUID) -> ListingView:
    return ListingView.of(listings.get(str(listing_id)))


@app.get("/admin/listings/<listing_id>/history", summary="What happened to a listing", tags=["listings"])
def get_history(listing_id: UUID) -> History:
    steps = [step for event in listings.history(str(listing_id)) if (step := step_of(event))]
    return History(listing_id=listing_id, history=steps)


@app.post("/admin/listings/<listing_id>/transition", summary="Move a listing one step on", tags=["listings"])
def post_transition(
    listing_id: UUID,
    transition: Annotated[Transition, Body()],
    if_match: Annotated[str | None, Header(alias="If-Match", description="`version` of what you saw")] = None,
) -> ListingView:
    move = Move(
        listing_id=str(listing_id),
        to_state=transition.to_state,
        reason=transition.reason,
        details=transition.details(),
        expected_version=expected_version(if_match),
    )
    moved = move_listing(move, app.context["cause"], listings=listings, clock=system_clock, pause=time.sleep)
    count(f"Transitions{moved.state.title()}")
    logger.info("listing moved", listing_id=moved.id, state=moved.state, version=moved.version)
    return ListingView.of(moved)


@app.get(
    "/health",
    summary="Whether the database and the bus can be reached",
    tags=["public"],
    responses={
        200: {"description": "Both can", "content": {"application/json": {"model": Health}}},
        503: {"description": "One or both cannot", "content": {"application/json": {"model": Health}}},
    },
)
def get_health() -> Response[Health]:
    health = check_health()
    status = 200 if health.status == "healthy" else 503
    return Response(status_code=status, content_type="application/json", body=health)


@app.get("/docs", include_in_schema=False)
def get_docs() -> Response[str]:
    return Response(status_code=200, content_type="text/html; charset=utf-8", body=docs_page())


@app.get("/openapi.json", include_in_schema=False)
def get_openapi() -> Response[str]:
    return Response(status_code=200, content_type="application/json", body=openapi_json())


def admit(request: Request) -> str:
    """Everyone to the public pages; elsewhere whom the authorizer let in, and nobody it was not asked about."""
    if not request.path.startswith("/admin/"):
        return "public"
    principal = request.context.get("principalId")
    if not principal:
        raise UnauthorizedError
    return str(principal)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=admit)
