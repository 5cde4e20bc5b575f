"""/blackboard/artefacts and /blackboard/threads: post, list, read, follow where they came from."""

import time
from typing import Annotated, Final, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.serve_blackboard.callers import (
    POSTERS,
    READERS,
    READERS_AND_AGENTS,
    Caller,
    InstanceName,
    author_of,
    caller,
)
from functions.serve_blackboard.pages import WantedArtefacts, page_of_artefacts
from shared.blackboard.artefact import Artefact, StructuralType
from shared.blackboard.changing import Ports
from shared.blackboard.contracts import ArtefactIn
from shared.blackboard.posting import post, with_payload
from shared.blackboard.views import ArtefactPage, ArtefactView, Lineage, Thread
from shared.blackboard.working import DEEPEST, lineage, may_see
from shared.runtime import wiring, wiring_blackboard
from shared.runtime.auth import Role
from shared.runtime.clock import system_clock
from shared.runtime.errors import ForbiddenError, NotFoundError
from shared.runtime.observability import count, logger

router = Router()  # type: ignore[no-untyped-call]
board = wiring_blackboard.blackboard()
ports = Ports(board=board, clock=system_clock, pause=time.sleep)

MOST_VERSIONS: Final = 100  # in one answer
Limit = Annotated[int, Query(ge=1, le=200)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=1_024, description="The last page's `next_cursor`")]


@router.post(
    "/blackboard/artefacts",
    summary="Put an artefact on the blackboard",
    description="An agent answers a claim with it, and names the claim. The same posted again is known by its id.",
    tags=["blackboard"],
    openapi_extensions=POSTERS,
    responses={
        200: {
            "description": "It was there already, and is as it was",
            "content": {"application/json": {"model": ArtefactView}},
        },
        201: {"description": "It is there", "content": {"application/json": {"model": ArtefactView}}},
    },
)
def post_artefact(posted: Annotated[ArtefactIn, Body()], instance: InstanceName = None) -> Response[ArtefactView]:
    who = caller(router.context, instance)
    if who.role is Role.AGENT and posted.claim_id is None:
        raise ForbiddenError("an agent posts what it was granted: name the claim, as claim_id")
    itself = board.agents(who.instance, [who.agent]) if who.agent else {}
    author = author_of(who, posted.produced_by_role, itself)
    wanted = posted.wanted(who.instance)
    artefact, is_new = post(wanted, author, who.cause, files=wiring.files(), ports=ports)
    if is_new:
        logger.info("artefact", artefact_id=artefact.id, type=artefact.type, role=artefact.produced_by_role)
        count("ArtefactsCreated")
    view = ArtefactView.of(artefact if artefact.payload_key is None else with_payload(artefact, wiring.files()))
    return Response(status_code=201 if is_new else 200, content_type="application/json", body=view)


@router.get(
    "/blackboard/artefacts", summary="List artefacts, the newest first", tags=["blackboard"], openapi_extensions=READERS
)
def get_artefacts(
    instance: InstanceName = None,
    type: Annotated[str | None, Query(min_length=1, max_length=100, description="May have * and ?")] = None,
    role: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    structural_type: Annotated[StructuralType | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ArtefactPage:
    who = _reader(instance)
    wanted = WantedArtefacts(
        instance=who.instance, type=type, role=role, structural_type=structural_type, limit=limit, cursor=cursor
    )
    found, following = page_of_artefacts(wanted, board=board, secret=wiring.cursor_secret)
    return ArtefactPage(artefacts=[ArtefactView.of(one, with_payload=False) for one in found], next_cursor=following)


@router.get(
    "/blackboard/artefacts/<artefact_id>",
    summary="Read one artefact",
    tags=["blackboard"],
    openapi_extensions=READERS_AND_AGENTS,
)
def get_artefact(artefact_id: UUID, instance: InstanceName = None) -> ArtefactView:
    who = caller(router.context, instance)
    artefact = _artefact(artefact_id, who)
    if who.role is Role.AGENT:
        agent = board.agents(who.instance, [who.named()]).get(who.named())
        if agent is None or agent.is_removed or not may_see(agent, artefact, board=board, at=system_clock()):
            raise NotFoundError(_nothing(artefact_id, who))
    return ArtefactView.of(with_payload(artefact, wiring.files()))


@router.get(
    "/blackboard/artefacts/<artefact_id>/lineage",
    summary="What an artefact came from, or what came of it",
    tags=["blackboard"],
    openapi_extensions=READERS,
)
def get_lineage(
    artefact_id: UUID,
    instance: InstanceName = None,
    direction: Annotated[Literal["up", "down"], Query()] = "up",
    depth: Annotated[int, Query(ge=1, le=DEEPEST)] = DEEPEST,
) -> Lineage:
    artefact = _artefact(artefact_id, _reader(instance))
    found, is_cut = lineage([artefact.id], board, depth=depth + 1, up=direction == "up")
    views = [ArtefactView.of(one, with_payload=False) for one in found[1:]]
    return Lineage(artefacts=views, truncated=is_cut)


@router.get(
    "/blackboard/threads/<logical_id>",
    summary="The versions of a thread, the latest hundred of them",
    tags=["blackboard"],
    openapi_extensions=READERS,
)
def get_thread(logical_id: UUID, instance: InstanceName = None) -> Thread:
    """Payloads that are kept as files are read one by one, by their ids."""
    who = _reader(instance)
    ids = board.thread(who.instance, str(logical_id))
    if not ids:
        raise NotFoundError(f"there is no thread {logical_id} in {who.instance}")
    latest = ids[-MOST_VERSIONS:]
    found = board.artefacts(latest)
    return Thread.of(logical_id, [found[one] for one in latest], is_cut=len(latest) < len(ids))


def _reader(instance: str | None) -> Caller:
    who = caller(router.context, instance)
    who.check_no_agent()
    return who


def _artefact(artefact_id: UUID, who: Caller) -> Artefact:
    """What is there and not for this caller, and what is not there, are told alike."""
    found = board.artefacts([str(artefact_id)]).get(str(artefact_id))
    if found is None or found.instance != who.instance:
        raise NotFoundError(_nothing(artefact_id, who))
    return found


def _nothing(artefact_id: UUID, who: Caller) -> str:
    return f"there is no artefact {artefact_id} in {who.instance}"
