"""How the registered services stand, in short: how each is, and whether anybody has looked of late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.control.registry.seen import Look, Seen
from shared.control.registry.service import Service
from shared.control.registry.statuses import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`statuses`: by name. `unasked`: for how long who waits longest has not been asked; in maintenance nobody is."""

    statuses: Mapping[str, str]
    unasked: timedelta = timedelta(0)


def standing(services: Iterable[Service], *, seen: Seen, at: datetime) -> Standing:
    """A lease that is over is over, whether that is on record by now or not. Raises DependencyError."""
    known = {one.name: (one, one.status_at(_renewed_at(one, seen), at=at)) for one in services}
    looks = seen.looks() if known else {}
    asked = [_asked_at(one, looks) for one, status in known.values() if status is not Status.MAINTENANCE]
    return Standing(
        statuses={name: status.value for name, (_, status) in known.items()},
        unasked=max((at - moment for moment in asked), default=timedelta(0)),
    )


def _renewed_at(service: Service, seen: Seen) -> datetime | None:
    """Who has no lease has no heartbeats to be looked up."""
    return seen.renewed_at(service.name) if service.said.lease_seconds else None


def _asked_at(service: Service, looks: Mapping[str, Look]) -> datetime:
    """Who is new, or was in maintenance until now, waits since then."""
    look = looks.get(service.name)
    return max(look.at, service.changed_at) if look else service.changed_at
