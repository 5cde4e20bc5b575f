"""What people say on the blackboard: answers, and reviews."""

from shared.blackboard.artefact import PERSON, Artefact, StructuralType, as_text, fresh_id
from shared.blackboard.changing import Ports, claim_in
from shared.blackboard.claim import Claim
from shared.blackboard.posting import Files, Wanted, post, with_payload
from shared.blackboard.results import Author
from shared.ledger.envelope import Cause
from shared.runtime.errors import ContradictionError


def answer(claim: Claim, text: str, author: Author, cause: Cause, *, files: Files, ports: Ports) -> Artefact:
    """What a person says to a question, or makes of what was sent back. Said again, it is what it was.

    Raises ContradictionError where nobody waits for it; as `post`.
    """
    is_question = claim.target.structural_type is StructuralType.QUESTION and not claim.is_rework
    wanted = Wanted(
        instance=claim.instance,
        id=fresh_id(),
        structural_type=StructuralType.ANSWER if is_question else claim.target.structural_type,
        type="Answer" if is_question else claim.target.type,
        payload=text,
        claim_id=claim.id,
    )
    return _said(wanted, author, cause, files=files, ports=ports)


def review(
    claim: Claim, approved: bool, feedback: str, author: Author, cause: Cause, *, files: Files, ports: Ports
) -> Artefact:
    """What a person thinks of it. Raises ContradictionError where nobody waits for that; as `post`."""
    verdict = {"status": "approved"} if approved else {"status": "rejected", "feedback": feedback}
    wanted = Wanted(
        instance=claim.instance,
        id=fresh_id(),
        structural_type=StructuralType.REVIEW,
        type="Review",
        payload=as_text(verdict),
        claim_id=claim.id,
    )
    return _said(wanted, author, cause, files=files, ports=ports)


def _said(wanted: Wanted, author: Author, cause: Cause, *, files: Files, ports: Ports) -> Artefact:
    """What a person has said before is not said again."""
    try:
        return post(wanted, author, cause, files=files, ports=ports)[0]
    except ContradictionError:
        claim = claim_in(wanted.instance, str(wanted.claim_id), ports)
        said = [one.artefact_id for one in claim.grants if one.agent == PERSON and one.artefact_id]
        for artefact in ports.board.artefacts(said).values():
            artefact = with_payload(artefact, files)
            if (artefact.type, artefact.payload) == (wanted.type, wanted.payload):
                return artefact
        raise
