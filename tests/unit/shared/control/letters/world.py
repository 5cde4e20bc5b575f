"""Queues of dead letters with a history, a clock that pauses put on, and notes of failures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared.control.letters.message import LetterQueue
from shared.control.letters.ports import Ports
from shared.control.letters.retrying import Order, Retrying, Tally
from shared.control.letters.store import LetterBook
from shared.control.letters.wanted import Wanted
from shared.ledger.envelope import Event
from shared.ledger.memory import MemoryLedger
from shared.runtime.failures import Failures
from shared.state.memory import MemoryState
from tests.support.builders import a_cause
from tests.support.letters import MemoryLetterQueue
from tests.support.pauses import no_pause
from tests.unit.in_memory import HeldClock

BY = a_cause("key:anna")


@dataclass
class World:
    ledger: Any = field(default_factory=MemoryLedger)
    republished: list[tuple[datetime, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = HeldClock()
        self.queue = MemoryLetterQueue(clock=self.clock)
        self.queues: dict[str, LetterQueue] = {self.queue.name: self.queue}
        self.failures = Failures(lambda: self._state, clock=self.clock)
        self._state = MemoryState(clock=self.clock)
        self.book = LetterBook(self.ledger, pause=no_pause)

    def also(self, name: str, source: str | None) -> MemoryLetterQueue:
        """Another queue."""
        queue = MemoryLetterQueue(name=name, source=source, clock=self.clock)
        self.queues[name] = queue
        return queue

    @property
    def ports(self) -> Ports:
        return Ports(
            queues=self.queues,
            book=self.book,
            noted=self.failures.of,
            republish=self._republish,
            clock=self.clock,
            pause=lambda seconds: self.clock.put_on(seconds=seconds),
        )

    def _republish(self, since: datetime, until: datetime) -> int:
        self.republished.append((since, until))
        return 1

    def retrying(
        self, *, stays_hidden: timedelta | None = None, wanted: Wanted | None = None, **order: Any
    ) -> Retrying:
        asked = Order(wanted=wanted or Wanted(), **order)
        return Retrying(self.queue, asked, BY, ports=self.ports, stays_hidden=stays_hidden)

    def retry(self, *, seconds: float = 600, **asked: Any) -> Tally:
        return self.retrying(**asked).go(until=self.in_seconds(seconds))

    def in_seconds(self, seconds: float) -> datetime:
        return self.clock() + timedelta(seconds=seconds)

    def told(self, queue: str | None = None) -> list[Event]:
        """What the history says of the queue."""
        return list(self.book.history(queue or self.queue.name))

    def named(self) -> list[str]:
        """The letters it names."""
        letters: list[Mapping[str, Any]] = [one for event in self.told() for one in event.data["letters"]]
        return [one["letter_id"] for one in letters]
