"""Why something is not shipped, promoted or rolled back now: each kind of refusal knows what it is about."""

from typing import TYPE_CHECKING

from shared.runtime.errors import IllegalTransitionError

if TYPE_CHECKING:
    from shared.deploys.deploy import Deploy
    from shared.deploys.order import Action


class BusyError(IllegalTransitionError):
    """Something else is being shipped there."""

    def __init__(self, deploy: "Deploy") -> None:
        super().__init__(f"{deploy.id} is {deploy.state} in {deploy.environment}")
        self.deploy = deploy


class SupersededError(IllegalTransitionError):
    """A newer deploy has taken its place."""

    def __init__(self, deploy: "Deploy", newer: "Deploy") -> None:
        super().__init__(f"a newer deploy, {newer.id}, has taken the place of this one")
        self.newer = newer


class NotNowError(IllegalTransitionError):
    """The table has no such step from where the deploy is."""

    def __init__(self, deploy: "Deploy", action: "Action") -> None:
        super().__init__(f"{deploy.id} is {deploy.state}; there is nothing to {action} now")
        self.deploy = deploy
        self.action = action
