"""The envelope: what every event says of itself, whatever it is about.

Field names follow CloudEvents 1.0 where it has one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from shared.runtime.errors import NotFoundError

REPLAY: Final = "replay"  # of an event that is on the bus once more: the replay's name, and whom it is for
_LONGEST_ID: Final = 1_024  # no event's is near it; DynamoDB refuses a key of more than 2,048 bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Who made something happen, and in which thread of events. Enters at the edge, goes into every event."""

    actor: str  # `webhook:scraper`, `key:<key id>`, `discord:<user id>`, `agent:<name>`, `timer`
    trace_id: str  # W3C: 32 lower-case hex digits
    correlation_id: str
    causation_id: str | None = None  # id of the event that led here


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened to one aggregate, before the ledger has given it a place."""

    type: str  # past tense, `<aggregate>.<what>`
    time: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact with its place in the ledger. Immutable; `id` is every consumer's idempotency key."""

    id: str  # `<kind>:<aggregate id>:<version>`: the same however often the work is repeated
    type: str
    source: str
    subject: str  # id of the aggregate
    version: int  # of the aggregate after the event; gapless from 1
    time: datetime
    actor: str
    trace_id: str
    correlation_id: str
    causation_id: str | None = None
    tags: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)  # JSON values only


def event_id(kind: str, subject: str, version: int) -> str:
    return f"{kind.lower()}:{subject}:{version}"


def address_of(known_id: str) -> tuple[str, str, int]:
    """Kind, subject and version of an event, from its id. Raises NotFoundError for what is no event's id."""
    kind, _, rest = known_id.partition(":")
    subject, _, version = rest.rpartition(":")
    is_one = known_id.isascii() and len(known_id) <= _LONGEST_ID and version.isdigit() and len(version) <= 10
    if not (is_one and kind and subject) or event_id(kind, subject, int(version)) != known_id:
        raise NotFoundError(f"there is no event {known_id[:200]}")
    return kind.upper(), subject, int(version)


def to_text(time: datetime) -> str:
    """UTC, ISO 8601 with microseconds: sorts as text in the order of time."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def to_detail(event: Event) -> dict[str, Any]:
    """The event as JSON values: what travels on the bus and what callers are shown."""
    return {
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "version": event.version,
        "time": to_text(event.time),
        "actor": event.actor,
        "trace_id": event.trace_id,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "tags": list(event.tags),
        "data": dict(event.data),
    }


def is_replayed(detail: Mapping[str, Any]) -> bool:
    """Whether an event is on the bus once more: it has had its turn, and what it led to then may be long over."""
    return REPLAY in detail
