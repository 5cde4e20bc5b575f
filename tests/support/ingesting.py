"""Ingestion as it is wired, with the stand-ins for its sources."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from functions.run_workflow_step.handlers import HANDLERS
from functions.run_workflow_step.ports import Ports
from functions.run_workflow_step.service import decide, do_step
from shared.control.runs.run import Run
from shared.runtime import configuration, wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.http import backoff
from tests.stand_ins.client import StandIns
from tests.stand_ins.sources import EMAIL, TOKEN
from tests.support.outside import reaching
from tests.support.pauses import no_pause

ACCOUNT = {"email": EMAIL, "api_token": TOKEN}
REPOSITORY = "switchyard/camera-shop"  # of the stand-in


@contextmanager
def sources_set_up(services: StandIns, **changes: str) -> Iterator[None]:
    """All four of them; `changes` are values of the configuration."""
    address = services.addresses["sources"]
    known = {
        "jira_url": address,
        "jira_jql": "project = SHOP",
        "confluence_url": address,
        "swagger_urls": f"orders={address}/openapi.json",
        "ingest_repositories": REPOSITORY,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (known | changes).items():
            patch.setenv(name.upper(), value)
        secrets = {"github_secret": "github", "sources_secret": "sources", "allowed_private_origins": address}
        forget_configuration()
        with reaching(services.addresses, **secrets):
            yield
    forget_configuration()


def forget_configuration() -> None:
    configuration.chosen.cache_clear()
    configuration.configuration.cache_clear()


def drive(run_id: str) -> Run:
    """What the machine does, in this process and without waiting."""
    runs = wiring_runs.runs()
    ports = Ports(runs=runs, handlers=HANDLERS, clock=system_clock, pause=no_pause, backoff=backoff)
    for number in range(100):
        what: Mapping[str, Any] = decide(run_id, number, ports=ports)
        if what["next"] in ("done", "failed"):
            return runs.get(run_id)
        for name in what["steps"]:
            do_step(run_id, name, ends=system_clock() + timedelta(seconds=120), ports=ports)
    raise AssertionError("it goes on for ever")
