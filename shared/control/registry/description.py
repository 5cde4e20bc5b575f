"""What is said of a service: by itself, by a peer, and in the description of its API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.control.registry.stamp import Stamp
from shared.control.registry.statuses import Presence

MAX_SERVICES: Final = 1_000  # registered at once
MAX_GONE: Final = 5_000  # that are not any more; beyond that peers tell us of none that we do not know
# Whom we hand documents and keys to, where the settings name no other address: only people let somebody be one of them.
CALLED_BY_US: Final = frozenset(
    {
        "confluence-agent",
        "consistency-engine",
        "doc-store",
        "github-agent",
        "jira-agent",
        "log-collector",
        "notification-service",
        "reporting",
        "secure-analyzer",
        "swagger-agent",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is said of a service. It goes to peers as it is."""

    base_url: str
    openapi_url: str | None = None
    endpoints: tuple[str, ...] = ()
    metadata: str = "{}"  # an object of JSON, as text
    lease_seconds: int | None = None  # None: it stays until somebody deregisters it
    owner: str  # id of the key that may change it
    in_maintenance: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The description of its API that is the newest we know."""

    hash: str  # SHA-256 of its canonical JSON
    version: str  # of OpenAPI
    operations: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a peer says of a service: as it was written somewhere, and how it came here."""

    name: str
    said: Description
    presence: Presence
    stamp: Stamp
    hops: int
    via: str

    def as_told(self) -> dict[str, Any]:
        return {
            "base_url": self.said.base_url,
            "presence": str(self.presence),
            "origin": self.stamp.origin,
            "clock": self.stamp.clock,
            "via": self.via,
            "hops": self.hops,
        }
