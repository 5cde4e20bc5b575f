"""Put events on the bus, and say how far that went."""

from collections.abc import Sequence
from typing import Protocol

from shared.ledger.envelope import Event
from shared.runtime.errors import DependencyError


class Bus(Protocol):
    def publish(self, events: Sequence[Event]) -> int: ...


def relay(events: Sequence[Event], *, bus: Bus) -> int:
    """How many events were taken before the first that was refused.

    Raises DependencyError where the very first was: the whole batch must come again, and a function that
    gets nothing done should be seen to fail.
    """
    taken = bus.publish(events)
    if events and not taken:
        raise DependencyError(f"the bus refused {events[0].id}")
    return taken
