"""Bringing events to sinks from a terminal: a thread for each sink, a few tries for each event, no endless wait."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Final, Self

from scripts.route.deliveries import LookFirst
from scripts.route.preview import ALREADY_THERE, Brought, brought
from shared.deliveries.delivery import Deliveries, Delivery, Status, first_try
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.http import GrantRefusedError, Verdict
from shared.sinks.delivering import Outcome, deliver
from shared.sinks.sink import Detail, Made, Sink

MOST_TRIES: Final = 5  # of one event at one sink in one run, also those that only wait
LONGEST_WAIT: Final = timedelta(seconds=60)  # between two of them
LEFT_IN_A_ROW: Final = 3  # events that a sink did not take in their tries; then it is not asked any more
_AHEAD: Final = 200  # events that wait for one sink in memory
_TAKEN_AS_SENT: Final = "it was in doubt; who ran it with --doubtful sent says that it arrived"


class Doubtful(StrEnum):
    """What to do with what may have been sent, where only people can look."""

    LEAVE = "leave"
    SENT = "sent"  # somebody has looked, and it is there
    AGAIN = "again"  # somebody has looked, and it is not


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`run` tells this run from others: what earlier ones gave up is tried again."""

    deliveries: Deliveries
    clock: Clock
    pause: Pause
    run: str
    doubtful: Doubtful = Doubtful.LEAVE


class Bringing:
    """What goes to one sink, one event after the other."""

    def __init__(self, sink: Sink, ports: Ports) -> None:
        self._sink = _Watched(sink)
        self._ports = ports
        self._deliveries = LookFirst(ports.deliveries) if sink.can_look else ports.deliveries
        self._left = 0  # in a row
        self._closed: str | None = None  # why it is not asked any more

    def bring(self, index: int, event: Detail) -> Brought:
        if self._closed is not None:
            return self._not_asked(index, event, self._closed)
        try:
            outcome = self._tried(event)
        except (ConflictError, DependencyError) as error:
            return self._not_asked(index, event, str(error))
        self._left = self._left + 1 if outcome.wait is not None else 0
        self._closed = self._closing(outcome)
        is_there = outcome.delivery.status is Status.DELIVERED and not self._sink.is_asked
        return brought(index, outcome.delivery, word=ALREADY_THERE if is_there else None)

    def _tried(self, event: Detail) -> Outcome:
        self._sink.begin()
        trigger = self._trigger(event)
        for tries in range(1, MOST_TRIES + 1):
            outcome = deliver(
                event,
                self._sink,
                live=True,
                deliveries=self._deliveries,
                clock=self._ports.clock,
                trigger=trigger,
            )
            if outcome.wait is None or tries == MOST_TRIES or _is_stranger(outcome):
                break
            self._ports.pause(min(outcome.wait, LONGEST_WAIT).total_seconds())
        return outcome

    def _trigger(self, event: Detail) -> str | None:
        """Who runs it again wants it tried again, unless it may be there and only people can look."""
        known = self._ports.deliveries.get(event["id"], self._sink.name)
        if known is not None and known.status is Status.IN_DOUBT and not self._sink.can_look:
            return self._decided(known)
        return f"run:{self._ports.run}"

    def _decided(self, known: Delivery) -> str | None:
        """What is in doubt is as somebody says that it is."""
        if self._ports.doubtful is Doubtful.SENT:
            arrived = known.ended(Status.DELIVERED, at=self._ports.clock(), error=_TAKEN_AS_SENT)
            self._ports.deliveries.save(arrived)
        return f"run:{self._ports.run}" if self._ports.doubtful is Doubtful.AGAIN else None

    def _closing(self, outcome: Outcome) -> str | None:
        if _is_stranger(outcome):
            return "not asked any more: its token was refused"
        if self._left >= LEFT_IN_A_ROW:
            return f"not asked any more: {LEFT_IN_A_ROW} events in a row could not be brought"
        return None

    def _not_asked(self, index: int, event: Detail, reason: str) -> Brought:
        known = self._ports.deliveries.get(event["id"], self._sink.name)
        if known and known.status is Status.DELIVERED:
            return brought(index, known, word=ALREADY_THERE)
        fresh = first_try(event["id"], self._sink.name, at=self._ports.clock())
        return brought(index, known or replace(fresh, status=Status.PENDING, attempts=0), reason=reason)


def _is_stranger(outcome: Outcome) -> bool:
    """Who we are was not believed; here that does not change by waiting."""
    error = outcome.error
    return isinstance(error, GrantRefusedError) or (error is not None and error.verdict is Verdict.REFRESH_CREDENTIAL)


class _Watched:
    """A sink that remembers whether it was asked to make something, as against only looked at."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.name = sink.name
        self.can_look = sink.can_look
        self.gives_up_after = sink.gives_up_after
        self.settles_after = timedelta(0)
        self.skips = sink.skips
        self.request = sink.request
        self.find = sink.find
        self.is_asked = False

    def begin(self) -> None:
        """Of one event: as long as nothing was made, a look that failed is repeated as soon as the provider says."""
        self.is_asked, self.settles_after = False, timedelta(0)

    def send(self, event: Detail) -> Made:
        self.is_asked, self.settles_after = True, self._sink.settles_after
        return self._sink.send(event)


class Threads:
    """A thread for each sink. What is submitted comes back from `done` in the order in which it ends.

    Where the work is broken off, `stopped` is set, which has to end the pauses of the ports.
    """

    def __init__(self, sinks: Mapping[str, Sink], ports: Ports, *, stopped: threading.Event) -> None:
        self._stopped = stopped
        self._sinks = {name: Bringing(sink, ports) for name, sink in sinks.items()}
        self._pools = {name: ThreadPoolExecutor(1, thread_name_prefix=name) for name in sinks}
        self._room = {name: threading.BoundedSemaphore(_AHEAD) for name in sinks}
        self._done: SimpleQueue[Future[Brought]] = SimpleQueue()
        self.open = 0  # how many have not come back

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is not None:
            self._stopped.set()
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=kind is not None)

    def submit(self, sink: str, index: int, event: Detail) -> None:
        """Waits where too much is before it."""
        self._room[sink].acquire()
        self.open += 1
        future = self._pools[sink].submit(self._sinks[sink].bring, index, event)
        future.add_done_callback(self._ended(sink))

    def done(self, *, wait: bool) -> Iterator[Brought]:
        """What has ended; with `wait`, until all has."""
        while self.open:
            try:
                future = self._done.get(block=wait)
            except Empty:
                return
            self.open -= 1
            yield future.result()

    def _ended(self, sink: str) -> Callable[[Future[Brought]], None]:
        def ended(future: Future[Brought]) -> None:
            self._done.put(future)
            self._room[sink].release()

        return ended


def pausing(stopped: threading.Event) -> Pause:
    """Pauses that end when the run is stopped."""

    def pause(seconds: float) -> None:
        stopped.wait(seconds)

    return pause
