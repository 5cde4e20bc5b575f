"""/infrastructure/dlq: what was given up, where and why; trying it again, throwing it away."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from shared.control.letters.asking import foresee, retry_now, retry_one
from shared.control.letters.cause import LONGEST_CAUSE
from shared.control.letters.contracts import DiscardIn, RetryIn
from shared.control.letters.discarding import discard
from shared.control.letters.looking import look_into, survey
from shared.control.letters.message import LetterQueue
from shared.control.letters.retrying import Order
from shared.control.letters.step import WORKFLOW
from shared.control.letters.views import (
    DiscardView,
    ForecastView,
    LetterPage,
    LetterStats,
    RetryRun,
    RetryView,
)
from shared.control.letters.wanted import Wanted
from shared.control.runs.shipped import find_workflow
from shared.control.runs.starting import start_run
from shared.runtime import wiring_letters, wiring_runs
from shared.runtime.auth import Role
from shared.runtime.clock import system_clock
from shared.runtime.errors import InvalidInputError
from shared.runtime.observability import count, logger

router = Router()  # type: ignore[no-untyped-call]

TIME: Final = timedelta(seconds=15)  # of the 29 that somebody waits for; the rest is for an AWS that is slow
AT_ONCE: Final = 10  # letters; more are a run

Answer = Response[RetryView | ForecastView | RetryRun]

QueueName = Annotated[str | None, Query(min_length=1, max_length=80, description="As the template calls it")]


@router.get(
    "/infrastructure/dlq/stats",
    summary="How many dead letters lie where, since when, and why",
    description="Causes and ages are those of up to 100 letters of each queue; `is_sample` says that there are more.",
    tags=["dead letters"],
)
def get_stats() -> LetterStats:
    ports = wiring_letters.letter_ports()
    lying = survey(ports.chosen(None), ports=ports)
    return LetterStats.of(lying, at=system_clock())


@router.get(
    "/infrastructure/dlq/letters",
    summary="Look into dead letters",
    description="Secrets in them are blotted out. While they are looked at, nobody else is handed them: who tries them "
    "again meanwhile comes back to them.",
    tags=["dead letters"],
)
def get_letters(
    queue: QueueName = None,
    cause: Annotated[str | None, Query(min_length=1, max_length=LONGEST_CAUSE + 1)] = None,
    event_type: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    letter_id: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> LetterPage:
    ports = wiring_letters.letter_ports()
    wanted = Wanted(letter_id=letter_id, cause=cause, event_type=event_type)
    found = look_into(ports.chosen(queue), wanted, most=limit, until=_until(), ports=ports)
    is_one, is_admin = letter_id is not None, _role() == Role.ADMIN
    return LetterPage.of(found, at=system_clock(), is_one=is_one, with_commands=is_admin)


@router.post(
    "/infrastructure/dlq/retry",
    summary="Try dead letters again: one, some, or all",
    description="One letter, or up to ten (`limit`), at once; more by a run of the workflow retry-dead-letters, at "
    "`rate` letters a second. A letter leaves its queue only when the queue it came from has accepted it. "
    "With `dry_run` it is only said what would be done.",
    tags=["dead letters"],
    responses={
        200: {"description": "It is done", "content": {"application/json": {"model": RetryView}}},
        202: {"description": "A run does it", "content": {"application/json": {"model": RetryRun}}},
    },
)
def post_retry(
    asked: Annotated[RetryIn | None, Body()] = None,
    limit: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
) -> Answer:
    wanted = _with_limit(asked or RetryIn(), limit)
    queues = wiring_letters.letter_ports().chosen(wanted.queue)
    if wanted.dry_run:
        return _json(200, _foreseen(wanted, queues))
    if wanted.letter_id is not None:
        return _one(wanted, queues[0])
    if wanted.limit is not None and wanted.limit <= AT_ONCE:
        return _json(200, _some(wanted, queues))
    return _run(wanted, queues)


@router.post(
    "/infrastructure/dlq/discard",
    summary="Throw dead letters away, for a reason",
    description="What they were about stays in the history of events.",
    tags=["dead letters"],
)
def post_discard(asked: Annotated[DiscardIn, Body()]) -> DiscardView:
    ports, now = wiring_letters.letter_ports(), system_clock()
    wanted = Wanted(letter_id=asked.letter_id, cause=asked.cause, sent_before=now)
    queue, cause = ports.queue(asked.queue), router.context["cause"]
    done = discard(queue, wanted, asked.reason, cause, ports=ports, until=now + TIME)
    logger.info("dead letters discarded", queue=asked.queue, number=done.number, reason=asked.reason)
    count("DeadLettersDiscarded", done.number)
    return DiscardView(discarded=done.number, is_all=done.is_all)


def _with_limit(asked: RetryIn, limit: int | None) -> RetryIn:
    if limit is None or asked.limit == limit:
        return asked
    if asked.limit is not None:
        raise InvalidInputError("limit: the address and the body say different ones")
    return asked.model_copy(update={"limit": limit})


def _order(asked: RetryIn) -> Order:
    return Order(wanted=asked.wanted(), limit=asked.limit)


def _foreseen(asked: RetryIn, queues: Sequence[LetterQueue]) -> ForecastView:
    ports = wiring_letters.letter_ports()
    return ForecastView.of(foresee(queues, _order(asked), ports=ports, until=_until()))


def _some(asked: RetryIn, queues: Sequence[LetterQueue]) -> RetryView:
    ports, cause = wiring_letters.letter_ports(), router.context["cause"]
    account = retry_now(queues, _order(asked), cause, ports=ports, until=_until())
    _report(account.retried, asked)
    return RetryView.of(account)


def _one(asked: RetryIn, queue: LetterQueue) -> Answer:
    assert asked.letter_id is not None, "one letter is asked for by its id"
    ports, cause = wiring_letters.letter_ports(), router.context["cause"]
    if retry_one(queue, asked.letter_id, cause, ports=ports, until=_until()) is None:
        return _run(asked, [queue])  # it takes longer to find it than somebody waits
    _report(1, asked)
    return _json(200, RetryView(retried_events=1, total_events=1))


def _report(retried: int, asked: RetryIn) -> None:
    logger.info("dead letters retried", queue=asked.queue, number=retried)
    count("DeadLettersRetried", retried)


def _run(asked: RetryIn, queues: Sequence[LetterQueue]) -> Answer:
    workflow = find_workflow(WORKFLOW)
    workflow.check_role(_role())
    said = {"queue": asked.queue, "rate": asked.rate, "limit": asked.limit, **asked.wanted().said()}
    run, _ = start_run(
        workflow,
        scope={},
        parameters=said,
        correlation_id=None,
        cause=router.context["cause"],
        runs=wiring_runs.runs(),
        at=system_clock(),
    )
    total = sum(queue.depth().all for queue in queues)
    view = RetryRun(status="started", run_id=run.id, workflow=run.workflow, total_events=total)
    where = {"Location": f"/workflows/runs/{run.id}"}
    return Response(status_code=202, content_type="application/json", headers=where, body=view)


def _role() -> str:
    """Nobody's, where nobody was asked who that is."""
    return str(router.context["request"].context.get("role", ""))


def _json(status: int, view: RetryView | ForecastView) -> Answer:
    return Response(status_code=status, content_type="application/json", body=view)


def _until() -> datetime:
    return system_clock() + TIME
