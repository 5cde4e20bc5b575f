"""Events of deploys."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from shared.ledger.event_data import EventData

DeployState = Literal[
    "STARTING",
    "RUNNING",
    "VERIFYING",
    "CANARY",
    "PROMOTING",
    "DEPLOYED",
    "PROMOTED",
    "UNHEALTHY",
    "ROLLING_BACK",
    "ROLLED_BACK",
    "REFUSED",
    "FAILED",
    "UNKNOWN",
]


class DeployCheck(BaseModel):
    """What was found at one address after a run."""

    name: str
    good: bool
    tries: int
    milliseconds: int | None
    said: str | None


class DeployStep(EventData):
    """A step of what is shipped to an environment."""

    deploy_id: str
    environment: Literal["staging", "prod"]
    strategy: Literal["canary", "full"]
    ref: str
    action: Literal["deploy", "promote", "rollback"]  # what was asked for last
    from_state: DeployState | None
    to_state: DeployState
    requested_by: str  # who asked for that
    run_key: str  # stands in the name of the run
    run_id: int | None
    run_url: str | None
    in_doubt: bool  # there may be a run that is not known
    reason: str | None
    checks: list[DeployCheck]


class DeployRequested(DeployStep):
    """Somebody wants something shipped; the environment takes nothing else meanwhile."""


class DeployPromotionRequested(DeployStep):
    """Somebody wants a canary to become all of it."""


class DeployRollbackRequested(DeployStep):
    """Somebody wants a deploy taken back."""


class DeployDelayed(DeployStep):
    """GitHub has not taken it yet, `in_doubt` says that it may have; or its run, `run_id`, takes long."""


class DeployRefused(DeployStep):
    """GitHub has started nothing, and will not; the deploy is where it was before."""


class DeployStarted(DeployStep):
    """There is a run that does what was asked for; from `UNKNOWN`: there is after all."""


class DeployRunSucceeded(DeployStep):
    """The run has succeeded; what it shipped is looked at next."""


class DeployFailed(DeployStep):
    """The run has ended without success, and may have changed something."""


class DeployLost(DeployStep):
    """It cannot be told what became of the run, or whether there is one; it is not followed any longer."""


class DeployOut(DeployStep):
    """The run has succeeded, and what was looked at is well; without `checks` nothing was looked at."""


class DeployUnhealthy(DeployStep):
    """The run has succeeded, and what it shipped does not answer as it should."""


class DeployAnnounced(EventData):
    """A message in Discord shows how far a deploy is."""

    deploy_id: str
    channel_id: str
    message_id: str


EVENTS: Mapping[str, type[EventData]] = {
    "deploy.requested": DeployRequested,
    "deploy.promotion_requested": DeployPromotionRequested,
    "deploy.rollback_requested": DeployRollbackRequested,
    "deploy.delayed": DeployDelayed,
    "deploy.refused": DeployRefused,
    "deploy.started": DeployStarted,
    "deploy.run_succeeded": DeployRunSucceeded,
    "deploy.failed": DeployFailed,
    "deploy.lost": DeployLost,
    "deploy.canary_ready": DeployOut,
    "deploy.completed": DeployOut,
    "deploy.promoted": DeployOut,
    "deploy.rolled_back": DeployOut,
    "deploy.unhealthy": DeployUnhealthy,
    "deploy.announced": DeployAnnounced,
}
