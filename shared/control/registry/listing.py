"""Pages of services, and of what one has offered over time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol

from shared.control.registry.seen import Look, Seen
from shared.control.registry.service import Service
from shared.control.registry.statuses import Presence, Status
from shared.control.registry.views import ServiceView
from shared.runtime.cursor import seal, unseal

MOST_LOOKED_AT: Final = 2_000  # for one page; what is rare gives short pages, never slow ones

Secret = Callable[[], bytes]


class Services(Protocol):
    def placed(
        self, presences: Sequence[Presence], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Service]]: ...
    def documents(
        self, name: str, *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Mapping[str, Any]]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`status` None: all that are registered, and whose lease is not over."""

    status: Status | None = None
    limit: int = 200
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return f"services|{self.status or ''}"

    @property
    def presences(self) -> list[Presence]:
        """A lease that is over may not be on record as that yet."""
        if self.status is Status.EXPIRED:
            return [Presence.REGISTERED, Presence.EXPIRED]
        return [Presence.REGISTERED]

    def takes(self, status: Status) -> bool:
        return status is not Status.EXPIRED if self.status is None else status is self.status


def page_of_services(
    wanted: Wanted, *, services: Services, seen: Seen, secret: Secret, at: datetime
) -> tuple[list[ServiceView], str | None]:
    """Newest change first. Raises InvalidInputError for a cursor of another list, DependencyError."""
    before = unseal(wanted.cursor, scope=wanted.scope, secret=secret()) if wanted.cursor else None
    looks = seen.looks()
    page: list[ServiceView] = []
    last = ""
    found = services.placed(wanted.presences, before=before, at_a_time=wanted.limit + 1)
    for looked_at, (place, service) in enumerate(found):
        if len(page) == wanted.limit or looked_at == MOST_LOOKED_AT:
            return page, seal(last, scope=wanted.scope, secret=secret())
        last = place
        view = _view(service, looks, seen, at=at)
        if wanted.takes(Status(view.status)):
            page.append(view)
    return page, None


def view_of(service: Service, *, seen: Seen, at: datetime) -> ServiceView:
    """Raises DependencyError."""
    return _view(service, seen.looks(), seen, at=at)


def page_of_documents(
    name: str, limit: int, cursor: str | None, *, services: Services, secret: Secret
) -> tuple[list[dict[str, Any]], str | None]:
    """What every new description changed, the newest first. Raises InvalidInputError for a cursor of another list."""
    scope = f"documents|{name}"
    before = unseal(cursor, scope=scope, secret=secret()) if cursor else None
    found = list(islice(services.documents(name, before=before, at_a_time=limit + 1), limit + 1))
    following = seal(found[limit - 1][0], scope=scope, secret=secret()) if len(found) > limit else None
    return [dict(line) for _, line in found[:limit]], following


def _view(service: Service, looks: Mapping[str, Look], seen: Seen, *, at: datetime) -> ServiceView:
    """Who has no lease has no heartbeats to be looked up."""
    renewed_at = seen.renewed_at(service.name) if service.said.lease_seconds else None
    return ServiceView.of(service, looks.get(service.name), renewed_at, at=at)
