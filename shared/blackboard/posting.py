"""Putting an artefact on the blackboard: once, in its place in a thread, and as an answer only where one is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from shared.blackboard.artefact import (
    INLINE_BYTES,
    MAX_PAYLOAD_BYTES,
    MAX_TOLD_BYTES,
    PERSON,
    Artefact,
    StructuralType,
    body_hash,
    size_in_json,
    size_of,
    told_size,
)
from shared.blackboard.changing import ATTEMPTS, Ports, check_concerned, claim_in, save, sitting_of
from shared.blackboard.claim import Claim
from shared.blackboard.results import Author, Posted, accept
from shared.blackboard.sitting import Sitting
from shared.blackboard.stages import Stage
from shared.blackboard.working import context_of
from shared.ledger.envelope import Cause
from shared.runtime.attempts import attempts
from shared.runtime.errors import (
    BodyTooLargeError,
    ConflictError,
    ContendedError,
    ContradictionError,
    InvalidInputError,
)

MAX_VERSIONS: Final = 1_000  # of one thread


class Files(Protocol):
    def put(self, key: str, content: bytes, content_type: str) -> None: ...
    def first_bytes(self, key: str, n: int) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants to post. `id` is theirs to choose: the same again is known by it."""

    instance: str
    id: str
    structural_type: StructuralType
    type: str
    payload: str = field(repr=False)
    summary: str | None = None
    source_artefacts: tuple[str, ...] = ()
    logical_id: str | None = None  # the thread that it is a new version of
    claim_id: str | None = None  # the claim that it answers

    def said(self, author: Author) -> Mapping[str, Any]:
        """All of it, to know it again."""
        return {
            "structural_type": str(self.structural_type),
            "type": self.type,
            "payload": self.payload,
            "summary": self.summary,
            "source_artefacts": sorted(self.source_artefacts),
            "logical_id": self.logical_id,
            "claim_id": self.claim_id,
            "role": author.role,
            "holder": author.holder,
        }


def post(wanted: Wanted, author: Author, cause: Cause, *, files: Files, ports: Ports) -> tuple[Artefact, bool]:
    """The artefact, and whether it is new; one that was posted before is as it was.

    Raises ContradictionError where something else has its id or its grant does not live, InvalidInputError,
    NotFoundError, ContendedError.
    """
    posted = _checked(wanted, author)
    try:
        return _put_in_place(wanted, posted, author, cause, files=files, ports=ports)
    except ContradictionError:
        known = _with_id(wanted, ports)
        if known is None or not _is_same(known, posted, wanted):
            raise
        return known, False  # the same, sent twice, was taken meanwhile: so its grant is over


def _put_in_place(
    wanted: Wanted, posted: Posted, author: Author, cause: Cause, *, files: Files, ports: Ports
) -> tuple[Artefact, bool]:
    is_kept = posted.payload_key is None
    for _ in attempts(ATTEMPTS, pause=ports.pause):
        known = _with_id(wanted, ports)
        if known and _is_same(known, posted, wanted):
            return known, False
        artefact, sitting = _made(wanted, posted, author, known, ports)
        ports.board.begin(wanted.instance, cause, at=ports.clock())  # not before: what is refused changes nothing
        if not is_kept:  # of what is refused nothing is kept; and before the artefact is there nobody looks for it
            files.put(str(posted.payload_key), wanted.payload.encode(), "text/plain; charset=utf-8")
            is_kept = True
            artefact, sitting = _made(wanted, posted, author, known, ports)  # as it is by now
        if _is_saved(artefact, sitting, cause, ports):
            return artefact, True
    raise ContendedError(f"artefact {wanted.id} could not be put in its place; post it again")


def _is_saved(artefact: Artefact, sitting: Sitting | None, cause: Cause, ports: Ports) -> bool:
    """Whether it is in its place; not where others wrote first."""
    try:
        if sitting:
            save(sitting, cause, ports)
        else:
            ports.board.save(cause, artefacts=[artefact])
    except ConflictError:
        return False
    return True


def _made(
    wanted: Wanted, posted: Posted, author: Author, known: Artefact | None, ports: Ports
) -> tuple[Artefact, Sitting | None]:
    """With the sitting that takes it as an answer, where it is one. `known`: another that has its id already."""
    if wanted.claim_id is None:
        _check_unused(known)
        return _root(wanted, posted, author, ports), None
    sitting = _answering(wanted, posted, author, ports)
    _check_unused(known)  # said only to who may answer there: others would learn what there is
    return sitting.artefacts[-1], sitting


def _check_unused(known: Artefact | None) -> None:
    if known:
        raise ContradictionError(f"there is another artefact {known.id}")


def with_payload(artefact: Artefact, files: Files) -> Artefact:
    """Also where that is kept as a file."""
    if artefact.payload is not None or artefact.payload_key is None:
        return artefact
    return replace(artefact, payload=files.first_bytes(artefact.payload_key, MAX_PAYLOAD_BYTES).decode())


def _checked(wanted: Wanted, author: Author) -> Posted:
    """Raises BodyTooLargeError. A large payload goes to a file."""
    size, known_by = size_of(wanted.payload), body_hash(wanted.said(author))
    if size_in_json(wanted.payload) > MAX_PAYLOAD_BYTES:
        raise BodyTooLargeError(f"a payload has at most {MAX_PAYLOAD_BYTES} bytes, as JSON writes it")
    if size > INLINE_BYTES and told_size(wanted.payload) > MAX_TOLD_BYTES:
        raise BodyTooLargeError("a payload of so many quotation marks and line breaks could not be read again")
    key = None
    if size > INLINE_BYTES:
        key = f"blackboard/{wanted.instance}/{wanted.id}-{known_by[:16]}"
    return Posted(
        id=wanted.id,
        structural_type=wanted.structural_type,
        type=wanted.type,
        payload=wanted.payload,
        payload_size=size,
        payload_key=key,
        summary=wanted.summary,
        source_artefacts=wanted.source_artefacts,
        body_hash=known_by,
    )


def _with_id(wanted: Wanted, ports: Ports) -> Artefact | None:
    """On any blackboard: an id is used once."""
    return ports.board.artefacts([wanted.id]).get(wanted.id)


def _is_same(known: Artefact, posted: Posted, wanted: Wanted) -> bool:
    return (known.body_hash, known.instance) == (posted.body_hash, wanted.instance)


def _answering(wanted: Wanted, posted: Posted, author: Author, ports: Ports) -> Sitting:
    assert wanted.claim_id is not None
    if wanted.logical_id is not None:
        raise InvalidInputError("what answers a claim has its place in a thread by that: leave logical_id out")
    sitting = sitting_of(claim_in(wanted.instance, wanted.claim_id, ports), ports)
    if author.holder == PERSON and _may_be_taken(sitting.claim):
        sitting.claim = sitting.claim.moved(Stage.ASSIGNMENT, at=sitting.at)
        sitting.grant(PERSON, Stage.ASSIGNMENT)
    elif author.is_agent:
        check_concerned(sitting, author.holder)
    claim = sitting.claim
    following = _following(claim.instance, claim.target.logical_id, ports) if claim.is_rework else 1
    accept(sitting, posted, author, following=following)
    if author.holder == PERSON:
        _checked_sources(wanted, ports)
    else:
        _check_given(wanted, claim, ports)
    return sitting


def _may_be_taken(claim: Claim) -> bool:
    """A question that no agent is at, any person may answer."""
    is_question = claim.target.structural_type is StructuralType.QUESTION
    return is_question and claim.stage in (Stage.BIDDING, Stage.DORMANT)


def _root(wanted: Wanted, posted: Posted, author: Author, ports: Ports) -> Artefact:
    sources = _checked_sources(wanted, ports)
    version = _version(wanted, ports)
    return Artefact(
        id=wanted.id,
        instance=wanted.instance,
        logical_id=wanted.logical_id or wanted.id,
        version=version,
        structural_type=wanted.structural_type,
        type=wanted.type,
        payload=None if posted.payload_key else wanted.payload,
        payload_size=posted.payload_size,
        payload_key=posted.payload_key,
        summary=wanted.summary,
        source_artefacts=wanted.source_artefacts,
        produced_by_role=author.role,
        produced_by=author.by,
        generation=_generation(author, sources),
        body_hash=posted.body_hash,
        created_at=ports.clock(),
    )


def _generation(author: Author, sources: Iterable[Artefact]) -> int:
    """With what a person posts it begins anew; who speaks for agents carries on what these have begun."""
    if author.holder == PERSON:
        return 0
    return max((one.generation + 1 for one in sources), default=0)


def _version(wanted: Wanted, ports: Ports) -> int:
    return _following(wanted.instance, wanted.logical_id, ports) if wanted.logical_id else 1


def _following(instance: str, logical_id: str, ports: Ports) -> int:
    """Behind the last of a thread, whoever made that; whoever is first with a version has it."""
    known = len(ports.board.thread(instance, logical_id))
    if not known:
        raise InvalidInputError(f"there is no thread {logical_id} in {instance}")
    if known >= MAX_VERSIONS:
        raise InvalidInputError(f"a thread has at most {MAX_VERSIONS} versions")
    return known + 1


def _check_given(wanted: Wanted, claim: Claim, ports: Ports) -> None:
    """An agent names what it was given, and learns of nothing else whether it is there."""
    beyond = set(wanted.source_artefacts) - {claim.target.id, *claim.context_ids}
    if beyond:
        target = ports.board.artefact(claim.target.id)
        beyond -= {one.id for one in context_of(claim, target, ports.board)}
    if beyond:
        raise InvalidInputError("source_artefacts are to be of those that were given with the work")


def _checked_sources(wanted: Wanted, ports: Ports) -> list[Artefact]:
    """Raises InvalidInputError where one is not there."""
    known = ports.board.artefacts(wanted.source_artefacts)
    missing = [one for one in wanted.source_artefacts if one not in known or known[one].instance != wanted.instance]
    if missing:
        raise InvalidInputError(f"there is no artefact {', '.join(missing)} in {wanted.instance}")
    return list(known.values())
