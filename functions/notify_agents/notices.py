"""Whom an event of the blackboard concerns, what they are told, and whether it is still of use to them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from shared.blackboard.agent import POLL, Agent
from shared.blackboard.artefact import PERSON
from shared.blackboard.claim import Claim
from shared.blackboard.stages import Stage

CREATED: Final = "claim.created"
REOPENED: Final = "claim.reopened"
GRANTED: Final = "claim.granted"

Detail = Mapping[str, Any]  # an event as it travels


def told_of(event: Detail) -> list[str]:
    """The names of those an event may concern. People look for themselves; what waits for a free hand comes later."""
    said = event["data"]
    match event["type"]:
        case kind if kind in (CREATED, REOPENED):
            return list(said["invited"])
        case kind if kind == GRANTED:
            return [] if said["queued"] or said["agent_name"] == PERSON else [said["agent_name"]]
    return []


def is_told(agent: Agent | None, event: Detail) -> bool:
    """Whether it wants to be told of this. Where its strategy bids for it, it is not asked for bids."""
    if agent is None or agent.is_removed or agent.delivery == POLL:
        return False
    return event["type"] == GRANTED or agent.bidding_strategy is None


def body_of(event: Detail, claim: Claim, name: str) -> bytes:
    """The same for every try. The work itself is fetched, with the agent's key."""
    said = event["data"]
    is_grant = event["type"] == GRANTED
    body = {
        "type": "work.granted" if is_grant else "work.bid",
        "instance": said["instance"],
        "agent": name,
        "claim_id": said["claim_id"],
        "claim_type": said["grant_type"] if is_grant else None,
        "artefact_id": claim.target.id,
        "lease_until": said["lease_until"] if is_grant else said["deadline_at"],
        "event_id": event["id"],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def too_late(event: Detail, claim: Claim, name: str, *, at: datetime) -> str | None:
    """Why nobody has to be told any more; None where somebody has."""
    if event["type"] == GRANTED:
        is_held = any(grant.agent == name and grant.is_live(at=at) for grant in claim.grants)
        return None if is_held else "it does not hold the work any more"
    if claim.stage is not Stage.BIDDING or (claim.deadline_at and at >= claim.deadline_at):
        return "the bidding is over"
    return None if name in claim.missing else "it has bid already"
