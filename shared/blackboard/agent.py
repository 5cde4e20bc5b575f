"""An agent: what it is asked about, how it bids, and what it has in hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from shared.blackboard.instance import matches
from shared.blackboard.stages import Stage
from shared.ledger.envelope import Fact, to_text


class Bid(StrEnum):
    """What an agent would do with an artefact."""

    REVIEW = "review"
    CLAIM = "claim"  # work on it beside others
    EXCLUSIVE = "exclusive"  # work on it alone
    IGNORE = "ignore"


PHASE_OF: Final[Mapping[Bid, Stage]] = {
    Bid.REVIEW: Stage.REVIEW,
    Bid.CLAIM: Stage.PARALLEL,
    Bid.EXCLUSIVE: Stage.EXCLUSIVE,
}
BID_FOR: Final[Mapping[Stage, Bid]] = {stage: bid for bid, stage in PHASE_OF.items()}

MAX_WAITING: Final = 500  # of what waits for a free hand; an agent is kept in one piece, and read with every claim
MAX_CAPACITY: Final = 32  # all that an agent has in hand is in one answer, else what it never saw is lost

POLL: Final = "poll"
WEBHOOK: Final = "webhook"
QUEUE: Final = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    instance: str
    name: str
    role: str
    bidding_strategy: Bid | None = None  # None: it is asked each time
    target_types: tuple[str, ...] = ()  # patterns of the types it is asked about; none for all but its own work
    capacity: int = 1  # how much it takes in hand at once
    delivery: str = POLL  # how it hears of work, beside asking for it
    url: str | None = None
    queue: str | None = None
    is_removed: bool = False
    registered_at: datetime  # the last time
    idle_since: datetime
    working: tuple[str, ...] = ()  # claims whose work it has in hand
    waiting: tuple[str, ...] = ()  # claims whose work waits for a free hand, the first one first
    changed_at: datetime
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        return id_of(self.instance, self.name)

    @property
    def has_room(self) -> bool:
        return len(self.working) < self.capacity

    @property
    def may_be_given(self) -> bool:
        """Whether its queue takes more."""
        return len(self.waiting) < MAX_WAITING

    @property
    def load(self) -> int:
        return len(self.working) + len(self.waiting)

    def is_asked_about(self, artefact_type: str, produced_by_role: str) -> bool:
        """Without target types, about everything but what its own role made: else it would work for ever."""
        if self.is_removed:
            return False
        if self.target_types:
            return matches(artefact_type, self.target_types)
        return self.role != produced_by_role

    def registered(self, what: Mapping[str, Any], *, at: datetime) -> "Agent":
        """With what is given in the place of what was. The same again changes nothing."""
        if not self.is_removed and self.version and all(getattr(self, name) == value for name, value in what.items()):
            return self
        changed = replace(self, **what, is_removed=False, registered_at=at)
        return changed._having("agent.registered", at, changed.registration())

    def removed(self, *, at: datetime) -> "Agent":
        if self.is_removed:
            return self
        return replace(self, is_removed=True)._having("agent.removed", at, {})

    def engaged(self, claim_id: str, *, at: datetime) -> "Agent":
        """With the work in hand, or behind what waits already."""
        takes = self.has_room and not self.waiting
        changed = (
            replace(self, working=(*self.working, claim_id))
            if takes
            else replace(self, waiting=(*self.waiting, claim_id))
        )
        return changed._having("agent.engaged", at, {"claim_id": claim_id, "queued": not takes})

    def seated(self, claim_id: str, *, at: datetime) -> "Agent":
        """What waited is in hand."""
        waiting = tuple(one for one in self.waiting if one != claim_id)
        changed = replace(self, waiting=waiting, working=(*self.working, claim_id))
        return changed._having("agent.engaged", at, {"claim_id": claim_id, "queued": False})

    def released(self, claim_id: str, *, at: datetime) -> "Agent":
        """Without that work, done or not."""
        if claim_id not in (*self.working, *self.waiting):
            return self
        working = tuple(one for one in self.working if one != claim_id)
        waiting = tuple(one for one in self.waiting if one != claim_id)
        idle_since = self.idle_since if working else at
        changed = replace(self, working=working, waiting=waiting, idle_since=idle_since)
        return changed._having("agent.released", at, {"claim_id": claim_id})

    def registration(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "bidding_strategy": self.bidding_strategy and str(self.bidding_strategy),
            "target_types": list(self.target_types),
            "capacity": self.capacity,
            "delivery": self.delivery,
            "registered_at": to_text(self.registered_at),
        }

    def _having(self, name: str, at: datetime, said: Mapping[str, Any]) -> "Agent":
        known = {"instance": self.instance, "agent_name": self.name}
        fact = Fact(type=name, time=at, data=known | dict(said))
        return replace(self, changed_at=at, facts=(*self.facts, fact))


def id_of(instance: str, name: str) -> str:
    return f"{instance}/{name}"


def new_agent(instance: str, name: str, *, at: datetime) -> Agent:
    """One that is not registered yet."""
    return Agent(instance=instance, name=name, role=name, registered_at=at, idle_since=at, changed_at=at)
