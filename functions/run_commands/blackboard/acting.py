"""What people do on the blackboard from Discord: the same as over its API, once for each use."""

from typing import Any, Final
from uuid import UUID, uuid5

from functions.run_commands.command import Use
from shared.blackboard.artefact import PERSON, Artefact, StructuralType
from shared.blackboard.asking import Asked, asked_of
from shared.blackboard.changing import Ports, claim_in, terminate
from shared.blackboard.claim import Claim
from shared.blackboard.instance import checked_instance
from shared.blackboard.people import answer, review
from shared.blackboard.posting import Wanted, post
from shared.blackboard.results import Author
from shared.runtime.errors import ContradictionError, InvalidInputError
from shared.runtime.text import one_line

GOAL: Final = "GoalDefined"
_USES: Final = UUID("0d7f3c1e-8a52-5c1b-9b3e-6a4c2f7de901")


def instance_of(use: Use) -> str:
    """The blackboard that is named, or the stack's. Raises InvalidInputError."""
    return checked_instance(str(use.option("instance") or use.ports.instance).strip())


def claim_named(use: Use) -> Claim:
    """Raises InvalidInputError, NotFoundError."""
    return claim_in(instance_of(use), read_claim_id(use.option("id")), _ports(use))


def claim_pressed(use: Use, claim_id: str) -> Claim:
    """Whichever blackboard it is on. Raises InvalidInputError, NotFoundError."""
    return use.ports.board.claim(read_claim_id(claim_id))


def read_claim_id(text: Any) -> str:
    """Raises InvalidInputError."""
    try:
        return str(UUID(str(text).strip()))
    except ValueError:
        raise InvalidInputError("this is no id of a claim; see `/blackboard claims`") from None


def define_goal(use: Use, instance: str, text: str) -> Artefact:
    """Carried out again, it is the same goal. Raises as `post`."""
    wanted = Wanted(
        instance=instance,
        id=str(uuid5(_USES, use.key)),
        structural_type=StructuralType.STANDARD,
        type=GOAL,
        payload=_something(text, "a goal"),
    )
    return post(wanted, _author(use), use.cause, files=use.ports.files, ports=_ports(use))[0]


def give_answer(use: Use, claim: Claim, text: str) -> Claim:
    """Raises ContradictionError where nobody waits for one, InvalidInputError, as `post`."""
    said = _something(text, "an answer")
    try:
        answer(claim, said, _author(use), use.cause, files=use.ports.files, ports=_ports(use))
    except ContradictionError as refusal:
        raise _in_words(refusal, use, claim) from None
    return use.ports.board.claim(claim.id)


def give_review(use: Use, claim: Claim, *, feedback: str | None) -> Claim:
    """None approves. Raises ContradictionError where no review is waited for, InvalidInputError, as `post`."""
    said = "" if feedback is None else _something(feedback, "the feedback")
    try:
        review(claim, feedback is None, said, _author(use), use.cause, files=use.ports.files, ports=_ports(use))
    except ContradictionError as refusal:
        raise _in_words(refusal, use, claim) from None
    return use.ports.board.claim(claim.id)


def end(use: Use, claim: Claim, reason: str) -> Claim:
    """Raises IllegalTransitionError where it has ended otherwise, ConflictError."""
    why = one_line(_something(reason, "the reason"), 500)
    return terminate(claim.instance, claim.id, why, use.cause, _ports(use))


def _in_words(refusal: ContradictionError, use: Use, claim: Claim) -> ContradictionError:
    """What has become of it meanwhile."""
    known = use.ports.board.claim(claim.id)
    asked = asked_of(known, use.ports.board)
    if asked is None:
        return ContradictionError(f"people are asked nothing there: it is {known.status}")
    return refusal if asked.is_waiting else ContradictionError(_why_not(asked))


def _why_not(asked: Asked) -> str:
    if asked.answered_by:  # who, stands on the claim's card
        return "this was answered before"
    if asked.claim.termination_reason:
        return f"no answer is waited for any more: {asked.claim.termination_reason}"
    return "no answer is waited for any more"


def _something(text: str, what: str) -> str:
    if not text.strip():
        raise InvalidInputError(f"{what} has to say something")
    return text


def _author(use: Use) -> Author:
    return Author(role=PERSON, by=use.cause.actor, holder=PERSON)


def _ports(use: Use) -> Ports:
    return Ports(board=use.ports.board, clock=use.ports.clock, pause=use.ports.pause)
