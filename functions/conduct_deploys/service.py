"""One event of a deploy: show how far it is, and do what is due next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

from functions.conduct_deploys.dispatching import dispatch, run_of
from shared.deliveries.delivery import Deliveries, Status
from shared.deploys.checks import Check
from shared.deploys.deploy import TOLD_EVERY, Deploy
from shared.deploys.order import REQUESTS, RUN_SUCCEEDED, STARTED
from shared.deploys.run import Look, Run
from shared.deploys.states import State
from shared.deploys.store import Deploys, Step, change_deploy
from shared.deploys.workflow import Workflow
from shared.ledger.envelope import Cause
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.http import ServiceError
from shared.sinks.delivering import Outcome
from shared.sinks.sink import Detail

# How long a run that GitHub tells nothing of is asked for; news that come later by webhook still count.
LOST_AFTER: Final = timedelta(hours=2)
_DOUBT: Final = "GitHub did not say whether it started this, and it is not asked for again"
_UNSAID: Final = "GitHub did not say why"
_CHECKS: Final = "DeployChecks"  # as the parameter of the stack is called
_NOT_SET_UP: Final = "no repository is set up, or there is no token for it"
# A run is looked at so often while it is no older than that.
_PACES: Final = (
    (timedelta(minutes=10), timedelta(seconds=20)),
    (timedelta(minutes=30), timedelta(seconds=60)),
)
_SLOWEST: Final = timedelta(seconds=120)


class Show(Protocol):
    def __call__(self, event: Detail, deploy: Deploy) -> timedelta | None:
        """Returns when to come again, where people cannot see it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`workflow` gives None where none is set up. `look` looks at what was shipped."""

    deploys: Deploys
    deliveries: Deliveries
    workflow: Callable[[], Workflow | None]
    checks: Callable[[], Mapping[str, Sequence[Check]]]  # by environment; raises ValueError where they cannot be read
    look: Callable[[Sequence[Check]], list[Look]]
    show: Show
    clock: Clock
    pause: Pause


def conduct(event: Detail, cause: Cause, ports: Ports) -> timedelta | None:
    """After which time to come back; None where nothing is left to do for this event.

    Raises ConflictError where others keep changing the deploy, DependencyError where AWS is unwell.
    """
    deploy = ports.deploys.get(event["subject"])
    if deploy is None or deploy.id != event["data"]["deploy_id"]:
        return None
    shown_again = ports.show(event, deploy)
    waits = [shown_again, _go_on(event, deploy, cause, ports)]
    return min((wait for wait in waits if wait is not None), default=None)


def _go_on(event: Detail, deploy: Deploy, cause: Cause, ports: Ports) -> timedelta | None:
    """The event is what was asked for last, or its run's success; else nothing follows from it."""
    if deploy.run_key != event["data"].get("run_key"):  # that it was announced is only shown
        return None
    if event["type"] == RUN_SUCCEEDED:
        return _verify(deploy, _by("deploys", cause), ports)
    if not _is_followed(event):
        return None
    by_github = _by("github", cause)
    if deploy.is_asked_for:
        return _dispatch(event, deploy, by_github, ports)
    return _follow(deploy, by_github, ports) if deploy.is_running else None


def _is_followed(event: Detail) -> bool:
    """Whoever has the request goes on with it to the end; where it was taken for lost, whoever has what was found."""
    is_found = event["type"] == STARTED and event["data"]["from_state"] == State.UNKNOWN
    return is_found or event["type"] in REQUESTS


def _dispatch(event: Detail, deploy: Deploy, cause: Cause, ports: Ports) -> timedelta | None:
    """Raises as `deliver`."""
    workflow = ports.workflow()
    if workflow is None:
        _change(deploy, lambda known: known.refused(_NOT_SET_UP, at=ports.clock()), cause, ports)
        return None
    outcome = dispatch(event, workflow, deliveries=ports.deliveries, clock=ports.clock)
    told = _told_by(outcome, run_of(outcome, event), ports.clock, page=workflow.page)
    known = _change(deploy, told, cause, ports)
    if known is None or not (known.is_asked_for or known.is_running):
        return None
    return outcome.wait or _PACES[0][1]


def _told_by(outcome: Outcome, run: Run | None, clock: Clock, *, page: str) -> Step:
    """What the record says of it. In doubt for good, it is lost; else it waits, with the reason.

    `page` is where a person sees all runs.
    """
    record, at = outcome.delivery, clock()
    said = record.last_error or _UNSAID
    doubtful = record.status in (Status.IN_DOUBT, Status.SENDING)
    if run is not None:
        return lambda deploy: deploy.started(run, at=at)
    if record.status is Status.FAILED:
        return lambda deploy: deploy.refused(said, at=at)
    if record.is_given_up:
        return lambda deploy: deploy.lost(f"{_DOUBT}: {said}", at=at, see=page)
    if record.last_error is None:
        return lambda _: None  # somebody is at it
    return lambda deploy: deploy.delayed(said, in_doubt=doubtful, at=at)


def _follow(deploy: Deploy, cause: Cause, ports: Ports) -> timedelta | None:
    """What GitHub says of the run, until it is over. It is lost only where GitHub tells nothing for too long."""
    at = ports.clock()
    run, said, wait = _look_at_run(deploy, ports)
    if run is not None and run.is_over:
        _change(deploy, lambda known: known.ended(run, at=at), cause, ports)
        return None
    if run is not None:
        _change(deploy, lambda known: known.still_running(said, at=at), cause, ports)
    elif at - deploy.changed_at >= LOST_AFTER + TOLD_EVERY:  # it may have been read until it was to be told again
        hours = int(LOST_AFTER.total_seconds() // 3_600)
        lost = f"GitHub has told nothing of the run for {hours} hours ({said}); see the run"
        _change(deploy, lambda known: known.lost(lost, at=at), cause, ports)
        return None
    age = at - deploy.acted_at
    return max(wait, next((pace for until, pace in _PACES if age < until), _SLOWEST))


def _look_at_run(deploy: Deploy, ports: Ports) -> tuple[Run | None, str, timedelta]:
    """The run, or None; its status, or why it is not known; and how long GitHub wants to be left alone."""
    workflow = ports.workflow()
    if workflow is None or deploy.run_id is None:
        return None, _NOT_SET_UP, timedelta(0)
    try:
        run = workflow.run(deploy.run_id)
    except ServiceError as error:
        return None, error.said, timedelta(seconds=error.retry_after or 0)
    return run, run.status, timedelta(0)


def _verify(deploy: Deploy, cause: Cause, ports: Ports) -> timedelta | None:
    if deploy.state is State.VERIFYING:
        looks = _looks(deploy, ports)
        _change(deploy, lambda known: known.verified(looks, at=ports.clock()), cause, ports)
    return None


def _looks(deploy: Deploy, ports: Ports) -> list[Look]:
    """Where it cannot be read what is to be looked at, that is what is not well: the deploy is not to wait for it."""
    try:
        checks = ports.checks().get(deploy.environment, ())
    except ValueError as error:
        return [Look(name=_CHECKS, is_good=False, tries=0, said=str(error))]
    return ports.look(checks)


def _change(deploy: Deploy, change: Step, cause: Cause, ports: Ports) -> Deploy | None:
    """Where something else was asked of it meanwhile, it is left alone."""

    def if_the_same(known: Deploy) -> Deploy | None:
        return change(known) if known.run_key == deploy.run_key else None

    return change_deploy(deploy, if_the_same, cause, deploys=ports.deploys, pause=ports.pause)


def _by(service: str, cause: Cause) -> Cause:
    return replace(cause, actor=f"service:{service}")
