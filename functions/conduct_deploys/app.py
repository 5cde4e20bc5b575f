"""DeployQueue: what happens to a deploy -> GitHub is asked for a run, the run followed, what it shipped looked at."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from functions.conduct_deploys.service import Ports, conduct
from functions.conduct_deploys.showing import Showing
from shared.deploys.checks import Check, look_at, read_checks, seconds
from shared.deploys.run import Look
from shared.deploys.workflow import Workflow
from shared.runtime import wiring, wiring_deploys
from shared.runtime.clock import system_clock
from shared.runtime.http import send
from shared.runtime.observability import count, logger, observed
from shared.runtime.queue import Consumer, cause_of
from shared.runtime.settings import settings


def workflow() -> Workflow | None:
    service = wiring_deploys.github()
    if service is None:
        return None
    return Workflow(service, repository=settings().github_repository, file=settings().github_workflow)


def look(checks: Sequence[Check]) -> list[Look]:
    return look_at(checks, send=send, pause=time.sleep, clock=seconds)


ports = Ports(
    deploys=wiring_deploys.deploys(),
    deliveries=wiring.deliveries(),
    workflow=workflow,
    checks=lambda: read_checks(settings().deploy_checks),
    look=look,
    show=Showing(
        discord=lambda: wiring.discord(), deploys=wiring_deploys.deploys(), clock=system_clock, pause=time.sleep
    ),
    clock=system_clock,
    pause=time.sleep,
)


def handle(event: Mapping[str, Any]) -> timedelta | None:
    said = event["data"]
    # Of a deploy that was announced no more is said than where.
    logger.info("deploy", deploy_id=said["deploy_id"], state=said.get("to_state"), action=said.get("action"))
    count("DeploySteps")
    return conduct(event, cause_of(event), ports)


consume = Consumer(handle, queue=wiring.queue(), clock=system_clock, failures=wiring.failures())


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return consume(event, context)
