"""/blackboard/claims: list, read, follow; bid, hold on, give back; review, answer and end them as a person."""

import time
from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Body, Query

from functions.serve_blackboard.artefact_routes import Cursor, Limit
from functions.serve_blackboard.callers import AGENTS, PEOPLE, READERS, READERS_AND_AGENTS, Caller, InstanceName, caller
from functions.serve_blackboard.pages import WantedClaims, page_of_claims, page_of_history
from shared.blackboard.artefact import StructuralType
from shared.blackboard.changing import (
    Ports,
    check_concerned,
    claim_in,
    hold_on,
    place_bid,
    release,
    sitting_of,
    terminate,
)
from shared.blackboard.claim import Claim
from shared.blackboard.contracts import AnswerIn, BidIn, ReleaseIn, ReviewIn, TerminateIn
from shared.blackboard.people import answer, review
from shared.blackboard.views import ArtefactView, ClaimPage, ClaimView, EventPage, Lease, Status
from shared.ledger.event_view import EventView
from shared.runtime import wiring, wiring_blackboard
from shared.runtime.clock import system_clock
from shared.runtime.errors import ForbiddenError, InvalidInputError

router = Router()  # type: ignore[no-untyped-call]
board = wiring_blackboard.blackboard()
ports = Ports(board=board, clock=system_clock, pause=time.sleep)


@router.get(
    "/blackboard/claims",
    summary="List claims, the newest change first",
    tags=["blackboard"],
    openapi_extensions=READERS,
)
def get_claims(
    instance: InstanceName = None,
    status: Annotated[list[Status] | None, Query(description="May be repeated")] = None,
    structural_type: Annotated[StructuralType | None, Query(description="Of the artefact")] = None,
    waits_for: Annotated[Literal["bids", "agents", "work", "person"] | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ClaimPage:
    who = caller(router.context, instance)
    who.check_no_agent()
    wanted = WantedClaims(
        instance=who.instance,
        statuses=tuple(status or ()),
        structural_type=structural_type,
        waits_for=waits_for,
        limit=limit,
        cursor=cursor,
    )
    found, following = page_of_claims(wanted, board=board, secret=wiring.cursor_secret)
    return ClaimPage(claims=[ClaimView.of(one) for one in found], next_cursor=following)


@router.get(
    "/blackboard/claims/<claim_id>",
    summary="Read one claim",
    tags=["blackboard"],
    openapi_extensions=READERS_AND_AGENTS,
)
def get_claim(claim_id: UUID, instance: InstanceName = None) -> ClaimView:
    return ClaimView.of(_claim(claim_id, caller(router.context, instance)))


@router.get(
    "/blackboard/claims/<claim_id>/history",
    summary="What happened to a claim, oldest first",
    tags=["blackboard"],
    openapi_extensions=READERS_AND_AGENTS,
)
def get_history(claim_id: UUID, instance: InstanceName = None, limit: Limit = 50, cursor: Cursor = None) -> EventPage:
    who = caller(router.context, instance)
    claim = _claim(claim_id, who)
    if who.agent and not _may_follow(who.agent, claim):
        raise ForbiddenError(
            "an agent's key shows what happened to a claim that it was granted, or that is about its own work"
        )
    found, following = page_of_history(claim.id, limit=limit, cursor=cursor, board=board, secret=wiring.cursor_secret)
    return EventPage(events=[EventView.of(event) for event in found], next_cursor=following)


@router.post(
    "/blackboard/claims/<claim_id>/bids", summary="Bid for a claim", tags=["blackboard"], openapi_extensions=AGENTS
)
def post_bid(claim_id: UUID, wanted: Annotated[BidIn, Body()], instance: InstanceName = None) -> ClaimView:
    who = caller(router.context, instance)
    return ClaimView.of(place_bid(who.instance, str(claim_id), who.named(), wanted.bid, who.cause, ports))


@router.post(
    "/blackboard/claims/<claim_id>/heartbeat",
    summary="Say that you are still at it",
    tags=["blackboard"],
    openapi_extensions=AGENTS,
)
def post_heartbeat(claim_id: UUID, instance: InstanceName = None) -> Lease:
    who = caller(router.context, instance)
    return Lease(lease_until=hold_on(who.instance, str(claim_id), who.named(), who.cause, ports))


@router.post(
    "/blackboard/claims/<claim_id>/release",
    summary="Give your work back",
    tags=["blackboard"],
    openapi_extensions=AGENTS,
)
def post_release(claim_id: UUID, wanted: Annotated[ReleaseIn, Body()], instance: InstanceName = None) -> ClaimView:
    who = caller(router.context, instance)
    name = who.named()
    why = f"{name}: {wanted.reason}"
    return ClaimView.of(release(who.instance, str(claim_id), name, why, who.cause, ports))


@router.post(
    "/blackboard/claims/<claim_id>/review", summary="Review as a person", tags=["blackboard"], openapi_extensions=PEOPLE
)
def post_review(claim_id: UUID, said: Annotated[ReviewIn, Body()], instance: InstanceName = None) -> ClaimView:
    who = caller(router.context, instance)
    author = who.as_person()
    if not said.approved and not said.feedback.strip():
        raise InvalidInputError("say what has to be better: feedback")
    claim = claim_in(who.instance, str(claim_id), ports)
    review(claim, said.approved, said.feedback, author, who.cause, files=wiring.files(), ports=ports)
    return ClaimView.of(board.claim(claim.id))


@router.post(
    "/blackboard/claims/<claim_id>/answer", summary="Answer as a person", tags=["blackboard"], openapi_extensions=PEOPLE
)
def post_answer(claim_id: UUID, said: Annotated[AnswerIn, Body()], instance: InstanceName = None) -> ArtefactView:
    who = caller(router.context, instance)
    author = who.as_person()
    claim = claim_in(who.instance, str(claim_id), ports)
    artefact = answer(claim, said.text, author, who.cause, files=wiring.files(), ports=ports)
    return ArtefactView.of(replace(artefact, payload=said.text))


@router.post(
    "/blackboard/claims/<claim_id>/terminate", summary="End a claim", tags=["blackboard"], openapi_extensions=PEOPLE
)
def post_terminate(claim_id: UUID, wanted: Annotated[TerminateIn, Body()], instance: InstanceName = None) -> ClaimView:
    who = caller(router.context, instance)
    who.check_person()
    return ClaimView.of(terminate(who.instance, str(claim_id), wanted.reason, who.cause, ports))


def _claim(claim_id: UUID, who: Caller) -> Claim:
    """An agent that takes part sees those that concern it. Raises NotFoundError."""
    claim = claim_in(who.instance, str(claim_id), ports)
    if who.agent:
        check_concerned(sitting_of(claim, ports), who.agent)
    return claim


def _may_follow(name: str, claim: Claim) -> bool:
    """What others said is read by who worked on it and by who made what it is about; not by who was asked alone."""
    return claim.was_granted_to(name) or claim.target.author == name
