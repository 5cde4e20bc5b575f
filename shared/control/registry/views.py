"""What the registry answers."""

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from shared.control.registry.peer import Peer
from shared.control.registry.seen import Look, Reading, latest
from shared.control.registry.service import Service


class OfferView(BaseModel):
    """The description of its API: the newest that is known, and what came of asking for it the last time."""

    hash: str | None
    version: str | None
    operations: int | None
    since: datetime | None
    checked_at: datetime | None
    error: str | None

    @classmethod
    def of(cls, service: Service, reading: Reading | None) -> "OfferView":
        known = service.document
        return cls(
            hash=known.hash if known else None,
            version=known.version if known else None,
            operations=known.operations if known else None,
            since=known.at if known else None,
            checked_at=reading.at if reading else None,
            error=reading.error if reading else None,
        )


class ServiceView(BaseModel):
    name: str
    status: str
    status_detail: str | None
    status_since: datetime
    base_url: str
    openapi_url: str | None
    endpoints: list[str]
    metadata: dict[str, Any]
    owner: str
    lease_seconds: int | None
    last_seen: datetime | None
    last_checked: datetime | None
    registered_at: datetime
    origin: str
    hops: int
    openapi_hash: str | None
    version: int

    @classmethod
    def of(cls, service: Service, look: Look | None, renewed_at: datetime | None, *, at: datetime) -> "ServiceView":
        said, status = service.said, service.status_at(renewed_at, at=at)
        is_health = status.value == service.health.value
        came = None if service.via else service.registered_at
        return cls(
            name=service.name,
            status=status.value,
            status_detail=service.health_detail if is_health else None,
            status_since=service.health_at if is_health else service.changed_at,
            base_url=said.base_url,
            openapi_url=said.openapi_url,
            endpoints=list(said.endpoints),
            metadata=json.loads(said.metadata),
            owner=said.owner,
            lease_seconds=said.lease_seconds,
            last_seen=latest([renewed_at, look.answered_at if look else None, came]),
            last_checked=look.at if look else None,
            registered_at=service.registered_at,
            origin=service.stamp.origin,
            hops=service.hops,
            openapi_hash=service.document.hash if service.document else None,
            version=service.version,
        )


class Registration(BaseModel):
    status: Literal["registered"] = "registered"
    count: int
    service: ServiceView


class ServiceList(BaseModel):
    services: list[ServiceView]
    next_cursor: str | None


class Renewal(BaseModel):
    """A lease that was renewed; `lease_until` is null where there is none."""

    name: str
    last_seen: datetime
    lease_until: datetime | None


class Deregistration(BaseModel):
    deregistered: bool


class OfferHistory(BaseModel):
    service: str
    current: OfferView
    history: list[dict[str, Any]]
    next_cursor: str | None


class PeerView(BaseModel):
    url: str
    status: str
    origin: str | None
    since: datetime | None
    last_seen: datetime | None
    last_tried: datetime | None
    last_error: str | None
    failures: int
    next_try_at: datetime | None
    services: int

    @classmethod
    def of(cls, peer: Peer) -> "PeerView":
        return cls(
            url=peer.url,
            status=peer.status.value,
            origin=peer.origin,
            since=peer.since,
            last_seen=peer.last_seen,
            last_tried=peer.last_tried,
            last_error=peer.last_error,
            failures=peer.failures,
            next_try_at=peer.next_try_at,
            services=peer.told,
        )


class PeerList(BaseModel):
    peers: list[PeerView]
    count: int


class Reply(BaseModel):
    """What became of what a peer said."""

    origin: str  # who we are: so the peer learns whom it is talking to
    taken: int
    known: int
    ignored: int
    refused: list[dict[str, str]]
