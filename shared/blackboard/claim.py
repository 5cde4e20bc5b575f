"""A claim: the work that an artefact starts. Who bids, who is granted what, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from shared.blackboard.agent import PHASE_OF, Bid
from shared.blackboard.artefact import PERSON, StructuralType
from shared.blackboard.grant import Grant, GrantStatus, Outcome
from shared.blackboard.stages import FINAL, PHASES, STATUS, Stage, step
from shared.ledger.envelope import Fact, to_text
from shared.runtime.errors import ContradictionError, ForbiddenError

GRANT_TYPE: Final[Mapping[Stage, str]] = {
    Stage.REVIEW: "review",
    Stage.PARALLEL: "claim",
    Stage.EXCLUSIVE: "exclusive",
    Stage.ASSIGNMENT: "exclusive",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The artefact that a claim is about, as far as the claim has to know it."""

    id: str
    logical_id: str
    version: int
    type: str
    structural_type: StructuralType
    produced_by_role: str
    author: str | None  # the agent that made it
    generation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    id: str
    instance: str
    target: Target
    stage: Stage
    invited: tuple[str, ...] = ()  # who may bid
    asked_as: Mapping[str, str] = field(default_factory=dict)  # of the agents among them: when they had registered
    bids: Mapping[str, Bid] = field(default_factory=dict)
    silent: tuple[str, ...] = ()  # of whose bids we only know that they did not come in time
    grants: tuple[Grant, ...] = ()
    context_ids: tuple[str, ...] = ()  # artefacts to be seen beside the target: the reviews that sent it back
    iteration: int = 0  # how often its thread was sent back
    is_rework: bool = False
    question: str | None = None  # what its artefact asks, where it is a question
    deadline_at: datetime | None  # when something is due, if nothing happens before; None at the end
    timer_version: int = 0  # of the event whose message waits for that
    stage_at: datetime  # since when it is in its stage
    termination_reason: str | None = None
    created_at: datetime
    changed_at: datetime
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def status(self) -> str:
        return STATUS[self.stage]

    @property
    def is_open(self) -> bool:
        return self.stage not in FINAL

    @property
    def active(self) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.grants if grant.is_active)

    @property
    def now(self) -> tuple[Grant, ...]:
        """The grants of its phase that count: those not lost."""
        return tuple(one for one in self.grants if one.stage is self.stage and one.status is not GrantStatus.LOST)

    def recorded(self) -> "Claim":
        """As it is once its facts are in the ledger."""
        return replace(self, version=self.version + len(self.facts), facts=())

    @property
    def waits_for(self) -> str | None:
        """Whom or what: `bids`, `agents` that fit, a `person`, `work` that is in hand. None at the end."""
        if not self.is_open:
            return None
        if self.stage in (Stage.BIDDING, Stage.DORMANT):
            return "bids" if self.stage is Stage.BIDDING else "agents"
        return "person" if any(grant.agent == PERSON for grant in self.active) else "work"

    @property
    def asks_for(self) -> str:
        """What a person is asked for, where one is."""
        if self.stage is Stage.REVIEW:
            return "review"
        return "rework" if self.is_rework else "answer"

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.invited if name not in self.bids)

    @property
    def named(self) -> frozenset[str]:
        """The agents it knows by name: some of them may be gone, and have it in hand still."""
        return frozenset((*self.invited, *(grant.agent for grant in self.grants))) - {PERSON}

    def bidders(self, stage: Stage) -> tuple[str, ...]:
        return tuple(name for name, bid in self.bids.items() if PHASE_OF.get(bid) is stage)

    @property
    def phases_ahead(self) -> tuple[Stage, ...]:
        """The phases after this stage that somebody has bid for."""
        rest = PHASES[PHASES.index(self.stage) + 1 :] if self.stage in PHASES else PHASES
        return tuple(stage for stage in rest if self.bidders(stage))

    def concerns(self, name: str) -> bool:
        """Whether this agent was asked about it, was granted something, or made what it is about."""
        return name in (*self.invited, self.target.author) or self.was_granted_to(name)

    def was_granted_to(self, name: str) -> bool:
        return any(grant.agent == name for grant in self.grants)

    def grant_of(self, holder: str, *, at: datetime) -> Grant:
        """Raises ContradictionError where the holder has no live one."""
        live = next((one for one in self.active if one.agent == holder and one.is_live(at=at)), None)
        if live is None:
            raise ContradictionError(f"{holder} holds no live grant of claim {self.id}, which is {self.status}")
        return live

    def bid(self, name: str, bid: Bid, *, at: datetime) -> "Claim":
        """As an agent says it. The same again changes nothing. Raises ForbiddenError, ContradictionError.

        Who was not there in time may still bid while nobody is at it: its bid wakes a claim that is dormant.
        """
        if name not in self.invited:
            raise ForbiddenError(f"{name} is not asked to bid for claim {self.id}")
        if name in self.silent and self.stage in (Stage.BIDDING, Stage.DORMANT):
            is_wanted = self.stage is Stage.DORMANT and bid is not Bid.IGNORE
            return (self._woken(name, at=at) if is_wanted else self).with_bid(name, bid, at=at)
        if (known := self.bids.get(name)) is not None:
            if known is bid:
                return self
            raise ContradictionError(f"{name} has bid {known} already")
        if self.stage is not Stage.BIDDING or (self.deadline_at and at >= self.deadline_at):
            raise ContradictionError(f"the bidding for claim {self.id} is over")
        return self.with_bid(name, bid, at=at)

    def with_bid(
        self, name: str, bid: Bid, *, at: datetime, silent: bool = False, by_strategy: bool = False
    ) -> "Claim":
        said = {"agent_name": name, "bid_type": str(bid), "silent": silent, "by_strategy": by_strategy}
        others = tuple(one for one in self.silent if one != name)
        changed = replace(self, bids={**self.bids, name: bid}, silent=(*others, name) if silent else others)
        return changed.having("claim.bid_submitted", at, said)

    def _woken(self, name: str, *, at: datetime) -> "Claim":
        """In bidding again, for this bid alone: the others have said theirs, or had their time."""
        woken = replace(self.moved(Stage.BIDDING, at=at), deadline_at=at)
        said = {"invited": [name], "deadline_at": to_text(at)}
        return woken.having("claim.reopened", at, said, timed=True)

    def extended(self, holder: str, until: datetime, *, at: datetime) -> "Claim":
        """The holder is at it still. Raises ContradictionError."""
        grant = self.grant_of(holder, at=at)
        until = max(until, grant.until)
        changed = self.with_grant(replace(grant, until=until))
        return changed.having("claim.lease_extended", at, {"agent_name": holder, "lease_until": to_text(until)})

    def moved(self, stage: Stage, *, at: datetime) -> "Claim":
        """Raises IllegalTransitionError. The deadline is that of what happens next."""
        return replace(self, stage=step(self.stage, stage), stage_at=at)

    def with_grant(self, grant: Grant) -> "Claim":
        """In the place of the active one of this agent, or beside the others; the deadline is that of the first."""
        others = tuple(one for one in self.grants if not (one.agent == grant.agent and one.is_active))
        changed = replace(self, grants=(*others, grant))
        return replace(changed, deadline_at=min((one.until for one in changed.active), default=None))

    def answered(self, holder: str, artefact_id: str, outcome: Outcome, *, at: datetime) -> "Claim":
        """Raises ContradictionError."""
        grant = replace(self.grant_of(holder, at=at), status=GrantStatus.DONE, artefact_id=artefact_id, outcome=outcome)
        return self.with_grant(grant)

    def having(self, name: str, at: datetime, said: Mapping[str, Any], *, timed: bool = False) -> "Claim":
        """With a fact. `timed`: its message is the one that waits for the deadline."""
        known = {"instance": self.instance, "claim_id": self.id}
        fact = Fact(type=name, time=at, data=known | dict(said))
        facts = (*self.facts, fact)
        timer = self.version + len(facts) if timed else self.timer_version
        return replace(self, changed_at=at, facts=facts, timer_version=timer)
