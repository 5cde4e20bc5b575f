"""What a claim asks people for, and what came of that: all that a person has to see of it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Protocol

from shared.blackboard.artefact import PERSON, Artefact, StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.grant import Grant
from shared.blackboard.reviews import feedback_in
from shared.blackboard.stages import Stage

LONGEST_FEEDBACK: Final = 1_000


class Artefacts(Protocol):
    def artefacts(self, artefact_ids: Collection[str]) -> dict[str, Artefact]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The last that people were asked for. Payloads that are kept as files are None."""

    claim: Claim
    grant: Grant
    kind: str  # answer, review, rework
    payload: str | None = field(repr=False)  # of what it is about
    feedback: tuple[str, ...] = ()  # of the reviews that sent it back
    answer: str | None = field(default=None, repr=False)  # what a person made of it; of a review, what is to be better
    answered_by: str | None = None  # None as long as nobody has

    @property
    def is_waiting(self) -> bool:
        return self.claim.is_open and self.grant.is_active


def asked_of(claim: Claim, board: Artefacts) -> Asked | None:
    """None where people never were asked."""
    grants = [grant for grant in claim.grants if grant.agent == PERSON]
    if not grants:
        return None
    grant = grants[-1]
    wanted = (claim.target.id, *claim.context_ids, *((grant.artefact_id,) if grant.artefact_id else ()))
    found = board.artefacts(wanted)
    said = found.get(grant.artefact_id or "")
    return Asked(
        claim=claim,
        grant=grant,
        kind=_kind(claim, grant),
        payload=_payload(found.get(claim.target.id)),
        feedback=tuple(filter(None, (_feedback(found.get(one)) for one in claim.context_ids))),
        answer=_feedback(said) if grant.stage is Stage.REVIEW else _payload(said),
        answered_by=said.produced_by if said else None,
    )


def _kind(claim: Claim, grant: Grant) -> str:
    """As it was when they were asked: the claim has gone on since."""
    if grant.stage is Stage.REVIEW:
        return "review"
    return "rework" if claim.is_rework else "answer"


def _payload(artefact: Artefact | None) -> str | None:
    return artefact.payload if artefact else None


def _feedback(artefact: Artefact | None) -> str | None:
    if artefact is None or artefact.structural_type is not StructuralType.REVIEW:
        return None
    return feedback_in(artefact.payload, LONGEST_FEEDBACK) if artefact.payload else None
