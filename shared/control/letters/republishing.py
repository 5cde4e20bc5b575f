"""What the relay has lost is put on the bus after all: every event that was written in that time, as it was.

Some of them got there before. That does no harm: whoever acts on events knows them by their ids, since the bus, too,
may bring one twice. So they are no replay, which is kept from those that act only once: these have to hear of what was
lost.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, Protocol

from shared.control.letters.ports import Republish
from shared.ledger.envelope import Event
from shared.runtime.errors import DependencyError

_FEW: Final = 100  # events in memory


class Timeline(Protocol):
    def timeline(
        self, day: date, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Event]: ...


class Bus(Protocol):
    def publish(self, events: Sequence[Event]) -> int: ...


def republisher(timeline: Timeline, bus: Bus) -> Republish:
    def republish(since: datetime, until: datetime) -> int:
        number, events = 0, _written(timeline, since, until)
        while few := list(islice(events, _FEW)):
            if bus.publish(few) < len(few):
                raise DependencyError("the bus has not taken all events of that time; they may be published again")
            number += len(few)
        return number

    return republish


def _written(timeline: Timeline, since: datetime, until: datetime) -> Iterator[Event]:
    day = since.date()
    while day <= until.date():
        yield from timeline.timeline(day, since=since, until=until)
        day += timedelta(days=1)
