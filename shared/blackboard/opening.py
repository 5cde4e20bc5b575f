"""The claim that an artefact starts: who is asked, and who has answered already."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.blackboard.agent import Agent, Bid
from shared.blackboard.artefact import ENDS_WORK, PERSON, Artefact, StructuralType, claim_id_of
from shared.blackboard.claim import Claim, Target
from shared.blackboard.instance import Settings
from shared.blackboard.inviting import by_strategy, created, fitting, registrations
from shared.blackboard.reviews import is_for_people, question_in
from shared.blackboard.sitting import Sitting, granted
from shared.blackboard.stages import Stage


def starts_work(structural_type: StructuralType, settings: Settings) -> bool:
    """A Terminal never does, whatever the settings say."""
    return structural_type not in ENDS_WORK and structural_type in settings.starts_work


def opened(artefact: Artefact, crew: Mapping[str, Agent], settings: Settings, *, at: datetime) -> Claim:
    """The claim of an artefact that starts work, with its payload where that is a question."""
    claim = Claim(
        id=claim_id_of(artefact.id),
        instance=artefact.instance,
        target=target_of(artefact),
        stage=Stage.BIDDING,
        iteration=artefact.iteration,
        deadline_at=at + settings.bidding,
        stage_at=at,
        created_at=at,
        changed_at=at,
    )
    latency = max(0, round((at - artefact.created_at).total_seconds() * 1_000))
    if artefact.structural_type is StructuralType.QUESTION:
        claim = replace(claim, question=question_in(artefact.payload or ""))
        if is_for_people(artefact.payload or ""):
            return _given_to_people(claim, settings, latency=latency)
    agents = fitting(claim, crew.values())
    claim = replace(claim, invited=tuple(one.name for one in agents), asked_as=registrations(agents))
    if settings.wants_people_for(artefact.type):
        claim = replace(claim, invited=(*claim.invited, PERSON))
    claim = by_strategy(claim.having("claim.created", at, created(claim, latency), timed=True), agents)
    return claim.with_bid(PERSON, Bid.REVIEW, at=at, by_strategy=True) if PERSON in claim.invited else claim


def _given_to_people(claim: Claim, settings: Settings, *, latency: int) -> Claim:
    at = claim.created_at
    asked = replace(claim, stage=Stage.ASSIGNMENT, deadline_at=at + settings.person)
    asked = asked.having("claim.created", at, created(asked, latency))
    return granted(Sitting(claim=asked, crew={}, settings=settings, at=at), asked, PERSON, Stage.ASSIGNMENT)


def target_of(artefact: Artefact) -> Target:
    return Target(
        id=artefact.id,
        logical_id=artefact.logical_id,
        version=artefact.version,
        type=artefact.type,
        structural_type=artefact.structural_type,
        produced_by_role=artefact.produced_by_role,
        author=artefact.author,
        generation=artefact.generation,
    )
