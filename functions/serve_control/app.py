"""Operators -> what the system does is seen, repaired, started; GET /health, /ready and /info for everyone."""

import shared.runtime.cold_start  # noqa: F401 - before all else, see there

# isort: split
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

from shared.runtime.api import Resolver, answer, resolver
from shared.runtime.observability import observed
from shared.runtime.request import Request, principal, read_object

PUBLIC: Final = frozenset({"/health", "/ready", "/info", "/registry/replicate"})  # the last is signed: checked inside
MAX_BODY_BYTES: Final = 2 * 1024 * 1024  # a document of the largest size, with what JSON makes of it
# Where the routes are of what begins so. They are loaded when the first request for them comes: nobody who looks at
# dead letters waits for what ingestion needs.
PARTS: Final[Mapping[str, str]] = {
    "/demo": "proxy_routes",
    "/docstore": "ingest_routes",
    "/infrastructure/dlq": "dead_letter_routes",
    "/infrastructure/events": "event_routes",
    "/infrastructure/saga": "workflow_routes",
    "/infrastructure/tracing": "trace_routes",
    "/ingest": "ingest_routes",
    "/jobs": "job_routes",
    "/peers": "registry_routes",
    "/registry": "registry_routes",
    "/report": "proxy_routes",
    "/summarization": "proxy_routes",
    "/workflows": "workflow_routes",
}
OVERVIEW: Final = "overview_routes"  # and what there is nothing for


def part_of(path: str) -> str:
    """The module of its routes."""
    return next((module for start, module in PARTS.items() if f"{path}/".startswith(f"{start}/")), OVERVIEW)


@cache
def app_of(*modules: str) -> Resolver:
    app = resolver(read=read_object)
    for module in modules:
        app.include_router(import_module(f"functions.serve_control.{module}").router)
    return app


def whole_app() -> Resolver:
    """With all routes there are, to be described."""
    return app_of(*sorted({*PARTS.values(), OVERVIEW}))


def admit(request: Request) -> str:
    """Everyone to the public pages; elsewhere whom the authorizer let in."""
    return "public" if request.path in PUBLIC else principal(request)


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app_of(part_of(event["path"])), event, context, admit=admit, max_body=MAX_BODY_BYTES)
