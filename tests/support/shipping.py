"""A stack that ships from Discord, among stand-ins: something is asked for, and worked off until nothing is left."""

import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from functions.conduct_deploys import app
from shared.deploys.deploy import Deploy, shipped
from shared.deploys.order import Order
from shared.deploys.store import KIND
from shared.runtime import wiring, wiring_deploys
from shared.runtime.clock import system_clock
from shared.runtime.settings import settings
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord
from tests.stand_ins.github import Github
from tests.support.aws_calls import Call, Kill, KilledError, watched
from tests.support.builders import a_cause
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, api_event
from tests.support.in_process import GITHUB_SECRET, set_secret
from tests.support.queue_events import message_of, queue_batch
from tests.support.told import told
from tests.support.travel import Travel

CHANNEL: Final = "1300000000000000042"
COMES_AGAIN_AFTER: Final = timedelta(minutes=12)  # as the template says of DeployQueue
_MOST: Final = 60

Where = tuple[int, Kill]  # in which delivery, and where in it


@contextmanager
def shipping(services: StandIns, **changes: str) -> Iterator[None]:
    """Inside, product code knows GitHub, Discord and what to look at. AWS has to be there."""
    github, discord = services.addresses[Github.name], services.addresses[Discord.name]
    set_secret("discord", bot_token=Discord.key)
    known = {
        "github_api_url": github,
        "github_repository": Github.repository,
        "github_workflow": Github.workflow,
        "github_secret": "github",
        "discord_api_url": f"{discord}/api/v10",
        "discord_secret": "discord",
        "deploy_checks": f"staging:shop={github}/shop/staging",
    }
    with told(**(known | changes)):
        yield


def ask_for(environment: str = "staging", *, strategy: str = "full", ref: str = "main") -> Deploy:
    """Somebody ships."""
    order = Order(by="discord:81384788765712384", key="1290000000000000001", at=system_clock())
    deploys = wiring_deploys.deploys()
    asked = shipped(
        deploys.get(environment),
        environment=environment,
        strategy=strategy,
        ref=ref,
        channel_id=CHANNEL,
        order=order,
    )
    return deploys.save(asked, a_cause())


def now(environment: str = "staging") -> Deploy:
    deploy = wiring_deploys.deploys().get(environment)
    assert deploy is not None
    return deploy


def work_off(travel: Travel, where: Where | None = None) -> list[list[Call]]:
    """Each event of a deploy, and what is put back, until nothing is left; the calls of each delivery.

    Who is killed over a message gets it again, later.
    """
    waiting: list[str] = []
    deliveries: list[list[Call]] = []
    relayed = 0
    for number in range(_MOST):
        events = list(wiring.ledger().history(KIND, "staging"))
        waiting += map(message_of, events[relayed:])
        relayed = len(events)
        if not waiting:
            return deliveries
        due, *waiting = waiting
        kill = where[1] if where and where[0] == number else None
        calls, is_dead = _dealt_with(due, kill)
        deliveries.append(calls)
        waiting += [due] if is_dead else []
        waiting += [call.parameters["MessageBody"] for call in calls if _is_put_back(call)]
        travel.go_on(COMES_AGAIN_AFTER if is_dead else timedelta(minutes=2))
    raise AssertionError(f"it goes on and on: {[json.loads(one)['detail-type'] for one in waiting]}")


def _dealt_with(message: str, kill: Kill | None) -> tuple[list[Call], bool]:
    with watched(kill) as calls:
        try:
            answer: Any = app.handler(queue_batch(message), LambdaContext())
        except KilledError:
            forget()
            return calls, True
    assert answer == {"batchItemFailures": []}
    return calls, False


def _is_put_back(call: Call) -> bool:
    return call.operation == "SendMessage" and call.answered and call.parameters["QueueUrl"] == settings().queue_url


def told_by_github(run: dict[str, Any], action: str = "completed", **headers: str) -> dict[str, Any]:
    """A signed webhook, as the API hands it over."""
    told = {name: value for name, value in run.items() if name != "inputs"}
    body = json.dumps({"action": action, "workflow_run": told, "repository": {"full_name": Github.repository}})
    digest = hmac.digest(GITHUB_SECRET["webhook_secret"].encode(), body.encode(), sha256).hex()
    usual = {
        "Content-Type": "application/json",
        "X-Hub-Signature-256": f"sha256={digest}",
        "X-GitHub-Event": "workflow_run",
        "X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
    }
    return api_event("POST", "/webhooks/github", body=body, headers=usual | headers)
