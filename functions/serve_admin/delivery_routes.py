"""/admin/deliveries and /admin/sinks: what reached which sink, what did not; trying again, pausing, resuming."""

from datetime import date
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import BaseModel, BeforeValidator

from functions.serve_admin.deliveries import check_filters, check_sink, page_of, sinks_named
from functions.serve_admin.delivery_views import (
    DeliveryPage,
    DeliveryView,
    RetryTaken,
    SinksView,
    SinkView,
    delivery_view,
    sink_view,
)
from shared.deliveries.asking import Ports, ask_again, confirm, of_event, standing
from shared.deliveries.delivery import Status
from shared.deliveries.pages import Wanted
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.line import line
from shared.runtime.observability import logger
from shared.runtime.settings import settings
from shared.sinks.names import NAMES

router = Router()  # type: ignore[no-untyped-call]
records = wiring.deliveries()
said = wiring.delivery_events()
sinks = wiring.sink_states()
SinkName = Annotated[str | None, Query(json_schema_extra={"enum": list(NAMES)})]


def _date(text: Any) -> date:
    """Pydantic would take a number for the seconds since 1970."""
    day = date.fromisoformat(str(text))
    if day.isoformat() != text:
        raise ValueError("a date is written as 2026-12-31")
    return day


Day = Annotated[date, BeforeValidator(_date)]


class Why(BaseModel):
    reason: line(200) | None = None  # type: ignore[valid-type]


@router.get(
    "/admin/deliveries",
    summary="What became of events at the sinks, newest first",
    description="`event_id` shows all of one event. `status` pending, failed or in_doubt lists all there are "
    "that were begun; any other list is of the events of one `day` (UTC), today where none is given, and shows as "
    "pending what was not begun yet.",
    tags=["sinks"],
)
def get_deliveries(
    event_id: Annotated[str | None, Query(max_length=200)] = None,
    sink: SinkName = None,
    status: Annotated[Status | None, Query()] = None,
    day: Annotated[Day | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=1_024)] = None,
) -> DeliveryPage:
    check_filters(event_id, sink, day, cursor)
    wanted = Wanted(sinks=sinks_named(sink), status=status, day=day or system_clock().date(), limit=limit)
    following = None
    if event_id is not None:
        found = [one for one in of_event(event_id, ledger=wiring.ledger(), records=records) if wanted.takes(one)]
    else:
        found, following = page_of(wanted, cursor, ledger=wiring.ledger(), records=records, secret=wiring.cursor_secret)
    return DeliveryPage(deliveries=[delivery_view(one) for one in found], next_cursor=following)


@router.post(
    "/admin/deliveries/<event_id>/<sink>/retry",
    summary="Bring an event to a sink after all",
    tags=["sinks"],
    responses={202: {"description": "It is tried now", "content": {"application/json": {"model": RetryTaken}}}},
)
def post_retry(event_id: str, sink: str) -> Response[RetryTaken]:
    check_sink(sink)
    asked = ask_again(event_id, sink, router.context["cause"], ports=_ports(), at=system_clock())
    logger.info("delivery asked for again", sink=sink, delivery_of=event_id)
    taken = RetryTaken(event_id=event_id, sink=sink, requested_as=asked.id)
    return Response(status_code=202, content_type="application/json", body=taken)


@router.post(
    "/admin/deliveries/<event_id>/<sink>/confirm",
    summary="Say that what is in doubt is there: somebody has looked",
    tags=["sinks"],
)
def post_confirm(event_id: str, sink: str) -> DeliveryView:
    check_sink(sink)
    confirmed = confirm(event_id, sink, router.context["cause"], ports=_ports(), at=system_clock())
    logger.info("delivery confirmed", sink=sink, delivery_of=event_id)
    return delivery_view(standing(confirmed))


def _ports() -> Ports:
    return Ports(ledger=wiring.ledger(), records=records, said=said)


@router.get("/admin/sinks", summary="The sinks, and whether they are served", tags=["sinks"])
def get_sinks() -> SinksView:
    return SinksView(sinks=[sink_view(state, mode=_mode()) for state in sinks.get_all(NAMES)])


@router.post("/admin/sinks/<sink>/pause", summary="Have what is for a sink wait", tags=["sinks"])
def post_pause(sink: str, why: Annotated[Why | None, Body()] = None) -> SinkView:
    return _decide(sink, why, paused=True)


@router.post("/admin/sinks/<sink>/resume", summary="Serve a sink that was paused", tags=["sinks"])
def post_resume(sink: str, why: Annotated[Why | None, Body()] = None) -> SinkView:
    return _decide(sink, why, paused=False)


def _decide(name: str, why: Why | None, *, paused: bool) -> SinkView:
    """Deciding what is decided already changes nothing."""
    state = sinks.get(check_sink(name))
    if state.is_paused != paused:
        reason = why.reason if why else None
        state = sinks.decide(state, paused=paused, reason=reason, cause=router.context["cause"], at=system_clock())
        logger.info("sink paused" if paused else "sink resumed", sink=name)
    return sink_view(state, mode=_mode())


def _mode() -> Literal["apply", "dry_run"]:
    return "apply" if settings().sink_mode == "apply" else "dry_run"
