"""The record of doing something outside for an event, once: taken before it is tried, kept for ever.

Who finds a record that says the work may have been done looks there before doing it again.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from shared.ledger.envelope import to_text
from shared.runtime.errors import ConflictError

HELD_FOR: Final = timedelta(seconds=150)  # longer than any function runs: who holds it is dead by then


class Status(StrEnum):
    PENDING = "pending"  # surely not done yet; waits for its next try
    SENDING = "sending"  # somebody is at it, or died over it
    ACCEPTED = "accepted"  # the other side has it, and will say when it is done
    DELIVERED = "delivered"
    DRY_RUN = "dry_run"  # what would have been asked was built, and nobody was asked
    SKIPPED = "skipped"  # nothing for this place; why, the error says
    FAILED = "failed"  # surely not done
    IN_DOUBT = "in_doubt"  # perhaps done


# Nothing outside has come of these.
_NOT_DONE: Final = frozenset({Status.PENDING, Status.DRY_RUN, Status.SKIPPED, Status.FAILED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One piece of work for one event, at one place. `key` is the idempotency key the other side is shown."""

    event_id: str
    sink: str
    key: str
    status: Status
    attempts: int
    changed_at: datetime
    began_at: datetime
    external_id: str | None = None
    url: str | None = None  # where people see what came of it
    last_error: str | None = None
    request: Mapping[str, Any] | None = field(default=None, repr=False)  # of a dry run
    retry_at: datetime | None = None  # None where no try is to come by itself
    trigger: str | None = None  # the event that asked for the latest tries, where it is not the event itself
    is_announced: bool = False  # that it was given up
    revision: int = 0  # as stored

    def is_held(self, *, at: datetime) -> bool:
        """Somebody is at it at this moment."""
        return self.status is Status.SENDING and at < self.changed_at + HELD_FOR

    @property
    def is_surely_not_done(self) -> bool:
        """Anything else may have been done: who died over it does not say."""
        return self.status in _NOT_DONE

    @property
    def is_given_up(self) -> bool:
        """Of what is for a sink: nothing happens any more unless somebody asks for it."""
        return self.status in (Status.FAILED, Status.IN_DOUBT) and self.retry_at is None

    def taken(self, *, at: datetime, key: str | None = None) -> "Delivery":
        """The record of one more try, under the same key unless a new one is given."""
        return replace(
            self,
            status=Status.SENDING,
            attempts=self.attempts + 1,
            changed_at=at,
            key=key or self.key,
            last_error=None,
            retry_at=None,
        )

    def ended(
        self, status: Status, *, at: datetime, error: str | None = None, external_id: str | None = None
    ) -> "Delivery":
        return replace(self, status=status, changed_at=at, last_error=error, external_id=external_id)


def first_try(event_id: str, sink: str, *, at: datetime) -> Delivery:
    return Delivery(
        event_id=event_id, sink=sink, key=event_id, status=Status.SENDING, attempts=1, changed_at=at, began_at=at
    )


# What somebody may have to see to: these can be listed. What went well is found by its event.
OPEN: Final = frozenset({Status.PENDING, Status.IN_DOUBT, Status.FAILED})


class Deliveries(Protocol):
    def get(self, event_id: str, sink: str) -> Delivery | None: ...

    def save(self, delivery: Delivery) -> Delivery:
        """As it is now stored. Raises ConflictError where somebody changed it since it was read."""


class DeliveryRecords(Deliveries, Protocol):
    """As operators read them."""

    def of_event(self, event_id: str) -> list[Delivery]:
        """Ordered by sink."""

    def get_many(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
        """Those that exist, by event id and sink."""

    def newest(self, sink: str, status: Status, *, before: str | None = None) -> Iterator[tuple[str, Delivery]]:
        """Those with a status of OPEN, newest change first, each with its position; `before` is one."""


def position(delivery: Delivery) -> str:
    """Its place among those of one sink and status: unique, and sorted by the time of the last change."""
    return f"{to_text(delivery.changed_at)}#{delivery.event_id}"


class MemoryDeliveries:
    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Delivery] = {}

    def get(self, event_id: str, sink: str) -> Delivery | None:
        return self._kept.get((event_id, sink))

    def save(self, delivery: Delivery) -> Delivery:
        known = self.get(delivery.event_id, delivery.sink)
        if (known.revision if known else 0) != delivery.revision:
            raise ConflictError(f"the delivery of {delivery.event_id} was changed by someone else")
        kept = replace(delivery, revision=delivery.revision + 1)
        self._kept[delivery.event_id, delivery.sink] = kept
        return kept

    def of_event(self, event_id: str) -> list[Delivery]:
        mine = (kept for (of, _), kept in self._kept.items() if of == event_id)
        return sorted(mine, key=lambda delivery: delivery.sink)

    def get_many(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Delivery]:
        return {key: self._kept[key] for key in keys if key in self._kept}

    def newest(self, sink: str, status: Status, *, before: str | None = None) -> Iterator[tuple[str, Delivery]]:
        wanted = (sink, status) if status in OPEN else None  # the others are not listed anywhere
        mine = [(position(kept), kept) for kept in self._kept.values() if (kept.sink, kept.status) == wanted]
        ordered = sorted(mine, key=lambda pair: pair[0], reverse=True)
        yield from (pair for pair in ordered if before is None or pair[0] < before)
