"""Which jobs there are, and what each takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.runtime.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """`schedule`: when it is done by the clock, in words; None where only people ask for it."""

    description: str
    schedule: str | None
    defaults: Mapping[str, Any] = field(default_factory=dict)


JOBS: Final[Mapping[str, JobKind]] = {
    "recalc-quality": JobKind(
        description="Look through all documents, and tell which need somebody's care", schedule="daily at 03:00 UTC"
    ),
    "notify-consolidation": JobKind(
        description="Tell people of documents that could be one",
        schedule=None,
        defaults={"min_confidence": 0, "webhook_url": None, "limit": 20},
    ),
    "send-logs": JobKind(
        description="Send what happened since the last time to the collector of logs",
        schedule="every 5 minutes, where LogCollectorUrl is set",
    ),
    "poll-services": JobKind(description="Ask every service whether it is well", schedule="every 5 minutes"),
    "poll-openapi": JobKind(description="Ask every service what it offers, and tell what changed", schedule="hourly"),
    "sync-peers": JobKind(description="Tell the peers which services there are", schedule="every 15 minutes"),
    "resume-runs": JobKind(description="Drive on runs that stand still", schedule="every 5 minutes"),
}


def job_kind(name: str) -> JobKind:
    """Raises NotFoundError."""
    kind = JOBS.get(name)
    if kind is None:
        raise NotFoundError(f"there is no job {name[:60]}; there are {', '.join(JOBS)}")
    return kind
