"""One look at a claim: the claim with all the agents of its instance, and what has changed in the course of it.

Whatever changes here is written in one transaction, or not at all.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from shared.blackboard.agent import Agent
from shared.blackboard.artefact import (
    ARBITER,
    PERSON,
    Artefact,
    StructuralType,
    body_hash,
    fresh_id,
    size_of,
)
from shared.blackboard.claim import GRANT_TYPE, Claim
from shared.blackboard.grant import Grant, GrantStatus
from shared.blackboard.instance import Settings
from shared.blackboard.stages import Stage
from shared.ledger.envelope import to_text

LONGEST_REASON: Final = 1_000


@dataclass(slots=True, kw_only=True)
class Sitting:
    claim: Claim
    crew: dict[str, Agent]  # by name; of those that are gone the ones that the claim names
    settings: Settings
    at: datetime
    others: list[Claim] = field(default_factory=list)  # that follow from it
    artefacts: list[Artefact] = field(default_factory=list)

    def agent(self, name: str) -> Agent | None:
        """None where it is gone, or no agent but a person."""
        known = self.crew.get(name)
        return None if known is None or known.is_removed else known

    def is_there(self, name: str) -> bool:
        return name == PERSON or self.agent(name) is not None

    def grant(self, name: str, stage: Stage, *, times: int = 1, returned: int = 0) -> None:
        self.claim = granted(self, self.claim, name, stage, times=times, returned=returned)

    def release(self, grant: Grant) -> None:
        """The agent has its hand free again."""
        if known := self.crew.get(grant.agent):
            self.crew[known.name] = known.released(self.claim.id, at=self.at)

    def complete(self) -> None:
        self._end(Stage.COMPLETE)
        self.claim = self.claim.having("claim.completed", self.at, {"artefact_id": self.claim.target.id})

    def terminate(self, reason: str) -> None:
        self._end(Stage.TERMINATED)
        reason = reason[:LONGEST_REASON]
        said = {"artefact_id": self.claim.target.id, "reason": reason}
        self.claim = replace(self.claim, termination_reason=reason).having("claim.terminated", self.at, said)

    def fail(self, kind: str, why: str) -> None:
        """It comes to nothing, and an artefact says why.

        Of a Failure it is said on the claim alone: where Failures start work, one would follow the other for ever.
        """
        if self.claim.target.structural_type is not StructuralType.FAILURE:
            payload = {"reason": kind, "error": why, "claim_id": self.claim.id, "artefact_id": self.claim.target.id}
            self.artefacts.append(_failure(self.claim, kind, json.dumps(payload), at=self.at))
        self.terminate(f"{kind}: {why}")

    def _end(self, stage: Stage) -> None:
        """What others have in hand for it is of no use any more."""
        for grant in self.claim.active:
            self.release(grant)
        grants = tuple(one.ended(GrantStatus.WITHDRAWN) if one.is_active else one for one in self.claim.grants)
        self.claim = replace(self.claim.moved(stage, at=self.at), grants=grants, deadline_at=None)


def granted(sitting: Sitting, claim: Claim, name: str, stage: Stage, *, times: int = 1, returned: int = 0) -> Claim:
    """The claim with that grant: live, or behind what the agent has in hand.

    Where the agent's queue is full, the claim waits for its place in it.
    """
    at, queued = sitting.at, False
    lease = sitting.settings.person if name == PERSON else sitting.settings.lease
    if name != PERSON:
        queued = not engage(sitting, claim, name)
    until = at + (sitting.settings.queued if queued else lease)
    status = GrantStatus.QUEUED if queued else GrantStatus.LIVE
    grant = Grant(agent=name, stage=stage, status=status, granted_at=at, until=until, times=times, returned=returned)
    claim = told(claim.with_grant(grant), grant, at=at)
    return _asking(claim, until, at=at) if name == PERSON else claim


def engage(sitting: Sitting, claim: Claim, name: str) -> bool:
    """Whether the agent has it in hand now; else it is in its queue, if that takes more."""
    agent = sitting.crew[name]
    if agent.may_be_given:
        agent = sitting.crew[name] = agent.engaged(claim.id, at=sitting.at)
    return claim.id in agent.working


def _asking(claim: Claim, until: datetime, *, at: datetime) -> Claim:
    """With the news that a person is waited for."""
    said = {
        "asks_for": claim.asks_for,
        "artefact_id": claim.target.id,
        "artefact_type": claim.target.type,
        "question": claim.question,
        "deadline_at": to_text(until),
    }
    return claim.having("claim.input_required", at, said)


def told(claim: Claim, grant: Grant, *, at: datetime) -> Claim:
    """With the news of a grant."""
    said = {
        "agent_name": grant.agent,
        "grant_type": GRANT_TYPE[grant.stage],
        "phase": str(grant.stage),
        "artefact_id": claim.target.id,
        "lease_until": to_text(grant.until),
        "times": grant.times,
        "queued": grant.status is GrantStatus.QUEUED,
    }
    return claim.having("claim.granted", at, said, timed=True)


def _failure(claim: Claim, kind: str, payload: str, *, at: datetime) -> Artefact:
    artefact_id = fresh_id()
    return Artefact(
        id=artefact_id,
        instance=claim.instance,
        logical_id=artefact_id,
        version=1,
        structural_type=StructuralType.FAILURE,
        type=kind,
        payload=payload,
        payload_size=size_of(payload),
        source_artefacts=(claim.target.id, *claim.context_ids),
        produced_by_role=ARBITER,
        produced_by=ARBITER,
        claim_id=claim.id,
        iteration=claim.iteration,
        generation=claim.target.generation + 1,
        body_hash=body_hash({"payload": payload}),
        created_at=at,
    )
