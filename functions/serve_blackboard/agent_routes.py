"""/blackboard/agents, /blackboard/work, /blackboard/instance, /blackboard/events: who takes part, and what is to do."""

import time
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.serve_blackboard.artefact_routes import Cursor, Limit
from functions.serve_blackboard.callers import PEOPLE, READERS, READERS_AND_AGENTS, Caller, InstanceName, caller, known
from functions.serve_blackboard.pages import WantedEvents, page_of_events
from functions.serve_blackboard.registering import register
from shared.blackboard.agent import Agent
from shared.blackboard.agent_views import AgentView, Crew, InstanceView, Removal
from shared.blackboard.contracts import AgentIn, SettingsIn
from shared.blackboard.instance import checked_agent
from shared.blackboard.posting import with_payload
from shared.blackboard.views import EventPage
from shared.blackboard.work_views import WorkList
from shared.blackboard.working import Work, targets_read, work_of
from shared.ledger.event_view import EventView
from shared.runtime import wiring, wiring_blackboard
from shared.runtime.attempts import attempts
from shared.runtime.auth import Role
from shared.runtime.clock import in_utc, system_clock
from shared.runtime.errors import ConflictError, ContendedError, ForbiddenError
from shared.runtime.moment import Moment
from shared.runtime.observability import logger

router = Router()  # type: ignore[no-untyped-call]
board = wiring_blackboard.blackboard()

LOOKED_EVERY: Final = 0.5  # seconds, while somebody waits for work
_ATTEMPTS: Final = 30


@router.get("/blackboard/agents", summary="Who takes part", tags=["blackboard"], openapi_extensions=READERS)
def get_agents(instance: InstanceName = None) -> Crew:
    who = caller(router.context, instance)
    who.check_no_agent()
    crew = board.crew(board.instance(who.instance)).values()
    return Crew(agents=[AgentView.of(agent) for agent in crew if not agent.is_removed])  # one may leave this moment


@router.get(
    "/blackboard/agents/<name>", summary="One agent", tags=["blackboard"], openapi_extensions=READERS_AND_AGENTS
)
def get_agent(name: str, instance: InstanceName = None) -> AgentView:
    who = caller(router.context, instance)
    if who.role is Role.AGENT and who.agent != name:
        raise ForbiddenError("an agent's key shows that agent")
    return AgentView.of(known(name, board.agents(who.instance, [name])))


@router.put(
    "/blackboard/agents/<name>",
    summary="Have an agent take part, or take part in another way",
    description="What is left out is at its default again. For `webhook` the answer has the secret it is signed with.",
    tags=["blackboard"],
    openapi_extensions=PEOPLE,
    responses={
        200: {"description": "It took part already", "content": {"application/json": {"model": AgentView}}},
        201: {"description": "It takes part", "content": {"application/json": {"model": AgentView}}},
    },
)
def put_agent(name: str, wanted: Annotated[AgentIn, Body()], instance: InstanceName = None) -> Response[AgentView]:
    who = caller(router.context, instance)
    who.check_person()
    checked_agent(name)
    agent, is_new, secret = register(who.instance, name, wanted, who.cause, board=board)
    logger.info("agent registered", agent=agent.id, version=agent.version)
    view = AgentView.of(agent, webhook_secret=secret)
    return Response(status_code=201 if is_new else 200, content_type="application/json", body=view)


@router.delete(
    "/blackboard/agents/<name>",
    summary="Have an agent take part no more",
    tags=["blackboard"],
    openapi_extensions=PEOPLE,
)
def delete_agent(name: str, instance: InstanceName = None) -> Removal:
    """What it has in hand is given to others."""
    who = caller(router.context, instance)
    who.check_person()
    for _ in attempts(_ATTEMPTS, pause=time.sleep):
        agent = board.agents(who.instance, [name]).get(name)
        if agent is None or agent.is_removed:
            return Removal(removed=False)
        try:
            board.save(who.cause, agents=[agent.removed(at=system_clock())])
        except ConflictError:
            continue
        logger.info("agent removed", agent=agent.id)
        return Removal(removed=True)
    raise ContendedError(f"{name}, or who takes part, is changed all the time; try again")


@router.get("/blackboard/instance", summary="How claims are treated", tags=["blackboard"], openapi_extensions=READERS)
def get_instance(instance: InstanceName = None) -> InstanceView:
    who = caller(router.context, instance)
    who.check_no_agent()
    return InstanceView.of(board.instance(who.instance))


@router.put(
    "/blackboard/instance", summary="Have claims treated in another way", tags=["blackboard"], openapi_extensions=PEOPLE
)
def put_instance(wanted: Annotated[SettingsIn, Body()], instance: InstanceName = None) -> InstanceView:
    """For what begins from now on."""
    who = caller(router.context, instance)
    who.check_person()
    before = board.instance(who.instance)
    if before.version and before.settings == wanted.settings():
        return InstanceView.of(before)
    changed = replace(before, settings=wanted.settings())
    return InstanceView.of(board.save_instance(changed, who.cause, at=system_clock()))


@router.get(
    "/blackboard/work",
    summary="What an agent is to do",
    description="Claims it may bid for, and work it has in hand with all it has to see for that. With `wait` the "
    "answer comes as soon as there is something, or after so many seconds.",
    tags=["blackboard"],
    openapi_extensions=READERS_AND_AGENTS,
)
def get_work(
    agent: Annotated[str, Query(min_length=1, max_length=64)],
    instance: InstanceName = None,
    wait: Annotated[int, Query(ge=0, le=20, description="Seconds")] = 0,
) -> WorkList:
    who = caller(router.context, instance)
    if who.role is Role.AGENT and who.agent != agent:
        raise ForbiddenError("an agent sees its own work")
    until = system_clock() + timedelta(seconds=wait)
    work = _work(_known(agent, who))
    while not work and system_clock() < until:
        time.sleep(LOOKED_EVERY)
        work = _work(_known(agent, who), asleep=False)
    return WorkList.of(work, agent)


def _known(name: str, who: Caller) -> Agent:
    return known(name, board.agents(who.instance, [name]))


def _work(agent: Agent, *, asleep: bool = True) -> list[Work]:
    found = work_of(agent, board=board, at=system_clock(), asleep=asleep)
    return targets_read(found, lambda target: with_payload(target, wiring.files()))


@router.get(
    "/blackboard/events",
    summary="What happened on the blackboard, oldest first",
    description="Of the last hour, where nothing else is asked for. `next_cursor` is there in any case: asked with it "
    "again, what has happened since comes.",
    tags=["blackboard"],
    openapi_extensions=READERS,
)
def get_events(
    instance: InstanceName = None,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> EventPage:
    who = caller(router.context, instance)
    who.check_no_agent()
    now = system_clock()
    wanted = WantedEvents(
        instance=who.instance,
        since=in_utc(since or now - timedelta(hours=1)),
        until=in_utc(until or now),
        limit=limit,
        cursor=cursor,
    )
    found, following = page_of_events(wanted, ledger=wiring.ledger(), secret=wiring.cursor_secret, at=now)
    return EventPage(events=[EventView.of(event) for event in found], next_cursor=following)
