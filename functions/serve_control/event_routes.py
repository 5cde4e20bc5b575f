"""/infrastructure/events: what happened, onto the bus once more, out of view."""

import time
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from shared.control.history.contracts import ClearIn, ReplayIn
from shared.control.history.known import meant_types
from shared.control.history.plan import WORKFLOW, plan_of
from shared.control.history.preview import preview
from shared.control.history.showing import Asked, page_of_history
from shared.control.history.store import LedgerMarks
from shared.control.history.views import ClearedView, HistoryPage, PreviewView, ReplayView
from shared.control.history.wanted import Wanted, checked_span
from shared.control.runs.shipped import find_workflow
from shared.control.runs.starting import start_run
from shared.ledger.event_view import EventView
from shared.runtime import wiring, wiring_runs
from shared.runtime.auth import Role
from shared.runtime.clock import system_clock
from shared.runtime.errors import ForbiddenError
from shared.runtime.moment import Moment
from shared.runtime.observability import count, logger

router = Router()  # type: ignore[no-untyped-call]
ledger = wiring.ledger()
marks = LedgerMarks(ledger)


@router.get(
    "/infrastructure/events/history",
    summary="What happened, the newest first",
    description="In any combination of what is asked for. A type may be the beginning of some (`listing.state`), a "
    "subject an id alone or `kind:id`. Pages may be short, or empty: `next_cursor` is null only at the end.",
    tags=["infrastructure"],
)
def get_history(
    event_type: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    subject: Annotated[str | None, Query(min_length=1, max_length=400)] = None,
    correlation_id: Annotated[str | None, Query(min_length=1, max_length=128)] = None,
    trace_id: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    actor: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    order: Annotated[Literal["desc", "asc"], Query()] = "desc",
    include_cleared: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(min_length=1, max_length=1_024, description="The last `next_cursor`")] = None,
) -> HistoryPage:
    begins, ends = checked_span(since, until)
    wanted = Wanted(
        event_types=() if event_type is None else meant_types([event_type]),
        subject=subject,
        correlation_id=correlation_id,
        trace_id=trace_id,
        actor=actor,
        since=begins,
        until=ends,
        with_commands=_is_admin(),
    )
    asked = Asked(
        wanted=wanted, newest_first=order == "desc", include_cleared=include_cleared, limit=limit, cursor=cursor
    )
    found, following = page_of_history(
        asked, ledger=ledger, marks=marks, secret=wiring.cursor_secret, at=system_clock()
    )
    return HistoryPage(events=[EventView.of(event) for event in found], count=len(found), next_cursor=following)


@router.post(
    "/infrastructure/events/replay",
    summary="Have events put on the bus once more",
    description="For one consumer, or for `all` whose work disturbs nobody; each does what it has not done yet. "
    "A dry run says what would be sent. `Location` says where the run is seen.",
    tags=["infrastructure"],
    responses={
        200: {
            "description": "A dry run: it was counted",
            "content": {"application/json": {"model": PreviewView}},
        },
        202: {"description": "It runs", "content": {"application/json": {"model": ReplayView}}},
    },
)
def post_replay(wanted: Annotated[ReplayIn, Body()]) -> Response[Any]:
    workflow, now = find_workflow(WORKFLOW), system_clock()
    workflow.check_role(_role())
    parameters = wanted.parameters()
    plan = plan_of(parameters, name="", at=now)
    if wanted.dry_run:
        counted = PreviewView.of(preview(plan, ledger=ledger, cleared=marks.cleared()))
        return Response(status_code=200, content_type="application/json", body=counted)
    run, _ = start_run(
        workflow,
        scope={},
        parameters=parameters,
        correlation_id=None,
        cause=router.context["cause"],
        runs=wiring_runs.runs(),
        at=now,
    )
    logger.info("replay asked for", run_id=run.id, to=plan.to)
    count("ReplaysAskedFor")
    view = ReplayView(
        status="started",
        run_id=run.id,
        saga_id=run.id,
        workflow=run.workflow,
        name=plan.name or run.id,
        to=plan.to,
        correlation_id=run.correlation_id,
        replayed_events=[],
        count=0,
    )
    place = {"Location": f"/workflows/runs/{run.id}"}
    return Response(status_code=202, content_type="application/json", body=view, headers=place)


@router.post(
    "/infrastructure/events/clear",
    summary="Have events shown no more unless they are asked for",
    description="For admins. Nothing is removed: `include_cleared=true` shows it, and so does the event that says so.",
    tags=["infrastructure"],
)
def post_clear(wanted: Annotated[ClearIn, Body()]) -> ClearedView:
    if not _is_admin():
        raise ForbiddenError("this is for admins")
    now = system_clock()
    mark = wanted.mark(at=now)
    event = marks.clear(mark, reason=wanted.reason, cause=router.context["cause"], at=now, pause=time.sleep)
    logger.info("events cleared", event_id=event.id, event_type=mark.event_type)
    count("EventsCleared")
    return ClearedView.of(mark, event)


def _is_admin() -> bool:
    return _role() == Role.ADMIN


def _role() -> str:
    """Nobody's, where nobody was asked who that is."""
    return str(router.context["request"].context.get("role", ""))
