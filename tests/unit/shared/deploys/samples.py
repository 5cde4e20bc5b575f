"""Deploys in every state, and what happens to them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.deploys.deploy import Deploy, shipped
from shared.deploys.order import Order
from shared.deploys.run import Look, Run
from shared.deploys.states import State
from tests.support.builders import NOON

ANNA: Final = "discord:81384788765712384"
BEN: Final = "discord:91384788765712385"
RUN_ID: Final = 4_711
CHANNEL: Final = "772908445358620702"
WELL: Final = Look(name="api", is_good=True, tries=3, milliseconds=12)
BAD: Final = Look(name="api", is_good=False, tries=8, said="503")


def an_order(key: str = "1", *, by: str = ANNA, at: datetime = NOON) -> Order:
    return Order(by=by, key=key, at=at)


def a_deploy(before: Deploy | None = None, **changes: Any) -> Deploy:
    """Asked for, not recorded yet."""
    told: dict[str, Any] = {"environment": "staging", "strategy": "full", "ref": "main", "channel_id": CHANNEL}
    return shipped(before, **{**told, "order": an_order(), **changes})


def a_run(deploy: Deploy, conclusion: str | None = None, *, id: int = RUN_ID) -> Run:
    """Of what was asked for last; over where it has a conclusion."""
    status = "completed" if conclusion else "in_progress"
    url = f"https://github.example/runs/{id}"
    return Run(id=id, title=f"Ship {deploy.run_key}", status=status, conclusion=conclusion, url=url)


def sure(deploy: Deploy | None) -> Deploy:
    assert deploy is not None
    return deploy


def _running(deploy: Deploy) -> Deploy:
    return sure(deploy.started(a_run(deploy), at=NOON))


def _verifying(deploy: Deploy) -> Deploy:
    return sure(_running(deploy).ended(a_run(deploy, "success"), at=NOON))


def _out(deploy: Deploy) -> Deploy:
    return sure(_verifying(deploy).verified([WELL], at=NOON))


def _canary() -> Deploy:
    return _out(a_deploy(strategy="canary"))


_WAYS: Final[dict[State, Callable[[], Deploy]]] = {
    State.STARTING: a_deploy,
    State.RUNNING: lambda: _running(a_deploy()),
    State.VERIFYING: lambda: _verifying(a_deploy()),
    State.CANARY: _canary,
    State.PROMOTING: lambda: _canary().promotion_requested(an_order("2")),
    State.DEPLOYED: lambda: _out(a_deploy()),
    State.PROMOTED: lambda: _out(_canary().promotion_requested(an_order("2"))),
    State.UNHEALTHY: lambda: sure(_verifying(a_deploy()).verified([WELL, BAD], at=NOON)),
    State.ROLLING_BACK: lambda: _out(a_deploy()).rollback_requested(an_order("3")),
    State.ROLLED_BACK: lambda: _out(_out(a_deploy()).rollback_requested(an_order("3"))),
    State.REFUSED: lambda: sure(a_deploy().refused("422 No ref found", at=NOON)),
    State.FAILED: lambda: sure(_running(a_deploy()).ended(a_run(a_deploy(), "failure"), at=NOON)),
    State.UNKNOWN: lambda: sure(_running(a_deploy()).lost("not over", at=NOON)),
}


def in_state(state: State) -> Deploy:
    """The shortest way there; what was said on the way is recorded."""
    return recorded(_WAYS[state]())


def recorded(deploy: Deploy) -> Deploy:
    return replace(deploy, version=deploy.version + len(deploy.facts), facts=())


def later(**time: float) -> datetime:
    return NOON + timedelta(**time)
