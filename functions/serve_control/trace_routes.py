"""/infrastructure/tracing: what was done for what came in, by trace and by service."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.control.tracing.listing import Wanted, page_of_spans
from shared.control.tracing.stats import stats_of
from shared.control.tracing.told import tell
from shared.control.tracing.views import ListedSpan, ServicePage, StatsView, TraceView
from shared.control.tracing.waterfall import waterfall
from shared.runtime import wiring, wiring_tracing
from shared.runtime.auth import Role
from shared.runtime.clock import in_utc, system_clock
from shared.runtime.errors import InvalidInputError
from shared.runtime.moment import Moment
from shared.runtime.settings import settings

router = Router()  # type: ignore[no-untyped-call]
ledger = wiring.ledger()
traces = wiring_tracing.traces()

_TRACE_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_SERVICE: Final = re.compile(r"[A-Za-z0-9_.: -]{1,120}", re.ASCII)
_KEPT: Final = timedelta(days=7)
_LATELY: Final = timedelta(hours=1)

Since = Annotated[Moment | None, Query(description="An hour ago, where it is not said; spans are kept for a week")]


@router.get(
    "/infrastructure/tracing/stats",
    summary="How much each service does, what goes wrong and how long it takes",
    description="Of the newest spans of each: `spans` says how many were looked at. Services are the functions, what "
    "they ask, and `api`, which is what callers wait for.",
    tags=["infrastructure"],
)
def get_stats(since: Since = None) -> StatsView:
    now = system_clock()
    begins = _begins(since, now, _LATELY)
    stats = stats_of(traces, since=begins, until=now)
    rate = float(settings().trace_sample_rate)
    return StatsView.of(stats, since=begins, until=now, sample_rate=rate)


@router.get(
    "/infrastructure/tracing/trace/<trace_id>",
    summary="A trace as a tree, and what its end waited for",
    description="Of traces that are not kept, and of those of which only what went wrong is, the events of the ledger "
    "are shown: see `source`. `format=text` is for people. That somebody used a command, only admins see.",
    tags=["infrastructure"],
    responses={
        200: {
            "description": "The tree",
            "content": {"application/json": {"model": TraceView}, "text/plain": {"schema": {"type": "string"}}},
        }
    },
)
def get_trace(trace_id: str, how: Annotated[Literal["json", "text"], Query(alias="format")] = "json") -> Response[Any]:
    if not _TRACE_ID.fullmatch(trace_id.lower()):
        raise InvalidInputError("a trace id has 32 hex digits")
    is_admin = router.context["request"].context.get("role") == Role.ADMIN
    told = tell(trace_id.lower(), traces=traces, ledger=ledger, with_commands=is_admin)
    if how == "text":
        return Response(status_code=200, content_type="text/plain; charset=utf-8", body=waterfall(told))
    return Response(status_code=200, content_type="application/json", body=TraceView.of(told))


@router.get(
    "/infrastructure/tracing/service/<name>",
    summary="What a service did, the newest first",
    description="With `errors=true`, only where something went wrong, be it in a part. Pages may be short, or empty: "
    "`next_cursor` is null only at the end.",
    tags=["infrastructure"],
)
def get_service(
    name: str,
    errors: Annotated[bool, Query()] = False,
    since: Annotated[Moment | None, Query(description="A week ago, where it is not said")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(min_length=1, max_length=1_024, description="The last `next_cursor`")] = None,
) -> ServicePage:
    name = unquote(name)
    if not _SERVICE.fullmatch(name):
        raise InvalidInputError("this cannot be the name of a service")
    now = system_clock()
    wanted = Wanted(service=name, errors=errors, since=_begins(since, now, _KEPT), limit=limit, cursor=cursor)
    page = page_of_spans(wanted, traces=traces, secret=wiring.cursor_secret, at=now)
    return ServicePage(
        service=name,
        spans=[ListedSpan.of(span) for span in page.spans],
        looked_at=page.looked_at,
        next_cursor=page.next_cursor,
    )


def _begins(since: datetime | None, now: datetime, usual: timedelta) -> datetime:
    """Raises InvalidInputError."""
    if since is None:
        return now - usual
    begins = in_utc(since)
    if begins > now:
        raise InvalidInputError("since: this is yet to come")
    return max(begins, now - _KEPT)
