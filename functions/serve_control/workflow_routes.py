"""/workflows and /infrastructure/saga: what can run, start it, see how far it is, stop it, try it again."""

import re
import time
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from shared.control.history.plan import WORKFLOW as REPLAY
from shared.control.history.plan import plan_of
from shared.control.runs.contracts import CancelIn, CorrelationId, RunIn, WorkflowName
from shared.control.runs.pages import WantedRuns, page_of_runs
from shared.control.runs.run import Run, Status
from shared.control.runs.shipped import find_workflow, workflows
from shared.control.runs.starting import start_run
from shared.control.runs.stats import stats_of
from shared.control.runs.steering import Ports, cancel_run, redrive_run
from shared.control.runs.views import RunPage, RunView, SagaStats, SagaView, Started, Workflows
from shared.control.runs.workflow import Workflow
from shared.runtime import wiring, wiring_ingestion, wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.errors import InvalidInputError, NotFoundError
from shared.runtime.moment import Moment
from shared.runtime.observability import count, logger

router = Router()  # type: ignore[no-untyped-call]
runs = wiring_runs.runs()
ports = Ports(runs=runs, clock=system_clock, pause=time.sleep)

INGESTION: Final = "ingestion"
MOST_EVENTS: Final = 1_000
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


@router.get("/workflows", summary="What can run, and what each takes", tags=["workflows"])
def get_workflows() -> Workflows:
    return Workflows.of(workflows())


@router.post(
    "/workflows/run",
    summary="Have a workflow run",
    description="Asked for again with the same `correlation_id` it is the same run. `Location` says where it is seen.",
    tags=["workflows"],
    responses={202: {"description": "It runs", "content": {"application/json": {"model": Started}}}},
)
def post_run(wanted: Annotated[RunIn, Body()]) -> Response[Started]:
    workflow = find_workflow(wanted.workflow)
    workflow.check_role(_role())
    _check(workflow, wanted)
    run, is_new = start_run(
        workflow,
        scope=wanted.scope,
        parameters=wanted.parameters,
        correlation_id=wanted.correlation_id,
        cause=router.context["cause"],
        runs=runs,
        at=system_clock(),
    )
    logger.info("run asked for", run_id=run.id, workflow=run.workflow, is_new=is_new)
    count("RunsAskedFor", int(is_new))
    return _accepted(Started.of(run, is_new=is_new), run)


@router.get(
    "/workflows/history",
    summary="Runs, the last first",
    description="By when they began, or with `status` by when they last changed. What steps gave is shown of one run.",
    tags=["workflows"],
)
def get_history(
    workflow: Annotated[WorkflowName | None, Query()] = None,
    status: Annotated[Status | None, Query()] = None,
    correlation_id: Annotated[CorrelationId | None, Query()] = None,
    since: Annotated[Moment | None, Query(description="Those that began then, or later")] = None,
    until: Annotated[Moment | None, Query(description="Those that began then, or before")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=1_024)] = None,
) -> RunPage:
    wanted = WantedRuns(
        workflow=workflow,
        status=status,
        correlation_id=correlation_id,
        since=_in_utc(since),
        until=_in_utc(until),
        limit=limit,
        cursor=cursor,
    )
    found, following = page_of_runs(wanted, runs=runs, secret=wiring.cursor_secret)
    return RunPage(items=[RunView.of(run, is_whole=False) for run in found], next_cursor=following)


@router.get("/workflows/runs/<run_id>", summary="How far a run is", tags=["workflows"])
def get_run(run_id: str) -> RunView:
    return RunView.of(_run(run_id))


@router.post(
    "/workflows/runs/<run_id>/cancel",
    summary="Have a run stopped, and what it did taken back",
    tags=["workflows"],
    responses={202: {"description": "It is", "content": {"application/json": {"model": RunView}}}},
)
def post_cancel(run_id: str, wanted: Annotated[CancelIn, Body()]) -> Response[RunView]:
    run = cancel_run(_known(run_id), wanted.reason, role=_role(), cause=router.context["cause"], ports=ports)
    logger.info("run cancelled", run_id=run.id, status=str(run.status))
    return _accepted(RunView.of(run), run)


@router.post(
    "/workflows/runs/<run_id>/redrive",
    summary="Have tried again what failed",
    description="What could not be taken back is tried again; a run that was taken back begins anew, as another run.",
    tags=["workflows"],
    responses={202: {"description": "It is", "content": {"application/json": {"model": RunView}}}},
)
def post_redrive(run_id: str) -> Response[RunView]:
    run = redrive_run(_known(run_id), role=_role(), cause=router.context["cause"], ports=ports)
    logger.info("run redriven", run_id=run.id, redrive_of=run.redrive_of)
    return _accepted(RunView.of(run), run)


@router.get("/infrastructure/saga/stats", summary="Runs in figures", tags=["infrastructure"])
def get_stats() -> SagaStats:
    return SagaStats.of(stats_of(runs, at=system_clock()))


@router.get("/infrastructure/saga/<saga_id>", summary="A run, with what has happened in it", tags=["infrastructure"])
def get_saga(saga_id: str) -> SagaView:
    run = _run(saga_id)
    events = list(islice(runs.events(run.id), MOST_EVENTS + 1))
    return SagaView.with_events(run, events[:MOST_EVENTS], is_all=len(events) <= MOST_EVENTS)


def _check(workflow: Workflow, wanted: RunIn) -> None:
    """What no file can say of what is given. Raises InvalidInputError."""
    if workflow.name == REPLAY:
        plan_of(workflow.values(wanted.parameters), name="", at=system_clock())
    if workflow.name == INGESTION:
        for source in workflow.values(wanted.parameters)["sources"]:
            wiring_ingestion.check_scope(source, wanted.scope)


def _accepted(body: Any, run: Run) -> Response[Any]:
    place = {"Location": f"/workflows/runs/{run.id}"}
    return Response(status_code=202, content_type="application/json", body=body, headers=place)


def _run(run_id: str) -> Run:
    """Raises NotFoundError."""
    return runs.get(_known(run_id))


def _known(run_id: str) -> str:
    """Raises NotFoundError for what is no id of a run."""
    if not _ID.fullmatch(run_id):
        raise NotFoundError(f"there is no run {run_id[:100]}")
    return run_id


def _role() -> str:
    """Nobody's, where nobody was asked who that is."""
    return str(router.context["request"].context.get("role", ""))


def _in_utc(moment: datetime | None) -> datetime | None:
    """Raises InvalidInputError for one before the first year of UTC, or behind the last."""
    try:
        return moment.astimezone(UTC) if moment else None
    except OverflowError:
        raise InvalidInputError("a moment is wanted that there is in UTC") from None
