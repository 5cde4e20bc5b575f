"""A service that is registered: what it says of itself, who may change that, and what is known of how it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.registry.description import Description, Document, Written
from shared.control.registry.stamp import Stamp, stamp_after
from shared.control.registry.statuses import (
    HEALTH_AFTER,
    Act,
    Health,
    Outcome,
    Presence,
    Status,
    presence_after,
    status_of,
)
from shared.ledger.envelope import Fact

_SAID: Final = ("base_url", "openapi_url", "endpoints", "metadata", "lease_seconds", "owner", "in_maintenance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    name: str
    said: Description
    presence: Presence = Presence.REGISTERED
    stamp: Stamp  # of what is said and of the presence: what peers go by
    hops: int = 0  # from the instance it was written at
    via: str | None = None  # the peer that told us; None where it was written here
    registered_at: datetime  # the last time
    health: Health = Health.UNKNOWN
    health_detail: str | None = None
    health_at: datetime  # since when
    document: Document | None = None
    changed_at: datetime
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def status(self) -> Status:
        """Whether its lease is over is not looked at: see `status_at`."""
        return status_of(self.presence, self.health, in_maintenance=self.said.in_maintenance)

    @property
    def is_registered(self) -> bool:
        return self.presence is Presence.REGISTERED

    @property
    def is_gone(self) -> bool:
        """Somebody has deregistered it: its name is anybody's."""
        return self.presence is Presence.DEREGISTERED

    def is_overdue(self, seen: datetime | None, *, at: datetime) -> bool:
        """`seen` is when its lease was renewed last, if ever. Its lease is kept where it was written, and only there.

        A lease that ends at this moment is over.
        """
        if not self.is_registered or self.via is not None or self.said.lease_seconds is None:
            return False
        last = max(self.registered_at, seen or self.registered_at)
        return at >= last + timedelta(seconds=self.said.lease_seconds)

    def status_at(self, seen: datetime | None, *, at: datetime) -> Status:
        return Status.EXPIRED if self.is_overdue(seen, at=at) else self.status

    def registered(self, said: Description, *, origin: str, at: datetime) -> "Service":
        """The same again changes nothing. What a peer told us of is written here from now on."""
        presence = presence_after(self.presence, Act.REGISTER)
        if self.is_registered and said == self.said and self.via is None:
            return self
        changes = [name for name in _SAID if getattr(said, name) != getattr(self.said, name)]
        changed = replace(self._written(origin, at), said=said, presence=presence, registered_at=at)
        changed = changed._unproven(at) if "base_url" in changes or not self.is_registered else changed
        told = changed.told()
        if not self.is_registered:
            return changed._having("service.registered", at, told)
        return changed._having("service.changed", at, told | {"changed": changes or ["origin"]})

    def check_renewal(self) -> None:
        """Raises IllegalTransitionError where there is no lease to be renewed any more."""
        presence_after(self.presence, Act.RENEW)

    def maintained(self, on: bool, *, origin: str, at: datetime) -> "Service":
        """Raises IllegalTransitionError."""
        presence_after(self.presence, Act.MAINTAIN)
        if on is self.said.in_maintenance:
            return self
        changed = replace(self._written(origin, at), said=replace(self.said, in_maintenance=on))._unproven(at)
        return changed._having("service.changed", at, changed.told() | {"changed": ["in_maintenance"]})

    def expired(self, seen: datetime | None, *, origin: str, at: datetime) -> "Service":
        """Raises IllegalTransitionError."""
        presence = presence_after(self.presence, Act.EXPIRE)
        last = max(self.registered_at, seen or self.registered_at)
        said = {"last_seen": last, "lease_seconds": self.said.lease_seconds}
        return replace(self._written(origin, at), presence=presence)._having("service.expired", at, said)

    def deregistered(self, *, origin: str, at: datetime) -> "Service":
        """Raises IllegalTransitionError."""
        presence = presence_after(self.presence, Act.DEREGISTER)
        return replace(self._written(origin, at), presence=presence)._having("service.deregistered", at, {})

    def looked_at(self, outcome: Outcome, detail: str, *, at: datetime) -> "Service":
        """Only another health is news."""
        health = HEALTH_AFTER[self.health][outcome]
        if health is self.health:
            return self
        said = {"from": str(self.health), "to": str(health), "detail": detail}
        changed = replace(self, health=health, health_detail=detail, health_at=at)
        return changed._having("service.health_changed", at, said)

    def documented(self, document: Document, drift: Mapping[str, Any] | None) -> "Service":
        """`drift` is what changed for callers, of its event; None where nothing did."""
        said = {"version": document.version, "operations": document.operations, "hash": document.hash}
        changed = replace(self, document=document)
        if drift is None:
            return changed._having("service.described", document.at, said)
        before = self.document.hash if self.document else None
        return changed._having("service.drifted", document.at, said | {"hash_before": before} | dict(drift))

    def taken(self, written: Written, *, at: datetime) -> "Service":
        """As a peer says that it is, which is later than what was known."""
        is_back = written.presence is Presence.REGISTERED and not self.is_registered
        is_new = is_back or written.said.base_url != self.said.base_url
        changed = replace(
            self,
            said=written.said,
            presence=written.presence,
            stamp=written.stamp,
            hops=written.hops,
            via=written.via,
            registered_at=at if is_back else self.registered_at,
        )
        changed = changed._unproven(at) if is_new else changed
        return changed._having("service.replicated", at, written.as_told())

    def told(self) -> dict[str, Any]:
        """What events say of it."""
        said = self.said
        return {name: getattr(said, name) for name in ("base_url", "openapi_url", "lease_seconds", "owner")} | {
            "endpoints": len(said.endpoints),
            "in_maintenance": said.in_maintenance,
        }

    def _written(self, origin: str, at: datetime) -> "Service":
        return replace(self, stamp=stamp_after(self.stamp, origin=origin, at=at), hops=0, via=None)

    def _unproven(self, at: datetime) -> "Service":
        return replace(self, health=Health.UNKNOWN, health_detail=None, health_at=at)

    def _having(self, name: str, at: datetime, said: Mapping[str, Any]) -> "Service":
        fact = Fact(type=name, time=at, data={"name": self.name} | dict(said))
        return replace(self, changed_at=at, facts=(*self.facts, fact))


def new_service(name: str, said: Description, *, origin: str, at: datetime) -> Service:
    """One that registers for the first time, here."""
    stamp = stamp_after(None, origin=origin, at=at)
    made = Service(name=name, said=said, stamp=stamp, registered_at=at, health_at=at, changed_at=at)
    return made._having("service.registered", at, made.told())


def told_service(written: Written, *, at: datetime) -> Service:
    """One that a peer is the first to speak of."""
    made = Service(
        name=written.name,
        said=written.said,
        presence=written.presence,
        stamp=written.stamp,
        hops=written.hops,
        via=written.via,
        registered_at=at,
        health_at=at,
        changed_at=at,
    )
    return made._having("service.replicated", at, written.as_told())
