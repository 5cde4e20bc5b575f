"""Work that goes to somebody else, or back: what was lost is given out again, what was sent back goes to its author."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from shared.blackboard.artefact import PERSON, rework_id_of
from shared.blackboard.claim import Claim
from shared.blackboard.grant import Grant, GrantStatus
from shared.blackboard.inviting import created
from shared.blackboard.sitting import Sitting, granted
from shared.blackboard.stages import Stage

MOST_RETURNS: Final = 20  # how often the same work is given back before its claim has failed
SENT_BACK: Final = "Terminated due to negative review feedback. See artefacts: [{}]"


def give_anew(sitting: Sitting, grant: Grant, why: str, *, given_back: bool = False) -> None:
    """To who may have it; where it was lost too often, or nobody is left, the claim has failed.

    Who gives work back has not lost it: an agent does so whenever it is ended. Without end it may not do so either.
    """
    lose(sitting, grant, why)
    heirs = _heirs(sitting, grant)
    returned = grant.returned + given_back
    if heirs and grant.times - returned < sitting.settings.max_grants and returned < MOST_RETURNS:
        sitting.grant(heirs[0], grant.stage, times=grant.times + 1, returned=returned)
    elif heirs:
        sitting.fail("GrantLost", f"{why}; it was given out {grant.times} times")
    elif not sitting.claim.now:  # else the others decide
        sitting.fail("AgentVanished", why)


def lose(sitting: Sitting, grant: Grant, why: str) -> None:
    """The grant is over, and the agent free of it."""
    sitting.release(grant)
    grants = tuple(one.ended(GrantStatus.LOST) if one is grant else one for one in sitting.claim.grants)
    said = {"agent_name": grant.agent, "why": why, "times": grant.times}
    sitting.claim = replace(sitting.claim, grants=grants).having("claim.grant_lost", sitting.at, said)
    active = sitting.claim.active
    sitting.claim = replace(sitting.claim, deadline_at=min((one.until for one in active), default=None))


def _heirs(sitting: Sitting, grant: Grant) -> list[str]:
    """Who does it in the place of one that lost it: the same one, where it has to be that one."""
    match grant.stage:
        case Stage.EXCLUSIVE:
            names = sitting.claim.bidders(Stage.EXCLUSIVE)
        case Stage.ASSIGNMENT if grant.agent != PERSON:
            names = (grant.agent, *_of_role(sitting, sitting.claim.target.produced_by_role))  # its own may be another
        case _:
            names = (grant.agent,)
    there = [name for name in names if sitting.is_there(name)]
    others = [name for name in there if name != grant.agent]
    if others:
        return [least_busy(sitting, others)]
    return there


def least_busy(sitting: Sitting, names: Iterable[str]) -> str:
    """Least load, then longest idle, then by name; who has a free hand before who has none."""
    agents = (agent for name in names if (agent := sitting.agent(name)))
    return min(agents, key=lambda agent: (not agent.has_room, agent.load, agent.idle_since, agent.name)).name


def send_back(sitting: Sitting) -> None:
    """To whoever made it, past the bidding: one veto is enough."""
    claim, most = sitting.claim, sitting.settings.max_review_iterations
    role = claim.target.produced_by_role
    if most and claim.iteration >= most:
        sitting.fail("MaxIterationsExceeded", f"it was sent back {claim.iteration} times and is still not approved")
        return
    author = _author(sitting)
    if author is None:
        sitting.fail("MissingAgentConfiguration", f"no agent of role {role} is there to do it over")
        return
    reviews = [one.artefact_id for one in claim.now if one.artefact_id]
    rework = _rework(sitting, claim, author, tuple(reviews))
    sitting.others.append(rework)
    sitting.terminate(SENT_BACK.format(", ".join(reviews)))
    said = {"feedback_claim_id": rework.id, "target_agent_role": role, "iteration": rework.iteration}
    sitting.claim = sitting.claim.having("claim.rework_requested", sitting.at, said)


def _author(sitting: Sitting) -> str | None:
    """Who made it, if it is still there; else another of its role."""
    target = sitting.claim.target
    if target.produced_by_role == PERSON:
        return PERSON
    if target.author and sitting.agent(target.author):
        return target.author
    of_role = _of_role(sitting, target.produced_by_role)
    return least_busy(sitting, of_role) if of_role else None


def _of_role(sitting: Sitting, role: str) -> list[str]:
    return [one.name for one in sitting.crew.values() if one.role == role and not one.is_removed]


def _rework(sitting: Sitting, claim: Claim, author: str, reviews: tuple[str, ...]) -> Claim:
    at = sitting.at
    fresh = Claim(
        id=rework_id_of(claim.id),
        instance=claim.instance,
        target=claim.target,
        stage=Stage.ASSIGNMENT,
        context_ids=reviews,
        iteration=claim.iteration + 1,
        is_rework=True,
        deadline_at=None,
        stage_at=at,
        created_at=at,
        changed_at=at,
    )
    return granted(sitting, fresh.having("claim.created", at, created(fresh)), author, Stage.ASSIGNMENT)
