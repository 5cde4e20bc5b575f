"""What is due for a claim: who is granted what, what was lost, when it goes on, and how it ends.

It looks at what is, not at what has just happened: told of the same thing twice, late, or out of order, it finds
nothing more to do. One call takes one step, so that each fits a transaction.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from shared.blackboard.agent import BID_FOR, Agent, Bid
from shared.blackboard.grant import Grant, GrantStatus, Outcome
from shared.blackboard.handing_on import give_anew, least_busy, send_back
from shared.blackboard.inviting import by_strategy, fitting, registrations
from shared.blackboard.sitting import Sitting, engage, told
from shared.blackboard.stages import STATUS, Stage
from shared.ledger.envelope import to_text


def take_step(sitting: Sitting) -> bool:
    """Whether something was due, and is done now."""
    return sitting.claim.is_open and _STEPS[sitting.claim.stage](sitting)


def _bidding(sitting: Sitting) -> bool:
    """It is over when all have bid, or their time is. Who said nothing has ignored it."""
    claim, at = sitting.claim, sitting.at
    is_over = claim.deadline_at is None or at >= claim.deadline_at
    silent = [name for name in claim.missing if is_over or not sitting.is_there(name)]
    for name in silent:
        sitting.claim = sitting.claim.with_bid(name, Bid.IGNORE, at=at, silent=True)
    if silent:
        return True
    if claim.missing:
        return False
    if phase := _following(sitting):
        _start(sitting, phase)
    else:
        deadline = at + sitting.settings.dormant
        sitting.claim = replace(claim.moved(Stage.DORMANT, at=at), deadline_at=deadline).having(
            "claim.dormant", at, {"deadline_at": to_text(deadline)}, timed=True
        )
    return True


def _following(sitting: Sitting) -> Stage | None:
    """The next phase that somebody bid for who is still there; a review is not passed over for that."""
    ahead = sitting.claim.phases_ahead
    return next((phase for phase in ahead if phase is Stage.REVIEW or _there(sitting, phase)), None)


def _there(sitting: Sitting, phase: Stage) -> list[str]:
    return [name for name in sitting.claim.bidders(phase) if sitting.is_there(name)]


def _dormant(sitting: Sitting) -> bool:
    """An agent that has registered since, and fits, is asked."""
    claim = sitting.claim
    fits = fitting(claim, sitting.crew.values())
    fresh = [one for one in fits if claim.asked_as.get(one.name) != to_text(one.registered_at)]
    if fresh:
        _reopen(sitting, fresh)
        return True
    if claim.deadline_at and sitting.at >= claim.deadline_at:
        sitting.fail("NobodyBid", f"no agent bid for {claim.target.type} until {to_text(claim.deadline_at)}")
        return True
    return False


def _reopen(sitting: Sitting, fresh: list[Agent]) -> None:
    at = sitting.at
    names = [agent.name for agent in fresh]
    claim = sitting.claim.moved(Stage.BIDDING, at=at)
    claim = replace(
        claim,
        invited=tuple(dict.fromkeys((*claim.invited, *names))),
        asked_as={**claim.asked_as, **registrations(fresh)},
        bids={name: bid for name, bid in claim.bids.items() if name not in names},
        silent=tuple(name for name in claim.silent if name not in names),
        deadline_at=at + sitting.settings.bidding,
    )
    said = {"invited": names, "deadline_at": to_text(at + sitting.settings.bidding)}
    sitting.claim = by_strategy(claim.having("claim.reopened", at, said, timed=True), fresh)


def _start(sitting: Sitting, phase: Stage) -> None:
    """Give the work of a phase to those that bid for it; alone, to the one with the least to do."""
    claim = sitting.claim
    there = _there(sitting, phase)
    if not there:
        sitting.fail("AgentVanished", f"all that bid {BID_FOR[phase]} are gone")
        return
    said = {"from_status": claim.status, "to_status": STATUS[phase], "phase": str(phase)}
    sitting.claim = claim.moved(phase, at=sitting.at).having("claim.phase_changed", sitting.at, said)
    for name in [least_busy(sitting, there)] if phase is Stage.EXCLUSIVE else there:
        sitting.grant(name, phase)


def _working(sitting: Sitting) -> bool:
    """The steps in this order: what ended it, what was lost, what can be queued or begin, what is over."""
    return any(step(sitting) for step in (_ended, _lost, _queued, _seated, _over))


def _ended(sitting: Sitting) -> bool:
    """A Failure or a Terminal ends the claim that asked for it, whatever others are still at."""
    for grant in sitting.claim.now:
        if grant.outcome is Outcome.FAILURE:
            sitting.terminate(f"{grant.agent} failed; see artefact {grant.artefact_id}")
            return True
        if grant.outcome is Outcome.TERMINAL:
            sitting.complete()
            return True
    return False


def _lost(sitting: Sitting) -> bool:
    for grant in sitting.claim.active:
        if why := _loss(grant, sitting):
            give_anew(sitting, grant, why)
            return True
    return False


def _loss(grant: Grant, sitting: Sitting) -> str | None:
    if not sitting.is_there(grant.agent):
        return f"{grant.agent} is gone"
    if sitting.at < grant.until:
        return None
    if grant.status is GrantStatus.QUEUED:
        return f"{grant.agent} had no free hand until {to_text(grant.until)}"
    return f"{grant.agent} was silent until {to_text(grant.until)}"


def _queued(sitting: Sitting) -> bool:
    """What found the queue of its agent full, where that takes more by now."""
    claim = sitting.claim
    for grant, agent in _waiting(sitting):
        if claim.id not in agent.waiting and agent.may_be_given:
            if engage(sitting, claim, agent.name):
                _begin(sitting, grant)
            else:  # the claim says so: else it could end, and stay in the queue
                sitting.claim = told(claim, grant, at=sitting.at)
            return True
    return False


def _seated(sitting: Sitting) -> bool:
    """What waited for a free hand, where it is the first that did."""
    claim = sitting.claim
    for grant, agent in _waiting(sitting):
        if agent.has_room and agent.waiting[:1] == (claim.id,):
            sitting.crew[agent.name] = agent.seated(claim.id, at=sitting.at)
            _begin(sitting, grant)
            return True
    return False


def _waiting(sitting: Sitting) -> Iterator[tuple[Grant, Agent]]:
    for grant in sitting.claim.active:
        agent = sitting.agent(grant.agent)
        if grant.status is GrantStatus.QUEUED and agent:
            yield grant, agent


def _begin(sitting: Sitting, grant: Grant) -> None:
    live = replace(grant, status=GrantStatus.LIVE, until=sitting.at + sitting.settings.lease)
    sitting.claim = told(sitting.claim.with_grant(live), live, at=sitting.at)


def _over(sitting: Sitting) -> bool:
    """The phase is over when all that were granted something have answered."""
    claim = sitting.claim
    if claim.active:
        return False
    if any(grant.outcome is Outcome.REJECTED for grant in claim.now):
        send_back(sitting)
    elif claim.stage is not Stage.ASSIGNMENT and (ahead := claim.phases_ahead):
        _start(sitting, _following(sitting) or ahead[0])
    else:
        sitting.complete()
    return True


_STEPS: Final[Mapping[Stage, Callable[[Sitting], bool]]] = {
    Stage.BIDDING: _bidding,
    Stage.DORMANT: _dormant,
    Stage.REVIEW: _working,
    Stage.PARALLEL: _working,
    Stage.EXCLUSIVE: _working,
    Stage.ASSIGNMENT: _working,
}
