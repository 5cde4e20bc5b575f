"""What this is, and what it can do."""

from collections.abc import Mapping
from typing import Any, Final

SERVICE: Final = "switchyard"
VERSION: Final = "0.1.0"  # as pyproject.toml says
CAPABILITIES: Final = (
    "workflow_orchestration",
    "service_discovery",
    "peer_replication",
    "ingestion",
    "dead_letter_management",
    "event_history_and_replay",
    "tracing",
    "jobs",
    "listing_lifecycle",
    "message_delivery",
    "blackboard",
)


def info(*, stage: str, instance: str) -> Mapping[str, Any]:
    return {
        "service": SERVICE,
        "version": VERSION,
        "environment": stage,
        "instance": instance,
        "capabilities": list(CAPABILITIES),
    }
