"""What somebody wants done with what is shipped, and what is said of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

ENVIRONMENTS: Final = ("staging", "prod")
STRATEGIES: Final = ("canary", "full")

REQUESTED: Final = "deploy.requested"
PROMOTION_REQUESTED: Final = "deploy.promotion_requested"
ROLLBACK_REQUESTED: Final = "deploy.rollback_requested"
REQUESTS: Final = frozenset({REQUESTED, PROMOTION_REQUESTED, ROLLBACK_REQUESTED})
STARTED: Final = "deploy.started"
RUN_SUCCEEDED: Final = "deploy.run_succeeded"
ANNOUNCED: Final = "deploy.announced"


class Action(StrEnum):
    """What a run of the workflow is to do."""

    DEPLOY = "deploy"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Somebody wants something done. `key` is the same however often that is carried out."""

    by: str  # an actor
    key: str
    at: datetime


def run_key(deploy_id: str, action: Action, order: Order) -> str:
    """By what a run is known: the same however often it is asked for, and not to be met anywhere else."""
    digest = sha256(f"{order.by} {order.key} {deploy_id} {action}".encode()).hexdigest()
    return f"{deploy_id}-{action}-{digest[:12]}"
