"""A grant: an agent's right, for a while, to answer for a claim."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.blackboard.stages import Stage


class GrantStatus(StrEnum):
    QUEUED = "queued"  # the agent has its hands full
    LIVE = "live"
    DONE = "done"
    LOST = "lost"  # the agent was silent for too long, gave it back, or is gone
    WITHDRAWN = "withdrawn"  # the claim came to its end before


class Outcome(StrEnum):
    """What came of it."""

    RESULT = "result"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAILURE = "failure"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    agent: str
    stage: Stage
    status: GrantStatus
    granted_at: datetime
    until: datetime  # of the lease, or of the wait for a free hand
    times: int = 1  # how often this piece of work has been given out, this time included
    returned: int = 0  # how often it was given back before
    artefact_id: str | None = None
    outcome: Outcome | None = None

    @property
    def is_active(self) -> bool:
        return self.status in (GrantStatus.QUEUED, GrantStatus.LIVE)

    def is_live(self, *, at: datetime) -> bool:
        return self.status is GrantStatus.LIVE and at < self.until

    def ended(self, status: GrantStatus) -> "Grant":
        return replace(self, status=status)
