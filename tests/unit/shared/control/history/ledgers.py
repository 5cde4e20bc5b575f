"""Ledgers of the tests: with events of all kinds in them, and one that counts what is looked at."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any, Final

from shared.ledger.envelope import Event, event_id
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.ledger.memory import MemoryLedger
from tests.support.builders import NOON

SECOND: Final = timedelta(seconds=1)
_ids = count(1)


class CountingLedger(MemoryLedger):
    """`read` is how many events were handed out, `asked` how often for some."""

    def __init__(self) -> None:
        super().__init__()
        self.read = 0
        self.asked = 0

    def timeline(self, *args: Any, **how: Any) -> Iterator[Event]:
        return self._counted(super().timeline(*args, **how))

    def found(self, *args: Any, **how: Any) -> Iterator[Event]:
        return self._counted(super().found(*args, **how))

    def history(self, *args: Any, **how: Any) -> Iterator[Event]:
        return self._counted(super().history(*args, **how))

    def _counted(self, events: Iterator[Event]) -> Iterator[Event]:
        self.asked += 1
        for event in events:
            self.read += 1
            yield event


def an_event(kind: str = "LISTING", subject: str | None = None, version: int = 1, **changes: Any) -> Event:
    subject = subject or f"s{next(_ids):04}"
    said: dict[str, Any] = {
        "id": event_id(kind, subject, version),
        "type": "listing.created",
        "source": "switchyard.listings",
        "time": NOON,
        "actor": "webhook:scraper",
        "trace_id": "a" * 32,
        "correlation_id": "a" * 32,
    }
    return Event(subject=subject, version=version, **said | changes)


def keep(ledger: Ledger, *events: Event) -> list[Event]:
    """Each as it is; several of one aggregate come in the order of their versions."""
    for event in events:
        kind = event.id.partition(":")[0].upper()
        aggregate = Aggregate(kind=kind, id=event.subject, version=event.version, changed_at=event.time)
        ledger.commit(Change(aggregate=aggregate, events=(event,)))
    return list(events)


def a_row(number: int, *, step: timedelta = SECOND, begin: datetime = NOON, **changes: Any) -> list[Event]:
    """Events one after the other, of an aggregate each."""
    return [an_event(time=begin + place * step, **changes) for place in range(number)]


def ids(events: Sequence[Event]) -> list[str]:
    return [event.id for event in events]
