"""A replay of ten thousand events to a consumer whose provider fails one call in five: what comes of each, how often.

Half of the events had been brought before the bus was lost. In memory, with the product's own replay and deliveries.
"""

import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from scripts.history.events import events
from scripts.history.replay import in_memory, replay_all
from shared.deliveries.delivery import MemoryDeliveries, Status
from shared.ledger.envelope import Event, to_detail
from shared.runtime.clock import system_clock
from shared.runtime.http import Call, ServiceDownError, Verdict
from shared.sinks.delivering import deliver
from shared.sinks.sink import Detail, Made

NUMBER: Final = 10_000
FAILS: Final = 0.2  # of all calls; half of those that fail have done the work all the same


@dataclass(slots=True)
class Provider:
    """Satisfies `Sink`. What it has made can be found."""

    name: str = "provider"
    can_look: bool = True
    gives_up_after: timedelta = timedelta(days=3)
    settles_after: timedelta = timedelta(0)
    made: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    failed: int = 0
    failed_though_done: int = 0
    random: Random = field(default_factory=lambda: Random(7))
    fails: float = FAILS

    def skips(self, event: Detail) -> str | None:
        return None

    def request(self, event: Detail) -> Call:
        return Call(method="POST", path="/things", json={"id": event["id"]}, repeatable=False)

    def send(self, event: Detail) -> Made:
        self.calls += 1
        fate = self.random.random()
        if fate < self.fails / 2:
            self._fail(Verdict.RETRY_BACKOFF)
        self.made[event["id"]] += 1
        if fate < self.fails:
            self.failed_though_done += 1
            self._fail(Verdict.AMBIGUOUS)
        return Made(external_id=event["id"])

    def find(self, event: Detail) -> Made | None:
        self.calls += 1
        if self.random.random() < self.fails:
            self._fail(Verdict.RETRY_BACKOFF)
        return Made(external_id=event["id"]) if self.made[event["id"]] else None

    def _fail(self, verdict: Verdict) -> None:
        self.failed += 1
        raise ServiceDownError(self.name, verdict, "503")


class ConsumingBus:
    """Hands what is replayed to one consumer, message by message, until each is dealt with."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.deliveries = MemoryDeliveries()
        self.now = system_clock()

    def replay(self, events: Sequence[Event], *, name: str, to: str) -> int:
        self.deal_with([to_detail(event) | {"replay": {"name": name, "to": to}} for event in events])
        return len(events)

    def deal_with(self, details: Sequence[Detail]) -> None:
        queue = deque(details)
        while queue:
            detail = queue.popleft()
            came = deliver(detail, self.provider, live=True, deliveries=self.deliveries, clock=lambda: self.now)
            if came.wait is not None:
                self.now += came.wait
                queue.append(detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What came of a replay."""

    replayed: int
    were_there: int
    calls: int
    failed: int
    failed_though_done: int
    lost: int
    there_twice: int
    seconds: float


def disturbed(number: int = NUMBER, *, until: datetime | None = None) -> Came:
    """Two replays, of which the second finds all of it done."""
    asked_at = until or system_clock()
    known = list(events(number, until=asked_at))
    bus = ConsumingBus(Provider())
    bus.deal_with([to_detail(event) for event in known[::2]])
    before, were_there = bus.provider, len(bus.provider.made)
    ledger = in_memory(known, asked_at)
    began, calls, failed, though_done = time.perf_counter(), before.calls, before.failed, before.failed_though_done
    output = replay_all(ledger, bus, to="notion")
    first = bus.provider.calls
    replay_all(ledger, bus, to="notion")
    assert bus.provider.calls == first, "the second replay has asked the provider for something"
    return Came(
        replayed=output["published"],
        were_there=were_there,
        calls=bus.provider.calls - calls,
        failed=bus.provider.failed - failed,
        failed_though_done=bus.provider.failed_though_done - though_done,
        lost=sum(bus.provider.made[event.id] == 0 or not _is_delivered(bus, event) for event in known),
        there_twice=sum(times > 1 for times in bus.provider.made.values()),
        seconds=time.perf_counter() - began,
    )


def _is_delivered(bus: ConsumingBus, event: Event) -> bool:
    record = bus.deliveries.get(event.id, bus.provider.name)
    return record is not None and record.status is Status.DELIVERED


def show_disturbed() -> None:
    came = disturbed()
    print(f"\na replay of {came.replayed:,} events to a provider that fails one call in five, and the same once more\n")
    rows = {
        "there before": came.were_there,
        "brought by the replay": came.replayed - came.were_there,
        "calls to the provider": came.calls,
        "answered with a failure": came.failed,
        "of these done all the same, and not done again": came.failed_though_done,
        "lost": came.lost,
        "there twice": came.there_twice,
    }
    for name, number in rows.items():
        print(f"   {name:48} {number:8,}")
    print(f"   {'events a second, both replays':48} {2 * came.replayed / came.seconds:8,.0f}")
