"""/health, /ready, /info for everyone; /health/system, /metrics, /config/effective: how all of it is."""

import time
from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from botocore.exceptions import BotoCoreError, ClientError

from functions.serve_control import counting
from shared.control.overview.circuits import circuit_names
from shared.control.overview.effective import effective
from shared.control.overview.info import SERVICE, VERSION, info
from shared.control.overview.metrics import Metric
from shared.control.overview.metrics import as_json as metrics_json
from shared.control.overview.metrics import as_text as metrics_text
from shared.control.overview.system import System
from shared.control.overview.system import as_json as system_json
from shared.runtime import wiring, wiring_blackboard, wiring_registry
from shared.runtime.backends import Backends, Check
from shared.runtime.circuit_states import Circuit
from shared.runtime.clock import system_clock
from shared.runtime.configuration import chosen, configuration, paired
from shared.runtime.errors import DependencyError
from shared.runtime.gathering import Unread, gather
from shared.runtime.settings import settings, told
from shared.sinks.names import NAMES

router = Router()  # type: ignore[no-untyped-call]

SECONDS: Final = 10.0  # for all parts together
PROMETHEUS: Final = "text/plain; version=0.0.4; charset=utf-8"
_BEGAN: Final = time.monotonic()  # of this process, one of many


def _checks() -> Mapping[str, Check]:
    return {"database": _check_ledger, "bus": _check_bus, "state": _check_state}


def _check_ledger() -> None:
    if not wiring.ledger().is_reachable():
        raise DependencyError("the ledger cannot be reached")


def _check_bus() -> None:
    if not wiring.bus().is_reachable():
        raise DependencyError("the bus cannot be reached")


def _check_state() -> None:
    wiring.state().get("health:probe")


def _check_secrets() -> None:
    try:
        wiring.cursor_secret()
    except (BotoCoreError, ClientError):
        raise DependencyError("the secrets cannot be read") from None


check_health = Backends(_checks, clock=system_clock)
check_ready = Backends(lambda: {"database": _check_ledger, "secrets": _check_secrets}, clock=system_clock)


@router.get(
    "/health",
    summary="Whether what all of it stands on can be reached",
    tags=["public"],
    responses={
        200: {"description": "It can", "content": {"application/json": {"schema": {"type": "object"}}}},
        503: {"description": "It cannot", "content": {"application/json": {"schema": {"type": "object"}}}},
    },
)
def get_health() -> Response[dict[str, Any]]:
    status, found = check_health()
    told = {
        "service": SERVICE,
        "version": VERSION,
        "environment": settings().stage,
        "timestamp": system_clock().isoformat(),
        "uptime_seconds": round(time.monotonic() - _BEGAN, 3),
    }
    return Response(status_code=status, content_type="application/json", body={**found, **told})


@router.get(
    "/ready",
    summary="Whether requests can be served",
    tags=["public"],
    responses={
        200: {"description": "They can", "content": {"application/json": {"schema": {"type": "object"}}}},
        503: {"description": "They cannot", "content": {"application/json": {"schema": {"type": "object"}}}},
    },
)
def get_ready() -> Response[dict[str, Any]]:
    status, found = check_ready()
    told = {"ready": status == 200, "service": SERVICE} | ({"error": found["error"]} if "error" in found else {})
    return Response(status_code=status, content_type="application/json", body=told)


@router.get("/info", summary="What this is, and what it can do", tags=["public"])
def get_info() -> dict[str, Any]:
    return dict(info(stage=settings().stage, instance=wiring_registry.origin()))


@router.get("/health/system", summary="How all of it is, with every trouble in a sentence", tags=["overview"])
def get_system() -> dict[str, Any]:
    """200 whether it is well or not: `overall_healthy` says that."""
    now = system_clock()
    found = gather(
        {
            "services": lambda: counting.services_standing(now),
            "queues": lambda: counting.depths(wiring.queue_map().waiting),
            "dead_letters": lambda: counting.depths(wiring.queue_map().dead),
            "lag": lambda: counting.stream_lag(now),
            "circuits": _circuits,
            "parked": counting.parked_runs,
        },
        seconds=SECONDS,
    )
    _, backends = check_health()
    connected = {name: said for name, said in backends.items() if name in _checks()}
    return system_json(System(backends=connected, **found), at=now)


@router.get(
    "/metrics",
    summary="Figures of all of it",
    description="JSON; or, where `Accept` asks for text/plain, as Prometheus reads it.",
    tags=["overview"],
    responses={
        200: {
            "description": "The figures",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "text/plain": {"schema": {"type": "string"}},
            },
        }
    },
)
def get_metrics() -> Response[Any]:
    found = gather(counting.parts(system_clock()), seconds=SECONDS)
    unread = {name: part for name, part in found.items() if isinstance(part, Unread)}
    metrics: list[Metric] = [one for name, part in found.items() if name not in unread for one in part]
    if _wants_text(router.context["request"].header("accept")):
        return Response(status_code=200, content_type=PROMETHEUS, body=metrics_text(metrics, unread))
    told = {"service": SERVICE, **metrics_json(metrics, unread)}
    return Response(status_code=200, content_type="application/json", body=told)


@router.get("/config/effective", summary="Every setting, and where it is from", tags=["overview"])
def get_config() -> dict[str, Any]:
    """Addresses are shown without passwords and queries; of secrets there is only where they are kept.

    What only other functions are told is from elsewhere, and not known here.
    """
    return {"settings": effective(settings(), chosen(), told=told())}


def _circuits() -> dict[str, str]:
    agents = (agent.id for agent in wiring_blackboard.blackboard().told_at_urls())
    names = circuit_names(descriptions=paired(configuration().swagger_urls).values(), agents=agents)
    known: Mapping[str, Circuit] = wiring.circuit_states()((*names, *NAMES))
    return {name: str(circuit.state) for name, circuit in known.items()}


def _wants_text(accept: str) -> bool:
    """What is named first of the two is what is wanted more; quality values are not looked at."""
    kinds = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    known = [kind for kind in kinds if kind in ("text/plain", "application/json", "application/openmetrics-text")]
    return bool(known) and known[0] != "application/json"
