"""Registering a service, renewing its lease, taking it out of the registry: by whom it is one's own, or by people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.control.registry.contracts import ServiceIn
from shared.control.registry.description import CALLED_BY_US, MAX_SERVICES
from shared.control.registry.ports import Ports
from shared.control.registry.service import Service, new_service
from shared.ledger.envelope import Cause
from shared.runtime.attempts import attempts
from shared.runtime.errors import (
    ConflictError,
    ForbiddenError,
    IllegalTransitionError,
    InvalidInputError,
    NotFoundError,
)
from shared.runtime.origin import Origin, origin_of

ATTEMPTS: Final = 10

Step = Callable[[Service, datetime], Service]  # what it is after a step that is taken now


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`is_person`: an operator or an admin, who may change every service."""

    key_id: str
    is_person: bool
    cause: Cause

    def check_owns(self, service: Service) -> None:
        """Raises ForbiddenError."""
        if not (self.is_person or service.said.owner == self.key_id):
            raise ForbiddenError(f"{service.name} is another's: an operator can hand it over, with owner")


def register(wanted: ServiceIn, who: Caller, ports: Ports) -> tuple[Service, bool]:
    """The service, and whether it was not registered before. The same again renews its lease, and changes nothing.

    Raises InvalidInputError for a URL that may not be called, ForbiddenError, ConflictError, DependencyError.
    """
    if not who.is_person and wanted.owner not in (None, who.key_id):
        raise ForbiddenError("a service's key registers its own: leave owner out")
    _check_urls(wanted, ports.check)
    for _ in attempts(ATTEMPTS, pause=ports.pause):
        known = _known(wanted.name, ports)
        at = ports.clock()
        try:
            service = ports.services.save(_registered(known, wanted, who, ports, at=at), who.cause)
        except ConflictError:
            continue
        ports.seen.renew(service.name, service.said.lease_seconds, at=at)
        return service, known is None or not known.is_registered
    raise ConflictError(f"{wanted.name} is changed by others all the time; try again")


def renew(name: str, who: Caller, ports: Ports) -> tuple[datetime, datetime | None]:
    """When it was renewed, and until when the lease is good now, if there is one.

    Raises NotFoundError, ForbiddenError; IllegalTransitionError where it has to be registered again, or elsewhere.
    """
    service = _present(name, ports)
    who.check_owns(service)
    service.check_renewal()
    if service.via is not None:
        raise IllegalTransitionError(f"its lease is kept at {service.stamp.origin}: renew it there, or register here")
    at, lease = ports.clock(), service.said.lease_seconds
    if service.is_overdue(ports.seen.renewed_at(name), at=at):
        raise IllegalTransitionError("its lease is over: register it again")
    ports.seen.renew(name, lease, at=at)
    return at, at + timedelta(seconds=lease) if lease else None


def deregister(name: str, who: Caller, ports: Ports) -> bool:
    """Whether it was there. Raises NotFoundError, ForbiddenError, ConflictError."""
    if ports.services.get(name).is_gone:
        return False
    change_service(name, lambda it, at: it.deregistered(origin=ports.origin, at=at), who, ports)
    return True


def change_service(name: str, step: Step, who: Caller, ports: Ports) -> Service:
    """Over what others write it is made anew.

    Raises NotFoundError, ForbiddenError, ConflictError, what `step` does; IllegalTransitionError where it has to be
    said elsewhere.
    """
    for _ in attempts(ATTEMPTS, pause=ports.pause):
        service = _present(name, ports)
        who.check_owns(service)
        changed = step(service, ports.clock())
        _check_adopted(service, changed)
        try:
            return ports.services.save(changed, who.cause)
        except ConflictError:
            continue
    raise ConflictError(f"{name} is changed by others all the time; try again")


def _registered(known: Service | None, wanted: ServiceIn, who: Caller, ports: Ports, *, at: datetime) -> Service:
    """Maintenance does not end by registering: people say when it does. A name that was given up is anybody's."""
    if known is None or not known.is_registered:
        _check_room(wanted.name, ports)
    if known is None or known.is_gone or known.via is not None:  # whose it is, a peer says, and no operator of ours
        _check_name(wanted.name, who)
    if known is None:
        said = wanted.described(wanted.owner or who.key_id, in_maintenance=False)
        return new_service(wanted.name, said, origin=ports.origin, at=at)
    if not known.is_gone:
        who.check_owns(known)
    owner = who.key_id if known.is_gone else known.said.owner
    is_kept = known.said.in_maintenance and not known.is_gone
    said = wanted.described(wanted.owner or owner, in_maintenance=is_kept)
    return known.registered(said, origin=ports.origin, at=at)


def _check_name(name: str, who: Caller) -> None:
    """Raises ForbiddenError."""
    if name in CALLED_BY_US and not who.is_person:
        raise ForbiddenError(f"documents and keys go to {name}: an operator registers it, and can hand it over")


def _check_adopted(before: Service, after: Service) -> None:
    """What is written here is taken at its word, address and all; and a lease that nobody renews here would be over.

    Raises ForbiddenError, IllegalTransitionError.
    """
    if before.via is None or after.via is not None or not after.is_registered:
        return
    if before.name in CALLED_BY_US:
        raise ForbiddenError(f"documents and keys go to {before.name}, and a peer says where it is: register it here")
    if before.said.lease_seconds is not None:
        raise IllegalTransitionError(f"its lease is kept at {before.stamp.origin}: say it there, or register it here")


def _check_room(name: str, ports: Ports) -> None:
    """Raises InvalidInputError."""
    names = {service.name for service in ports.services.all()} - {name}
    if len(names) >= MAX_SERVICES:
        raise InvalidInputError(f"at most {MAX_SERVICES:,} services are registered at once")


def _check_urls(wanted: ServiceIn, check: Callable[[str], None]) -> None:
    """Those of one origin are looked up once. Raises InvalidInputError, DependencyError."""
    checked: set[Origin] = set()
    for name in ("base_url", "openapi_url"):
        url: str | None = getattr(wanted, name)
        if url is None:
            continue
        try:
            if (origin := origin_of(url)) not in checked:
                check(url)
        except InvalidInputError as error:
            raise InvalidInputError(f"{name}: {error}") from None
        checked.add(origin)


def _known(name: str, ports: Ports) -> Service | None:
    try:
        return ports.services.get(name)
    except NotFoundError:
        return None


def _present(name: str, ports: Ports) -> Service:
    """Raises NotFoundError for one that is not there any more, too."""
    service = ports.services.get(name)
    if service.is_gone:
        raise NotFoundError(f"there is no service {name[:100]}")
    return service
