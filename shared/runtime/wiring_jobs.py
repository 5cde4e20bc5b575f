"""The composition root of jobs: what each of them does."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from shared.ledger.envelope import Cause
from shared.runtime import wiring, wiring_proxies, wiring_registry, wiring_runs
from shared.runtime.clock import system_clock
from shared.runtime.configuration import configuration

if TYPE_CHECKING:
    from shared.control.jobs.doing import Work

SECONDS: Final = timedelta(seconds=20)  # for what asks others, one by one: somebody may be waiting


def work(name: str) -> "Work":
    """What is done for a job that there is."""
    return _WORKS[name]()


def _recalc_quality() -> "Work":
    from shared.control.proxies.recalculation import recalc_quality

    return partial(recalc_quality, ports=wiring_proxies.ports())


def _notify_consolidation() -> "Work":
    from shared.control.proxies.consolidation import notify_consolidation

    return partial(notify_consolidation, ports=wiring_proxies.ports())


def _send_logs() -> "Work":
    from shared.control.proxies.sending_logs import NAME, Ports, send_logs

    collector = wiring_registry.service_at(NAME, configuration().log_collector_url)
    ports = Ports(collector=collector, ledger=wiring.ledger(), state=wiring.marks(), clock=system_clock)
    return partial(send_logs, ports=ports)


def _poll_services() -> "Work":
    from shared.control.registry.polling import expire_services, poll_services

    def do(_: Mapping[str, Any], cause: Cause) -> Mapping[str, Any]:
        ports = wiring_registry.registry()
        expired = expire_services(ports, cause)
        return {**poll_services(ports, cause, until=system_clock() + SECONDS), "expired": expired["expired"]}

    return do


def _poll_openapi() -> "Work":
    from shared.control.registry.openapi.polling import poll_openapi

    return lambda _, cause: poll_openapi(wiring_registry.registry(), cause, until=system_clock() + SECONDS)


def _sync_peers() -> "Work":
    from shared.control.registry.syncing import sync_peers

    return lambda _, cause: sync_peers(wiring_registry.registry(), cause, until=system_clock() + SECONDS)


def _resume_runs() -> "Work":
    from shared.control.runs.resuming import resume_runs

    def do(_: Mapping[str, Any], cause: Cause) -> Mapping[str, Any]:
        found = resume_runs(
            runs=wiring_runs.runs(), machines=wiring_runs.machines(), clock=system_clock, pause=time.sleep
        )
        return {"resumed": list(found.resumed), "failed": list(found.failed)}

    return do


_WORKS: "Final[Mapping[str, Callable[[], Work]]]" = {
    "recalc-quality": _recalc_quality,
    "notify-consolidation": _notify_consolidation,
    "send-logs": _send_logs,
    "poll-services": _poll_services,
    "poll-openapi": _poll_openapi,
    "sync-peers": _sync_peers,
    "resume-runs": _resume_runs,
}
