"""Changing a claim that others may be changing at the same moment, with the agents that this concerns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.blackboard.agent import Bid
from shared.blackboard.arbiter import take_step
from shared.blackboard.claim import Claim
from shared.blackboard.handing_on import give_anew
from shared.blackboard.sitting import Sitting
from shared.blackboard.store import Blackboard
from shared.ledger.envelope import Cause
from shared.runtime.attempts import Pause, attempts
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, ContendedError, NotFoundError

ATTEMPTS: Final = 10
MOST_STEPS: Final = 20  # one after the other; a claim takes three or four
_PARTS: Final = 10  # of a lease; less than one more is not worth an event that is kept for ever

Change = Callable[[Sitting], bool]  # whether anything is to be written


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    board: Blackboard
    clock: Clock
    pause: Pause


def change_claim(instance: str, claim_id: str, change: Change, cause: Cause, ports: Ports) -> Claim:
    """The claim as it then is. Over what others write, the change is made anew.

    Raises NotFoundError; what `change` raises; ConflictError where others write each time.
    """
    for _ in attempts(ATTEMPTS, pause=ports.pause):
        sitting = sitting_of(claim_in(instance, claim_id, ports), ports)
        if not change(sitting):
            return sitting.claim
        try:
            save(sitting, cause, ports)
        except ConflictError:
            continue
        return sitting.claim.recorded()
    raise ContendedError(f"claim {claim_id} is changed by others all the time; look at it again")


def settle(claim: Claim, cause: Cause, ports: Ports) -> Claim:
    """The claim, after all that is due for it. Raises as `change_claim`."""
    for _ in range(MOST_STEPS):
        before = claim.version
        claim = change_claim(claim.instance, claim.id, take_step, cause, ports)
        if claim.version == before or not claim.is_open:
            return claim
    return claim


def place_bid(instance: str, claim_id: str, name: str, wanted: Bid, cause: Cause, ports: Ports) -> Claim:
    """An agent's bid. Raises ForbiddenError, ContradictionError, as `change_claim`."""

    def take(sitting: Sitting) -> bool:
        check_concerned(sitting, name)
        before, sitting.claim = sitting.claim, sitting.claim.bid(name, wanted, at=sitting.at)
        return sitting.claim is not before

    return change_claim(instance, claim_id, take, cause, ports)


def hold_on(instance: str, claim_id: str, holder: str, cause: Cause, ports: Ports) -> datetime:
    """Until when the holder's lease is now. Raises ContradictionError, as `change_claim`."""

    def extend(sitting: Sitting) -> bool:
        check_concerned(sitting, holder)
        lease = sitting.settings.lease
        until = sitting.at + lease
        if until - sitting.claim.grant_of(holder, at=sitting.at).until < lease / _PARTS:
            return False
        sitting.claim = sitting.claim.extended(holder, until, at=sitting.at)
        return True

    claim = change_claim(instance, claim_id, extend, cause, ports)
    return max(grant.until for grant in claim.active if grant.agent == holder)


def release(instance: str, claim_id: str, holder: str, why: str, cause: Cause, ports: Ports) -> Claim:
    """The holder gives its work back: somebody else may have it. Raises ContradictionError, as `change_claim`."""

    def give_back(sitting: Sitting) -> bool:
        check_concerned(sitting, holder)
        give_anew(sitting, sitting.claim.grant_of(holder, at=sitting.at), why, given_back=True)
        return True

    return change_claim(instance, claim_id, give_back, cause, ports)


def terminate(instance: str, claim_id: str, reason: str, cause: Cause, ports: Ports) -> Claim:
    """A person ends it; for the same reason again changes nothing. Raises IllegalTransitionError, as `change_claim`."""
    why = f"ended by a person: {reason}"

    def end(sitting: Sitting) -> bool:
        if sitting.claim.termination_reason == why:
            return False
        sitting.terminate(why)
        return True

    return change_claim(instance, claim_id, end, cause, ports)


def claim_in(instance: str, claim_id: str, ports: Ports) -> Claim:
    """Raises NotFoundError, also where it is another instance's."""
    try:
        claim = ports.board.claim(claim_id)
    except NotFoundError:
        raise NotFoundError(_nothing(instance, claim_id)) from None
    if claim.instance != instance:
        raise NotFoundError(_nothing(instance, claim_id))
    return claim


def check_concerned(sitting: Sitting, name: str) -> None:
    """Raises NotFoundError for an agent that is gone, or whose business the claim is not: as if there were none."""
    if not (sitting.is_there(name) and sitting.claim.concerns(name)):
        raise NotFoundError(_nothing(sitting.claim.instance, sitting.claim.id))


def _nothing(instance: str, claim_id: str) -> str:
    return f"there is no claim {claim_id} in {instance}"


def sitting_of(claim: Claim, ports: Ports) -> Sitting:
    instance = ports.board.instance(claim.instance)
    crew = ports.board.crew(instance, claim.named)
    return Sitting(claim=claim, crew=crew, settings=instance.settings, at=ports.clock())


def save(sitting: Sitting, cause: Cause, ports: Ports) -> None:
    """All that changed in the course of a sitting, or nothing. Raises ConflictError."""
    ports.board.save(
        cause,
        claims=[sitting.claim, *sitting.others],
        agents=list(sitting.crew.values()),
        artefacts=sitting.artefacts,
    )
