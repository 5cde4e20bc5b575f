"""What is shipped to an environment: one thing at a time, each step once, and no claim that is not known to be true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.deploys.asked import ASKED, Asked
from shared.deploys.order import (
    ANNOUNCED,
    PROMOTION_REQUESTED,
    REQUESTED,
    ROLLBACK_REQUESTED,
    RUN_SUCCEEDED,
    STARTED,
    Action,
    Order,
    run_key,
)
from shared.deploys.refusals import BusyError, NotNowError
from shared.deploys.run import Look, Run
from shared.deploys.states import BUSY, MOVING, TRANSITIONS, State, step
from shared.ledger.envelope import Fact

TOLD_EVERY: Final = timedelta(minutes=30)  # that a run is not over: so is seen that somebody follows it
STUCK_AFTER: Final = timedelta(hours=3)  # without a word: who should go on with it is gone
MOST_EARLIER: Final = 8  # deploys of an environment that are kept with the present one
MOST_GOING_ON: Final = 4  # runs of a deploy that may still go on; of more only the last are told


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """The newest of an environment. `earlier` are those before it, newest first, as `summary` tells them."""

    environment: str
    number: int
    strategy: str
    ref: str
    state: State
    requested_by: str
    requested_at: datetime
    # What was asked for last: to deploy it, to promote it, to roll it back.
    action: Action
    acted_by: str
    acted_at: datetime
    order_key: str
    run_key: str  # stands in the name of the action's run
    came_from: State | None = None  # where it is again if GitHub does not take the action
    before: Asked | None = None  # what it is again then, with all that is known of its run
    not_taken: Asked | None = None  # what was asked for last, and is surely not started
    run_id: int | None = None
    run_url: str | None = None  # where people see it; where none is known, all runs of the workflow
    in_doubt: bool = False  # there may be a run, and nobody can say so yet
    reason: str | None = None  # why it is where it is, or why it waits
    looks: tuple[Look, ...] = ()
    may_go_on: tuple[str, ...] = ()  # where people see those of its runs that were UNKNOWN when more was asked for
    channel_id: str | None = None  # where people see how far it is
    message_id: str | None = None
    changed_at: datetime
    earlier: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        return f"ship-{self.environment}-{self.number}"

    @property
    def is_asked_for(self) -> bool:
        """GitHub is to be asked for a run, or has been, and none is known."""
        return self.state in (State.STARTING, State.PROMOTING, State.ROLLING_BACK) and self.run_id is None

    @property
    def is_running(self) -> bool:
        return self.state in (State.RUNNING, State.PROMOTING, State.ROLLING_BACK) and self.run_id is not None

    @property
    def open_actions(self) -> tuple[Action, ...]:
        """What can be asked of it now."""
        after = TRANSITIONS[self.state]
        return tuple(action for action, target in _ASKS.items() if target in after)

    def is_busy(self, *, at: datetime) -> bool:
        return self.state in BUSY and not (self.is_stuck(at=at) or self.is_left_alone)

    @property
    def is_left_alone(self) -> bool:
        """A canary of which GitHub has not taken what was asked for: where its branch is gone, it never will."""
        is_refused = self.not_taken is not None or self.action is not Action.DEPLOY  # which older entries tell it by
        return self.state is State.CANARY and is_refused

    def is_stuck(self, *, at: datetime) -> bool:
        return self.state in MOVING and at - self.changed_at > STUCK_AFTER

    def is_of(self, run: Run) -> bool:
        """Whether it is the run of what was asked for last."""
        if self.run_id is not None:
            return self.run_id == run.id
        return run.is_called(self.run_key)

    def promotion_requested(self, order: Order) -> "Deploy":
        return self._asked(Action.PROMOTE, PROMOTION_REQUESTED, order)

    def rollback_requested(self, order: Order) -> "Deploy":
        return self._asked(Action.ROLLBACK, ROLLBACK_REQUESTED, order)

    def delayed(self, said: str, *, in_doubt: bool, at: datetime) -> "Deploy | None":
        """GitHub has not taken it yet, or may have. None where that is known, or matters no more."""
        if not self.is_asked_for or (self.reason == said and self.in_doubt == in_doubt):
            return None
        return self._stepped("deploy.delayed", self.state, at=at, reason=said, in_doubt=in_doubt)

    def started(self, run: Run, *, at: datetime) -> "Deploy | None":
        """None where that is known, or of no use any more. It may be found when it was taken for lost."""
        is_lost = self.state is State.UNKNOWN
        if not (self.is_asked_for or is_lost):
            return None
        target = step(self.state, State.RUNNING) if is_lost or self.state is State.STARTING else self.state
        return self._stepped(STARTED, target, at=at, run_id=run.id, run_url=run.url, in_doubt=False)

    def still_running(self, status: str, *, at: datetime) -> "Deploy | None":
        """GitHub says that the run is not over. None where that is told already."""
        if not self.is_running or at - self.changed_at < TOLD_EVERY:
            return None
        return self._stepped("deploy.delayed", self.state, at=at, reason=f"the run is not over; GitHub says: {status}")

    def refused(self, said: str, *, at: datetime) -> "Deploy | None":
        """GitHub has surely started nothing: what was known before still is. None where it has, or matters no more."""
        if not self.is_asked_for:
            return None
        target = step(self.state, self.came_from or State.REFUSED)
        refused = self._stepped("deploy.refused", target, at=at, reason=said, in_doubt=False)
        if self.before is None:
            return refused
        known: dict[str, Any] = {name: getattr(self.before, name) for name in ASKED}
        return replace(refused, not_taken=self._as_asked(), before=None, **known)

    def ended(self, run: Run, *, at: datetime) -> "Deploy | None":
        """The run is over. None where it is not, or where that is known."""
        if not run.is_over or not self.is_of(run) or State.VERIFYING not in TRANSITIONS[self.state]:
            return None
        its: dict[str, Any] = {"run_id": run.id, "run_url": run.url or self.run_url, "in_doubt": False}
        if run.has_succeeded:
            return self._stepped(RUN_SUCCEEDED, State.VERIFYING, at=at, **its)
        said = f"the run has ended with: {run.conclusion or 'nothing'}"
        return self._stepped("deploy.failed", State.FAILED, at=at, reason=said, **its)

    def heard(self, run: Run, *, at: datetime) -> "Deploy | None":
        """What GitHub tells of a run, in whatever order it comes. None where it is no news, or of another run."""
        if not self.is_of(run):
            return None
        known = self.started(run, at=at) or self
        heard = known.ended(run, at=at) or known
        return heard if heard is not self else None

    def lost(self, said: str, *, at: datetime, see: str | None = None) -> "Deploy | None":
        """It is not followed any longer, and nobody knows what became of it; `see` is where a person may look."""
        if self.state not in MOVING:
            return None
        its: dict[str, Any] = {"run_url": self.run_url or see, "in_doubt": self.run_id is None}
        return self._stepped("deploy.lost", State.UNKNOWN, at=at, reason=said, **its)

    def verified(self, looks: Sequence[Look], *, at: datetime) -> "Deploy | None":
        """What it looks like after the run. Without looks nothing is said of its health. None where that is known."""
        if self.state is not State.VERIFYING:
            return None
        bad = [look.name for look in looks if not look.is_good]
        if bad:
            said = f"not as it should be: {', '.join(bad)}"
            return self._stepped("deploy.unhealthy", State.UNHEALTHY, at=at, looks=tuple(looks), reason=said)
        name, target = self._goal()
        return self._stepped(name, target, at=at, looks=tuple(looks))

    def announced(self, channel_id: str, message_id: str, *, at: datetime) -> "Deploy | None":
        """People can see it there. None where they see it somewhere already."""
        if self.message_id is not None:
            return None
        said = {"deploy_id": self.id, "channel_id": channel_id, "message_id": message_id}
        fact = Fact(type=ANNOUNCED, time=at, data=said)
        return replace(self, channel_id=channel_id, message_id=message_id, facts=(*self.facts, fact))

    def summary(self) -> dict[str, Any]:
        """What is kept of it when the next one is shipped."""
        told = ("strategy", "ref", "requested_by", "run_url", "reason", "channel_id", "message_id")
        return {
            "id": self.id,
            "state": str(self.state),
            "requested_at": int(self.requested_at.timestamp()),
            "changed_at": int(self.changed_at.timestamp()),
            **{name: getattr(self, name) for name in told if getattr(self, name) is not None},
            **({"may_go_on": list(self.may_go_on)} if self.may_go_on else {}),
        }

    def _goal(self) -> tuple[str, State]:
        """Where a run that has succeeded, and is well, has brought it."""
        if self.action is Action.PROMOTE:
            return "deploy.promoted", State.PROMOTED
        if self.action is Action.ROLLBACK:
            return "deploy.rolled_back", State.ROLLED_BACK
        return ("deploy.canary_ready", State.CANARY) if self.strategy == "canary" else _DEPLOYED

    def _asked(self, action: Action, name: str, order: Order) -> "Deploy":
        """Raises NotNowError."""
        if action not in self.open_actions:
            raise NotNowError(self, action)
        return self._stepped(
            name,
            _ASKS[action],
            at=order.at,
            action=action,
            acted_by=order.by,
            acted_at=order.at,
            order_key=order.key,
            run_key=run_key(self.id, action, order),
            came_from=self.state,
            before=self._as_asked(),
            may_go_on=self._left_behind(),
            run_id=None,
            run_url=None,
            in_doubt=False,
            looks=(),
        )

    def _as_asked(self) -> Asked:
        known: dict[str, Any] = {name: getattr(self, name) for name in ASKED}
        return Asked(**known)

    def _left_behind(self) -> tuple[str, ...]:
        """The runs that may go on once another is asked for: nobody follows them any more."""
        its = (self.run_url or "",) if self.state is State.UNKNOWN else ()
        return tuple(dict.fromkeys((*self.may_go_on, *its)))[-MOST_GOING_ON:]

    def _stepped(
        self, name: str, target: State, *, at: datetime, reason: str | None = None, **changes: Any
    ) -> "Deploy":
        """In `target`, with a fact that says so. What is not in doubt any more has no reason either."""
        moved = replace(self, state=target, changed_at=at, reason=reason, not_taken=None, **changes)
        fact = Fact(type=name, time=at, data=moved.said(None if name == REQUESTED else self.state))
        return replace(moved, facts=(*self.facts, fact))

    def said(self, from_state: State | None) -> dict[str, Any]:
        """What an event says of it."""
        return {
            "deploy_id": self.id,
            "environment": self.environment,
            "strategy": self.strategy,
            "ref": self.ref,
            "action": str(self.action),
            "from_state": str(from_state) if from_state else None,
            "to_state": str(self.state),
            "requested_by": self.acted_by,
            "run_key": self.run_key,
            "run_id": self.run_id,
            "run_url": self.run_url,
            "in_doubt": self.in_doubt,
            "reason": self.reason,
            "checks": [look.told() for look in self.looks],
        }


_ASKS: Final[Mapping[Action, State]] = {Action.PROMOTE: State.PROMOTING, Action.ROLLBACK: State.ROLLING_BACK}
_DEPLOYED: Final = ("deploy.completed", State.DEPLOYED)


def shipped(
    before: Deploy | None, *, environment: str, strategy: str, ref: str, channel_id: str | None, order: Order
) -> Deploy:
    """The next deploy of an environment; `before` is the one that is there. Raises BusyError."""
    if before is not None and before.is_busy(at=order.at):
        raise BusyError(before)
    over = before and (before.lost("nobody went on with it", at=order.at) or before)
    number = over.number + 1 if over else 1
    began = Deploy(
        environment=environment,
        number=number,
        strategy=strategy,
        ref=ref,
        state=State.STARTING,
        requested_by=order.by,
        requested_at=order.at,
        action=Action.DEPLOY,
        acted_by=order.by,
        acted_at=order.at,
        order_key=order.key,
        run_key=run_key(f"ship-{environment}-{number}", Action.DEPLOY, order),
        channel_id=channel_id,
        changed_at=order.at,
        earlier=(over.summary(), *over.earlier)[:MOST_EARLIER] if over else (),
        version=over.version if over else 0,
        facts=over.facts if over else (),
    )
    return began._stepped(REQUESTED, State.STARTING, at=order.at)
