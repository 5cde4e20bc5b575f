"""The surroundings of `bring` in memory: a ledger, records, a queue of dead letters and a provider.

Every write and every call is a point where the function may be stopped, before it or after.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from functions.deliver_events.service import Ports, bring
from shared.deliveries.delivery import Delivery, MemoryDeliveries
from shared.deliveries.events import DeliveryEvents
from shared.ledger.envelope import Event, to_detail
from shared.ledger.ledger import Change
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.queue import cause_of
from shared.sinks.delivering import Outcome
from shared.sinks.sink import Detail, Made
from shared.sinks.store import LedgerSinks
from tests.support.posted import keep_message
from tests.unit.in_memory import HeldClock
from tests.unit.shared.sinks.provider import NAME, KilledError, Provider

T = TypeVar("T")


class Killer:
    """Stops the function at one of its points, once."""

    def __init__(self) -> None:
        self.point: int | None = None
        self.is_after = False
        self.passed = 0

    def around(self, work: Callable[[], T]) -> T:
        here = self.passed
        self.passed += 1
        if here == self.point and not self.is_after:
            raise KilledError
        done = work()
        if here == self.point:
            raise KilledError
        return done


class Ledger(MemoryLedger):
    def __init__(self, killer: Killer) -> None:
        super().__init__()
        self._killer = killer

    def commit(self, change: Change) -> None:
        self._killer.around(lambda: super(Ledger, self).commit(change))


class Deliveries(MemoryDeliveries):
    def __init__(self, killer: Killer) -> None:
        super().__init__()
        self._killer = killer

    def save(self, delivery: Delivery) -> Delivery:
        return self._killer.around(lambda: super(Deliveries, self).save(delivery))


class Letters:
    def __init__(self, killer: Killer) -> None:
        self._killer = killer
        self.bodies: list[Any] = []

    def send(self, body: str, *, after: timedelta) -> None:
        assert not after
        self._killer.around(lambda: self.bodies.append(json.loads(body)))


class Sink(Provider):
    def __init__(self, killer: Killer, *, can_look: bool) -> None:
        super().__init__(can_look=can_look)
        self._killer = killer

    def send(self, event: Detail) -> Made:
        return self._killer.around(lambda: super(Sink, self).send(event))


class World:
    """One message that is on its way to one sink."""

    def __init__(self, *, can_look: bool = True) -> None:
        self.killer = Killer()
        self.clock = HeldClock()
        self.ledger = Ledger(self.killer)
        self.deliveries = Deliveries(self.killer)
        self.letters = Letters(self.killer)
        self.provider = Sink(self.killer, can_look=can_look)
        self.said = DeliveryEvents(self.ledger)
        self.sinks = LedgerSinks(self.ledger)
        self.is_live = True
        self.event = keep_message(self.ledger)
        self.detail: Mapping[str, Any] = to_detail(self.event)
        self.killer.passed = 0

    def bring(self, detail: Detail | None = None) -> Outcome | timedelta:
        """A message of the queue: the event itself unless it is another."""
        self.provider.now = self.clock.now
        detail = self.detail if detail is None else detail
        ports = Ports(
            ledger=self.ledger,
            deliveries=self.deliveries,
            delivery_events=self.said,
            sinks=self.sinks,
            dead_letters=self.letters,
            clock=self.clock,
        )
        return bring(detail, self.provider, cause_of(detail), live=self.is_live, ports=ports)

    def brought(self, detail: Detail | None = None, *fates: str) -> Outcome:
        self.provider.fates = list(fates)
        outcome = self.bring(detail)
        assert isinstance(outcome, Outcome)
        return outcome

    def bring_until_over(self, detail: Detail | None = None) -> Outcome:
        """It comes again as often as it has to, whatever happens meanwhile."""
        for _ in range(20):
            wait: timedelta | None = timedelta(minutes=3)
            with suppress(KilledError, ConflictError, DependencyError):
                came = self.bring(detail)
                if isinstance(came, Outcome) and came.wait is None:
                    return came
                wait = came.wait if isinstance(came, Outcome) else came
            self.clock.now += wait or timedelta(0)
        raise AssertionError("it comes again and again")

    def of_delivery(self) -> list[Event]:
        """What was said of it."""
        return list(self.ledger.history("DELIVERY", f"{self.event.id}:{NAME}"))

    @property
    def kept(self) -> Delivery:
        known = self.deliveries.get(self.event.id, NAME)
        assert known
        return known
