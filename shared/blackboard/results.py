"""What an agent or a person answers for a claim: it is taken while the grant for it lives, and for nothing else."""

from dataclasses import dataclass, field
from typing import Final

from shared.blackboard.artefact import PERSON, Artefact, StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.grant import Grant, Outcome
from shared.blackboard.reviews import approves, feedback_in
from shared.blackboard.sitting import Sitting
from shared.blackboard.stages import Stage
from shared.runtime.errors import InvalidInputError

# In a rework these are no better version of what was sent back, but something else; unless just such a one was.
_NO_REWORK: Final = frozenset({StructuralType.FAILURE, StructuralType.TERMINAL, StructuralType.QUESTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What somebody wants to put on the blackboard."""

    id: str
    structural_type: StructuralType
    type: str
    payload: str = field(repr=False)
    payload_size: int
    payload_key: str | None = None  # where it is kept as a file
    summary: str | None = None
    source_artefacts: tuple[str, ...] = ()
    body_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who makes it: a role, and who that is."""

    role: str
    by: str  # `agent:<name>`, or an event's actor
    holder: str  # whose grants it may answer for: an agent's name, or that of people; nobody's where it is empty

    @property
    def is_agent(self) -> bool:
        return self.holder not in ("", PERSON)


def sources_of(claim: Claim, given: tuple[str, ...]) -> tuple[str, ...]:
    """What an answer hangs on: the target always, and what sent it back."""
    return tuple(dict.fromkeys((claim.target.id, *claim.context_ids, *given)))


def accept(sitting: Sitting, posted: Posted, author: Author, *, following: int) -> Artefact:
    """The artefact, taken as the answer of this holder; a rework is version `following` of its thread.

    Raises ContradictionError, InvalidInputError.
    """
    claim, at = sitting.claim, sitting.at
    grant = claim.grant_of(author.holder, at=at)
    is_new_version = claim.is_rework and _is_better(posted, claim)
    _check(posted, grant, claim, is_new_version=is_new_version)
    artefact = Artefact(
        id=posted.id,
        instance=claim.instance,
        logical_id=claim.target.logical_id if is_new_version else posted.id,
        version=following if is_new_version else 1,
        structural_type=posted.structural_type,
        type=posted.type,
        payload=None if posted.payload_key else posted.payload,
        payload_size=posted.payload_size,
        payload_key=posted.payload_key,
        summary=posted.summary,
        source_artefacts=sources_of(claim, posted.source_artefacts),
        produced_by_role=author.role,
        produced_by=author.by,
        claim_id=claim.id,
        iteration=claim.iteration if is_new_version else 0,
        generation=_generation(author, claim, is_new_version=is_new_version),
        body_hash=posted.body_hash,
        created_at=at,
    )
    outcome = Outcome.RESULT if is_new_version else _outcome(posted)
    sitting.release(grant)
    answered = claim.answered(author.holder, artefact.id, outcome, at=at)
    sitting.claim = _told(answered, artefact, author, posted, outcome)
    sitting.artefacts.append(artefact)
    return artefact


def _generation(author: Author, claim: Claim, *, is_new_version: bool) -> int:
    """What is done over is no further from where it began; with what a person says it begins anew."""
    if author.holder == PERSON:
        return 0
    return claim.target.generation + (not is_new_version)


def _is_better(posted: Posted, claim: Claim) -> bool:
    """Meant as the next version of what was sent back."""
    is_alike = (posted.type, posted.structural_type) == (claim.target.type, claim.target.structural_type)
    return is_alike or posted.structural_type not in _NO_REWORK | {StructuralType.REVIEW}


def _check(posted: Posted, grant: Grant, claim: Claim, *, is_new_version: bool) -> None:
    kind = posted.structural_type
    if grant.stage is Stage.REVIEW and kind not in (StructuralType.REVIEW, StructuralType.FAILURE):
        raise InvalidInputError("a review is granted: answer with structural_type Review, or Failure")
    if grant.stage is not Stage.REVIEW and kind is StructuralType.REVIEW and not is_new_version:
        raise InvalidInputError("no review is granted: answer with something else than a Review")
    if is_new_version and (posted.type, kind) != (claim.target.type, claim.target.structural_type):
        wanted = f"type {claim.target.type}, structural_type {claim.target.structural_type}"
        raise InvalidInputError(f"a better version of what was sent back is asked for: {wanted}")


def _outcome(posted: Posted) -> Outcome:
    match posted.structural_type:
        case StructuralType.FAILURE:
            return Outcome.FAILURE
        case StructuralType.TERMINAL:
            return Outcome.TERMINAL
        case StructuralType.REVIEW:
            return Outcome.APPROVED if approves(posted.payload) else Outcome.REJECTED
        case _:
            return Outcome.RESULT


def _told(claim: Claim, artefact: Artefact, author: Author, posted: Posted, outcome: Outcome) -> Claim:
    at = artefact.created_at
    review = {
        "original_artefact_id": claim.target.id,
        "reviewer_role": author.role,
        "review_artefact_id": artefact.id,
    }
    if outcome is Outcome.APPROVED:
        return claim.having("claim.review_approved", at, review)
    if outcome is Outcome.REJECTED:
        return claim.having("claim.review_rejected", at, review | {"feedback": feedback_in(posted.payload)})
    result = {
        "agent_name": author.holder,
        "artefact_id": artefact.id,
        "structural_type": str(artefact.structural_type),
    }
    claim = claim.having("claim.result_received", at, result)
    if artefact.version == 1:
        return claim
    rework = {
        "new_artefact_id": artefact.id,
        "logical_id": artefact.logical_id,
        "new_version": artefact.version,
        "previous_version_id": claim.target.id,
        "artefact_type": artefact.type,
        "produced_by_role": artefact.produced_by_role,
    }
    return claim.having("claim.artefact_reworked", at, rework)
