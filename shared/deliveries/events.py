"""What is said of deliveries: that one was given up, or is wanted after all. Of what is delivered nothing is said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.deliveries.delivery import Delivery
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event, Fact
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.runtime.errors import NotFoundError

KIND: Final = "DELIVERY"
FAILED: Final = "delivery.failed"
RETRY_REQUESTED: Final = "delivery.retry_requested"
CONFIRMED: Final = "delivery.confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said last of one delivery. `event_id` is that of the saying, `revision` the one of the record."""

    type: str | None = None
    event_id: str | None = None
    at: datetime | None = None
    version: int = 0
    revision: int = 0


class DeliveryEvents:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def last(self, event_id: str, sink: str) -> Said:
        try:
            kept = self._ledger.get(KIND, _id(event_id, sink))
        except NotFoundError:
            return Said()
        fields = kept.fields
        return Said(
            type=fields["said"],
            event_id=fields["said_as"],
            at=kept.changed_at,
            version=kept.version,
            revision=int(fields["revision"]),
        )

    def history(self, event_id: str, sink: str) -> Iterator[Event]:
        """All that was said of one delivery, oldest first."""
        return self._ledger.history(KIND, _id(event_id, sink))

    def say(self, fact: Fact, about: Delivery, *, after: Said, cause: Cause) -> Event:
        """Raises ConflictError where something else was said by now."""
        subject = _id(about.event_id, about.sink)
        (event,) = recorded(KIND, subject, [fact], after=after.version, cause=cause)
        fields: Mapping[str, Any] = {"said": fact.type, "said_as": event.id, "revision": about.revision}
        aggregate = Aggregate(kind=KIND, id=subject, version=event.version, changed_at=fact.time, fields=fields)
        self._ledger.commit(Change(aggregate=aggregate, events=(event,)))
        return event


def _id(event_id: str, sink: str) -> str:
    return f"{event_id}:{sink}"
