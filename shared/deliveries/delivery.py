"""The record of doing something outside for an event, once: taken before it is tried, kept for ever.

Who finds a record that says the work may have been done looks there before doing it again.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from shared.runtime.errors import ConflictError

HELD_FOR: Final = timedelta(seconds=150)  # longer than any function runs: who holds it is dead by then


class Status(StrEnum):
    SENDING = "sending"  # somebody is at it, or died over it
    ACCEPTED = "accepted"  # the other side has it, and will say when it is done
    DELIVERED = "delivered"
    FAILED = "failed"  # surely not done
    IN_DOUBT = "in_doubt"  # perhaps done


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One piece of work for one event, at one place. `key` is the idempotency key the other side is shown."""

    event_id: str
    sink: str
    key: str
    status: Status
    attempts: int
    changed_at: datetime
    external_id: str | None = None
    last_error: str | None = None
    revision: int = 0  # as stored

    def is_held(self, *, at: datetime) -> bool:
        """Somebody is at it at this moment."""
        return self.status is Status.SENDING and at < self.changed_at + HELD_FOR

    @property
    def is_surely_not_done(self) -> bool:
        """Anything else may have been done: who died over it does not say."""
        return self.status is Status.FAILED

    def taken(self, *, at: datetime, key: str | None = None) -> "Delivery":
        """The record of one more try, under the same key unless a new one is given."""
        return replace(
            self, status=Status.SENDING, attempts=self.attempts + 1, changed_at=at, key=key or self.key, last_error=None
        )

    def ended(
        self, status: Status, *, at: datetime, error: str | None = None, external_id: str | None = None
    ) -> "Delivery":
        return replace(self, status=status, changed_at=at, last_error=error, external_id=external_id)


def first_try(event_id: str, sink: str, *, at: datetime) -> Delivery:
    return Delivery(
        event_id=event_id, sink=sink, key=event_id, status=Status.SENDING, attempts=1, changed_at=at, revision=0
    )


class Deliveries(Protocol):
    def get(self, event_id: str, sink: str) -> Delivery | None: ...

    def save(self, delivery: Delivery) -> Delivery:
        """As it is now stored. Raises ConflictError where somebody changed it since it was read."""


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
