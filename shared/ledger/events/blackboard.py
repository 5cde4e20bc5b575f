"""Events of the blackboard: artefacts, claims, agents, instances."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.ledger.event_data import EventData

StructuralTypeName = Literal["Standard", "Review", "Question", "Answer", "Failure", "Terminal"]
ClaimStatus = Literal[
    "pending_review", "pending_parallel", "pending_exclusive", "pending_assignment", "complete", "terminated"
]
BidName = Literal["review", "claim", "exclusive", "ignore"]
GrantType = Literal["review", "claim", "exclusive"]


class ArtefactCreated(EventData):
    """Somebody put an artefact on the blackboard. What it says is read from there."""

    instance: str
    artefact_id: UUID
    logical_id: UUID
    version: int
    structural_type: StructuralTypeName
    artefact_type: str
    payload_size: int
    summary: str | None
    source_artefacts: list[UUID]
    produced_by_role: str
    claim_id: UUID | None
    iteration: int
    generation: int = 0


class ClaimNews(EventData):
    """What every event about a claim says."""

    instance: str
    claim_id: UUID


class ClaimCreated(ClaimNews):
    """An artefact starts work, or has been sent back: those that are invited may bid."""

    artefact_id: UUID
    artefact_type: str
    structural_type: StructuralTypeName
    status: ClaimStatus
    invited: list[str]
    deadline_at: AwareDatetime | None
    iteration: int
    latency_ms: int


class ClaimBidSubmitted(ClaimNews):
    """An agent has bid, its strategy has, or its silence counts as a bid to ignore it."""

    agent_name: str
    bid_type: BidName
    silent: bool
    by_strategy: bool


class ClaimPhaseChanged(ClaimNews):
    """The bidding, or a phase, is over, and the next one begins."""

    from_status: ClaimStatus
    to_status: ClaimStatus
    phase: Literal["review", "parallel", "exclusive"]


class ClaimDormant(ClaimNews):
    """Nobody has bid; it waits for an agent that fits."""

    deadline_at: AwareDatetime


class ClaimReopened(ClaimNews):
    """Agents have registered that fit a claim nobody had bid for: they may bid."""

    invited: list[str]
    deadline_at: AwareDatetime


class ClaimGranted(ClaimNews):
    """An agent, or a person (`user`), may answer for a claim until then; queued, it waits for a free hand."""

    agent_name: str
    grant_type: GrantType
    phase: str
    artefact_id: UUID
    lease_until: AwareDatetime
    times: int
    queued: bool


class ClaimLeaseExtended(ClaimNews):
    """An agent is still at its work."""

    agent_name: str
    lease_until: AwareDatetime


class ClaimGrantLost(ClaimNews):
    """An agent was silent for too long, gave its work back, or is gone."""

    agent_name: str
    why: str
    times: int


class ClaimResultReceived(ClaimNews):
    """The work of a grant is done: its artefact is on the blackboard."""

    agent_name: str
    artefact_id: UUID
    structural_type: StructuralTypeName


class ClaimReviewApproved(ClaimNews):
    """A reviewer has nothing against it."""

    original_artefact_id: UUID
    reviewer_role: str
    review_artefact_id: UUID


class ClaimReviewRejected(ClaimReviewApproved):
    """A reviewer sends it back."""

    feedback: str


class ClaimReworkRequested(ClaimNews):
    """It was sent back: a claim of its own has its author do it over."""

    feedback_claim_id: UUID
    target_agent_role: str
    iteration: int


class ClaimArtefactReworked(ClaimNews):
    """What was sent back has a better version."""

    new_artefact_id: UUID
    logical_id: UUID
    new_version: int
    previous_version_id: UUID
    artefact_type: str
    produced_by_role: str


class ClaimInputRequired(ClaimNews):
    """A person is waited for."""

    asks_for: Literal["answer", "review", "rework"]
    artefact_id: UUID
    artefact_type: str
    question: str | None
    deadline_at: AwareDatetime


class ClaimCompleted(ClaimNews):
    """All work that was granted is done."""

    artefact_id: UUID


class ClaimTerminated(ClaimNews):
    """It has come to nothing, or goes on as another."""

    artefact_id: UUID
    reason: str


class AgentRegistered(EventData):
    """An agent takes part, or takes part in another way than before."""

    instance: str
    agent_name: str
    role: str
    bidding_strategy: BidName | None
    target_types: list[str]
    capacity: int
    delivery: Literal["poll", "webhook", "queue"]
    registered_at: AwareDatetime


class AgentRemoved(EventData):
    """An agent does not take part any more; what it had in hand is given to others."""

    instance: str
    agent_name: str


class AgentEngaged(AgentRemoved):
    """An agent has work in hand; queued, it is to have it when a hand is free."""

    claim_id: UUID
    queued: bool


class AgentReleased(AgentRemoved):
    """An agent is done with its work, or has lost it."""

    claim_id: UUID


class InstanceChanged(EventData):
    """A blackboard has begun, or its claims are treated in another way from now on."""

    instance: str
    settings: dict[str, Any]


class InstanceCrewChanged(EventData):
    """An agent takes part in a blackboard from now on, or no more; these are all that do."""

    instance: str
    members: list[str]


EVENTS: Mapping[str, type[EventData]] = {
    "artefact.created": ArtefactCreated,
    "claim.created": ClaimCreated,
    "claim.bid_submitted": ClaimBidSubmitted,
    "claim.phase_changed": ClaimPhaseChanged,
    "claim.dormant": ClaimDormant,
    "claim.reopened": ClaimReopened,
    "claim.granted": ClaimGranted,
    "claim.lease_extended": ClaimLeaseExtended,
    "claim.grant_lost": ClaimGrantLost,
    "claim.result_received": ClaimResultReceived,
    "claim.review_approved": ClaimReviewApproved,
    "claim.review_rejected": ClaimReviewRejected,
    "claim.rework_requested": ClaimReworkRequested,
    "claim.artefact_reworked": ClaimArtefactReworked,
    "claim.input_required": ClaimInputRequired,
    "claim.completed": ClaimCompleted,
    "claim.terminated": ClaimTerminated,
    "agent.registered": AgentRegistered,
    "agent.removed": AgentRemoved,
    "agent.engaged": AgentEngaged,
    "agent.released": AgentReleased,
    "instance.changed": InstanceChanged,
    "instance.crew_changed": InstanceCrewChanged,
}
