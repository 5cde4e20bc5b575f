"""Events of services and peers."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.ledger.event_data import EventData

Presence = Literal["registered", "expired", "deregistered"]
Health = Literal["healthy", "unhealthy", "unknown"]


class _Described(EventData):
    """What is said of a service; of its endpoints only how many there are."""

    name: str
    base_url: str
    openapi_url: str | None
    endpoints: int
    lease_seconds: int | None
    owner: str
    in_maintenance: bool


class ServiceRegistered(_Described):
    """A service registered, for the first time or once more."""


class ServiceChanged(_Described):
    """What is said of a registered service changed; `changed` names what."""

    changed: list[str]


class ServiceExpired(EventData):
    """Nobody renewed the lease of a service in time."""

    name: str
    last_seen: AwareDatetime
    lease_seconds: int


class ServiceDeregistered(EventData):
    """Somebody took a service out of the registry."""

    name: str


class ServiceHealthChanged(EventData):
    """A service that was asked how it is was otherwise than the last time."""

    model_config = ConfigDict(serialize_by_alias=True)

    name: str
    from_: Annotated[Health, Field(alias="from")]
    to: Health
    detail: str


class ServiceDescribed(EventData):
    """The description of a service's API is known for the first time, or says the same in other words."""

    name: str
    version: str
    operations: int
    hash: str


class ChangedOperation(BaseModel):
    """An operation that is otherwise than before: each change in a sentence, up to a few."""

    operation: str
    breaking: bool
    changes: list[str]


class ServiceDrifted(ServiceDescribed):
    """What a service offers changed. The lists are cut where they are long; the numbers are whole."""

    hash_before: str | None
    added: list[str]
    removed: list[str]
    changed: list[ChangedOperation]
    breaking: list[str]
    added_count: int
    removed_count: int
    changed_count: int
    breaking_count: int


class ServiceReplicated(EventData):
    """A peer told us of a service, and what it said was later than what we knew."""

    name: str
    base_url: str
    presence: Presence
    origin: str
    clock: int
    via: str
    hops: int


class PeerUnreachable(EventData):
    """A peer could not be told of services; it is tried again."""

    url: str
    error: str


class PeerReachable(EventData):
    """A peer takes what it is told, for the first time or again."""

    url: str
    origin: str


EVENTS: Mapping[str, type[EventData]] = {
    "service.registered": ServiceRegistered,
    "service.changed": ServiceChanged,
    "service.expired": ServiceExpired,
    "service.deregistered": ServiceDeregistered,
    "service.health_changed": ServiceHealthChanged,
    "service.described": ServiceDescribed,
    "service.drifted": ServiceDrifted,
    "service.replicated": ServiceReplicated,
    "peer.unreachable": PeerUnreachable,
    "peer.reachable": PeerReachable,
}
