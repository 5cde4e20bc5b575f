"""Runs, registered services and spans, put where commands find them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from shared.control.registry.description import Description
from shared.control.registry.service import Service, new_service
from shared.control.registry.statuses import Outcome
from shared.control.runs.run import Run, Status
from tests.support.builders import NOON, a_cause
from tests.support.ports import MemoryPorts
from tests.unit.shared.control.runs.samples import in_status


def keep_run(
    ports: MemoryPorts, number: int, workflow: str = "ingestion", status: Status = Status.RUNNING, **changes: Any
) -> Run:
    """It began so many minutes after noon."""
    at = NOON + timedelta(minutes=number)
    run = replace(in_status(status), id=f"{number:032x}", workflow=workflow, version=0, created_at=at, facts=())
    told = replace(run, **changes).told("created", at=at, scope={}, parameters={}, redrive_of=None)
    return ports.runs.save(told, a_cause())


def register(ports: MemoryPorts, name: str, **said: Any) -> Service:
    described = Description(**{"base_url": f"https://{name}.example", "owner": "key-1", **said})
    return ports.services.save(new_service(name, described, origin="here", at=NOON), a_cause())


def look_at(ports: MemoryPorts, service: Service, outcome: Outcome, detail: str = "503") -> Service:
    """It was asked how it is."""
    return ports.services.save(service.looked_at(outcome, detail, at=NOON), a_cause())
