"""Looking after services: those are asked how they are, and those nobody has heard of in time are let go."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.control.registry.health import Look as Found
from shared.control.registry.health import look_at
from shared.control.registry.ports import Ports
from shared.control.registry.seen import Look
from shared.control.registry.service import Service
from shared.control.registry.statuses import Health, Outcome
from shared.ledger.envelope import Cause
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.gathering import Unread, gather

MOST_NAMED: Final = 50
_ANSWERED: Final = (Outcome.WELL, Outcome.UNSURE, Outcome.BUSY)


def expire_services(ports: Ports, cause: Cause) -> dict[str, Any]:
    """Those whose lease is over. What cannot be looked at holds up no other: it is counted, and looked at again."""
    leased = [service for service in ports.services.all() if service.said.lease_seconds is not None]
    expired, unread = [], 0
    for service in leased:
        try:
            if _expire(service, ports, cause):
                expired.append(service.name)
        except DependencyError:
            unread += 1
    return {"leases": len(leased), "expired": len(expired), "names": sorted(expired)[:MOST_NAMED], "unread": unread}


def _expire(service: Service, ports: Ports, cause: Cause) -> bool:
    """The list may be behind, so what is done is done to what is there."""
    if not service.is_overdue(ports.seen.renewed_at(service.name), at=ports.clock()):
        return False
    known, at = ports.services.get(service.name), ports.clock()
    seen = ports.seen.renewed_at(service.name)
    if not known.is_overdue(seen, at=at):
        return False
    with suppress(ConflictError):  # it has registered meanwhile
        ports.services.save(known.expired(seen, origin=ports.origin, at=at), cause)
        return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One round of looks."""

    found: Mapping[str, Found]  # of those that were reached in time
    at: datetime


def poll_services(ports: Ports, cause: Cause, *, until: datetime) -> dict[str, Any]:
    """All are asked at once, who was asked longest ago first; who is not reached by `until` comes first next time.

    Those in maintenance are left alone. Raises DependencyError where the services cannot be listed.
    """
    services = {service.name: service for service in ports.services.all()}
    before = ports.seen.looks()
    asked = sorted((one for one in services.values() if not one.said.in_maintenance), key=_longest_ago(before))
    done = _Round(found=_looks(asked, ports, until), at=ports.clock())
    after = {name: _known(services[name], done, ports, cause) for name in done.found}
    ports.seen.keep_looks(_kept(before, done, services))
    return _told(services, {name: one for name, one in after.items() if one}, left=len(asked) - len(done.found))


def _longest_ago(before: Mapping[str, Look]) -> Callable[[Service], tuple[float, str]]:
    def key(service: Service) -> tuple[float, str]:
        look = before.get(service.name)
        return (look.at.timestamp() if look else 0.0, service.name)

    return key


def _looks(services: list[Service], ports: Ports, until: datetime) -> dict[str, Found]:
    seconds = (until - ports.clock()).total_seconds()
    asks = {one.name: lambda one=one: look_at(one, send=ports.send) for one in services}
    found = gather(asks, seconds=seconds) if seconds > 0 else {}
    return {name: look for name, look in found.items() if not isinstance(look, Unread)}


def _known(service: Service, done: _Round, ports: Ports, cause: Cause) -> Service | None:
    """With what was found; None where that cannot be put on record now: it is found again."""
    outcome, detail = done.found[service.name]
    if service.looked_at(outcome, detail, at=done.at) is service:
        return service
    try:
        known = ports.services.get(service.name)
        if not known.is_registered or known.said != service.said:  # the look was at something else
            return None
        return ports.services.save(known.looked_at(outcome, detail, at=done.at), cause)
    except (ConflictError, DependencyError):
        return None


def _kept(before: Mapping[str, Look], done: _Round, services: Mapping[str, Service]) -> dict[str, Look]:
    kept = {name: look for name, look in before.items() if name in services}
    for name, (outcome, _) in done.found.items():
        last = before[name].answered_at if name in before else None
        kept[name] = Look(at=done.at, answered_at=done.at if outcome in _ANSWERED else last)
    return kept


def _told(services: Mapping[str, Service], after: Mapping[str, Service], *, left: int) -> dict[str, Any]:
    numbers = Counter(str((after.get(name) or service).status) for name, service in services.items())
    changed = sorted(name for name, one in after.items() if one.health is not services[name].health)
    return {
        "services": len(services),
        **{health.value: numbers[health.value] for health in Health},
        "maintenance": numbers["maintenance"],
        "changed": changed[:MOST_NAMED],
        "changed_count": len(changed),
        "left": left,
    }
