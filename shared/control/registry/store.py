"""Services in the ledger, with what each has offered over time.

documents/<name>    by time: what every new description of its API changed
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from shared.control.registry.description import Description, Document
from shared.control.registry.service import Service
from shared.control.registry.stamp import Stamp
from shared.control.registry.statuses import Health, Presence
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Entry, Ledger
from shared.runtime.errors import NotFoundError

KIND: Final = "SERVICE"
DESCRIBED: Final = ("service.described", "service.drifted")  # each is a line of the history of what is offered

_TEXTS: Final = ("base_url", "openapi_url", "metadata", "owner")


class Services(Protocol):
    """Every method may raise DependencyError."""

    def get(self, name: str) -> Service: ...
    def get_many(self, names: Collection[str]) -> dict[str, Service]: ...
    def all(self, presences: Sequence[Presence] = ...) -> Iterator[Service]: ...
    def save(self, service: Service, cause: Cause) -> Service: ...


class LedgerServices:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, name: str) -> Service:
        """One that was registered once is there for good. Raises NotFoundError."""
        try:
            return _service(self._ledger.get(KIND, name))
        except NotFoundError:
            raise NotFoundError(f"there is no service {name[:100]}") from None

    def get_many(self, names: Collection[str]) -> dict[str, Service]:
        """Those that exist, by name."""
        found = self._ledger.get_many(KIND, names) if names else {}
        return {name: _service(one) for name, one in found.items()}

    def all(self, presences: Sequence[Presence] = (Presence.REGISTERED,)) -> Iterator[Service]:
        """Newest change first; one that changed a moment ago may be missing."""
        return (service for _, service in self.placed(presences))

    def placed(
        self, presences: Sequence[Presence], *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Service]]:
        """Each with its place in the list, newest change first."""
        found = self._ledger.board(KIND, [one.value for one in presences], before=before, at_a_time=at_a_time)
        return ((one.position, _service(one)) for one in found)

    def save(self, service: Service, cause: Cause) -> Service:
        """Without news nothing is written. Raises ConflictError where it was changed since it was read."""
        if not service.facts:
            return service
        events = recorded(KIND, service.name, service.facts, after=service.version, cause=cause)
        aggregate = Aggregate(
            kind=KIND,
            id=service.name,
            version=events[-1].version,
            changed_at=service.changed_at,
            place=service.presence.value,
            fields=_fields(service),
        )
        lines = tuple(_line(service.name, one) for one in events if one.type in DESCRIBED)
        self._ledger.commit(Change(aggregate=aggregate, events=events, entries=lines))
        return replace(service, version=aggregate.version, facts=())

    def documents(
        self, name: str, *, before: str | None = None, at_a_time: int = 100
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Each with its place in the list, the newest first: time, type, and the data of the event."""
        for entry in self._ledger.entries(_list(name), before=before, newest_first=True, at_a_time=at_a_time):
            yield entry.key, {**entry.fields, "at": entry.key.partition("#")[0]}


def _list(name: str) -> str:
    return f"documents/{name}"


def _line(name: str, event: Event) -> Entry:
    key = f"{to_text(event.time)}#{event.version:010}"
    return Entry(list=_list(name), key=key, fields={"type": event.type, **event.data})


def _fields(service: Service) -> dict[str, Any]:
    said = service.said
    return {name: getattr(said, name) for name in _TEXTS} | {
        "endpoints": list(said.endpoints),
        "lease_seconds": said.lease_seconds,
        "in_maintenance": said.in_maintenance,
        "presence": service.presence.value,
        "clock": service.stamp.clock,
        "origin": service.stamp.origin,
        "hops": service.hops,
        "via": service.via,
        "registered_at": to_text(service.registered_at),
        "health": service.health.value,
        "health_detail": service.health_detail,
        "health_at": to_text(service.health_at),
        "document": _document_fields(service.document) if service.document else None,
    }


def _document_fields(document: Document) -> dict[str, Any]:
    told = {name: getattr(document, name) for name in ("hash", "version", "operations")}
    return told | {"at": to_text(document.at)}


def _service(aggregate: Aggregate) -> Service:
    kept = aggregate.fields
    return Service(
        name=aggregate.id,
        said=_description(kept),
        presence=Presence(kept["presence"]),
        stamp=Stamp(int(kept["clock"]), kept["origin"]),
        hops=int(kept["hops"]),
        via=kept.get("via"),
        registered_at=from_text(kept["registered_at"]),
        health=Health(kept["health"]),
        health_detail=kept.get("health_detail"),
        health_at=from_text(kept["health_at"]),
        document=_document(kept["document"]) if kept.get("document") else None,
        changed_at=aggregate.changed_at,
        version=aggregate.version,
    )


def _description(kept: Mapping[str, Any]) -> Description:
    lease = kept.get("lease_seconds")
    return Description(
        base_url=kept["base_url"],
        openapi_url=kept.get("openapi_url"),
        endpoints=tuple(kept["endpoints"]),
        metadata=kept["metadata"],
        lease_seconds=None if lease is None else int(lease),
        owner=kept["owner"],
        in_maintenance=kept["in_maintenance"],
    )


def _document(kept: Mapping[str, Any]) -> Document:
    return Document(
        hash=kept["hash"],
        version=kept["version"],
        operations=int(kept["operations"]),
        at=from_text(kept["at"]),
    )
