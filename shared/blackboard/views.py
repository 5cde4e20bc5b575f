"""What the blackboard answers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from shared.blackboard.artefact import Artefact, StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.grant import Grant
from shared.blackboard.stages import Stage
from shared.blackboard.working import fits_in
from shared.ledger.event_view import EventView

Status = Literal[
    "pending_review", "pending_parallel", "pending_exclusive", "pending_assignment", "complete", "terminated"
]


class ArtefactView(BaseModel):
    id: UUID
    instance: str
    logical_id: UUID
    version: int
    structural_type: StructuralType
    type: str
    payload: str | None
    payload_size: int
    summary: str | None
    source_artefacts: list[UUID]
    produced_by_role: str
    produced_by: str
    claim_id: UUID | None
    iteration: int
    generation: int
    created_at: datetime
    created_at_ms: int

    @classmethod
    def of(cls, artefact: Artefact, *, with_payload: bool = True) -> "ArtefactView":
        names = set(cls.model_fields) - {"created_at_ms", "payload"}
        values = {name: getattr(artefact, name) for name in names}
        return cls(
            **values,
            payload=artefact.payload if with_payload else None,
            created_at_ms=int(artefact.created_at.timestamp() * 1_000),
        )


class ArtefactPage(BaseModel):
    artefacts: list[ArtefactView]
    next_cursor: str | None


class Lineage(BaseModel):
    artefacts: list[ArtefactView]
    truncated: bool


class Thread(BaseModel):
    logical_id: UUID
    artefacts: list[ArtefactView]
    truncated: bool

    @classmethod
    def of(cls, logical_id: UUID, versions: Sequence[Artefact], *, is_cut: bool) -> "Thread":
        """The payloads of the latest versions are there, as far as the answer has room for them."""
        fits = fits_in(reversed(versions))
        views = [ArtefactView.of(one, with_payload=fits[one.id]) for one in versions]
        return cls(logical_id=logical_id, artefacts=views, truncated=is_cut)


class GrantView(BaseModel):
    agent: str
    phase: str
    status: str
    granted_at: datetime
    lease_until: datetime
    times: int
    artefact_id: UUID | None
    outcome: str | None

    @classmethod
    def of(cls, grant: Grant) -> "GrantView":
        return cls(
            agent=grant.agent,
            phase=grant.stage,
            status=grant.status,
            granted_at=grant.granted_at,
            lease_until=grant.until,
            times=grant.times,
            artefact_id=UUID(grant.artefact_id) if grant.artefact_id else None,
            outcome=grant.outcome,
        )


class PhaseState(BaseModel):
    current: str | None
    granted_agents: list[str]
    received: dict[str, UUID]
    all_bids: dict[str, str]
    started_at: datetime

    @classmethod
    def of(cls, claim: Claim) -> "PhaseState":
        working = claim.stage not in (Stage.BIDDING, Stage.DORMANT, Stage.COMPLETE, Stage.TERMINATED)
        return cls(
            current=claim.stage if working else None,
            granted_agents=[grant.agent for grant in claim.now],
            received={grant.agent: UUID(grant.artefact_id) for grant in claim.now if grant.artefact_id},
            all_bids={name: str(bid) for name, bid in claim.bids.items()},
            started_at=claim.stage_at,
        )


class ClaimView(BaseModel):
    id: UUID
    instance: str
    artefact_id: UUID
    artefact_type: str
    structural_type: StructuralType
    status: Status
    waits_for: Literal["bids", "agents", "work", "person"] | None
    asks_for: Literal["answer", "review", "rework"] | None
    question: str | None
    granted_review_agents: list[str]
    granted_parallel_agents: list[str]
    granted_exclusive_agent: str | None
    additional_context_ids: list[UUID]
    termination_reason: str | None
    phase_state: PhaseState
    invited: list[str]
    grants: list[GrantView]
    is_rework: bool
    iteration: int
    deadline_at: datetime | None
    created_at: datetime
    changed_at: datetime
    version: int

    @classmethod
    def of(cls, claim: Claim) -> "ClaimView":
        alone = [*_granted(claim, Stage.EXCLUSIVE), *_granted(claim, Stage.ASSIGNMENT)]
        return cls(
            id=UUID(claim.id),
            instance=claim.instance,
            artefact_id=UUID(claim.target.id),
            artefact_type=claim.target.type,
            structural_type=claim.target.structural_type,
            status=claim.status,
            waits_for=claim.waits_for,
            asks_for=claim.asks_for if claim.waits_for == "person" else None,
            question=claim.question,
            granted_review_agents=_granted(claim, Stage.REVIEW),
            granted_parallel_agents=_granted(claim, Stage.PARALLEL),
            granted_exclusive_agent=alone[-1] if alone else None,
            additional_context_ids=[UUID(one) for one in claim.context_ids],
            termination_reason=claim.termination_reason,
            phase_state=PhaseState.of(claim),
            invited=list(claim.invited),
            grants=[GrantView.of(grant) for grant in claim.grants],
            is_rework=claim.is_rework,
            iteration=claim.iteration,
            deadline_at=claim.deadline_at,
            created_at=claim.created_at,
            changed_at=claim.changed_at,
            version=claim.version,
        )


def _granted(claim: Claim, stage: Stage) -> list[str]:
    """Each once, in the order in which they were."""
    return list(dict.fromkeys(grant.agent for grant in claim.grants if grant.stage is stage))


class ClaimPage(BaseModel):
    claims: list[ClaimView]
    next_cursor: str | None


class EventPage(BaseModel):
    events: list[EventView]
    next_cursor: str | None


class Lease(BaseModel):
    lease_until: datetime
