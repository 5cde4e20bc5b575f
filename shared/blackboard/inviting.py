"""Who is asked about an artefact, and who has answered already."""

from collections.abc import Iterable

from shared.blackboard.agent import Agent
from shared.blackboard.claim import Claim
from shared.ledger.envelope import to_text


def fitting(claim: Claim, crew: Iterable[Agent]) -> list[Agent]:
    """Those that are asked about its artefact, by name."""
    asked = (one for one in crew if one.is_asked_about(claim.target.type, claim.target.produced_by_role))
    return sorted(asked, key=lambda agent: agent.name)


def registrations(agents: Iterable[Agent]) -> dict[str, str]:
    """Whoever registers anew is asked anew. Clocks are not compared for that: they may differ."""
    return {agent.name: to_text(agent.registered_at) for agent in agents}


def by_strategy(claim: Claim, agents: Iterable[Agent]) -> Claim:
    """With the bids of those that always bid the same."""
    for agent in agents:
        if agent.bidding_strategy is not None:
            claim = claim.with_bid(agent.name, agent.bidding_strategy, at=claim.changed_at, by_strategy=True)
    return claim


def created(claim: Claim, latency_ms: int = 0) -> dict[str, object]:
    """What the news of a claim says of it."""
    return {
        "artefact_id": claim.target.id,
        "artefact_type": claim.target.type,
        "structural_type": str(claim.target.structural_type),
        "status": claim.status,
        "invited": list(claim.invited),
        "deadline_at": to_text(claim.deadline_at) if claim.deadline_at else None,
        "iteration": claim.iteration,
        "latency_ms": latency_ms,
    }
