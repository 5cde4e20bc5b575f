"""The step of a replay: events of the ledger onto the bus once more, oldest first, in slices of some seconds.

A slice that is cut off is done again, and so are its events: who acts on them knows them by their ids, as always.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from shared.control.history.choosing import Events, Way
from shared.control.history.chunks import SoFar, chunks
from shared.control.history.cleared import Cleared
from shared.control.history.known import KINDS
from shared.control.history.plan import Plan, plan_of
from shared.control.runs.step import Again, Done, StepCall
from shared.ledger.envelope import Event, event_id
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError

SLICE: Final = timedelta(seconds=20)  # who cancels a replay waits for no more
SPARE: Final = timedelta(seconds=5)  # for what is in hand when the time is over
REST: Final = timedelta(seconds=5)  # after the bus has refused something
BATCH: Final = 10  # as many as one call to the bus takes
_NO_TIME: Final = timedelta()


class Bus(Protocol):
    def replay(self, events: Sequence[Event], *, name: str, to: str) -> int: ...


class Ledger(Events, Protocol):
    def event(self, known_id: str) -> Event: ...


class Marks(Protocol):
    def cleared(self) -> Cleared: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaying:
    """Satisfies `StepHandler`. What is recorded later than the run itself is none of it."""

    ledger: Ledger
    bus: Bus
    marks: Marks
    clock: Clock
    pause: Pause

    def __call__(self, call: StepCall) -> Done | Again:
        began = self.clock()
        asked_at = self.ledger.event(event_id("SAGA", call.run_id, 1)).time
        plan = plan_of(call.parameters, name=call.run_id, at=asked_at)
        pace = _Pace(rate=plan.rate, began=began, end=min(call.until - SPARE, began + SLICE))
        return self._slice(plan, SoFar(**call.checkpoint), pace)

    def _slice(self, plan: Plan, so_far: SoFar, pace: "_Pace") -> Done | Again:
        before = so_far.published
        cleared = Cleared() if plan.include_cleared else self.marks.cleared()
        reading = Way(ledger=self.ledger, kinds=KINDS, newest_first=False).to(plan.wanted, at=self.clock())
        for chunk in chunks(
            reading,
            so_far.place,
            lambda event: plan.wanted.takes(event) and not cleared.hides(event),
            size=min(BATCH, plan.rate),
        ):
            wanted = chunk if plan.limit is None else chunk.first(plan.limit - so_far.published)
            sent = wanted.first(self._send(wanted.events, plan, is_first=so_far.published == before))
            so_far = so_far.behind(sent)
            if len(sent.taken) < len(wanted.taken):
                return _again(so_far, after=REST)
            if chunk.is_last or so_far.published == plan.limit:
                break
            wait = pace.wait(so_far.published - before, at=self.clock())
            if pace.is_over(at=self.clock() + wait):
                return _again(so_far, after=wait)
            if wait:
                self.pause(wait.total_seconds())
        return Done(output={"name": plan.name, "to": plan.to, **so_far.said()})

    def _send(self, events: Sequence[Event], plan: Plan, *, is_first: bool) -> int:
        """How many the bus took. Raises DependencyError where nothing has been sent in this slice."""
        try:
            taken = self.bus.replay(events, name=plan.name, to=plan.to) if events else 0
        except DependencyError:
            if is_first:
                raise
            return 0
        if events and not taken and is_first:
            raise DependencyError(f"the bus refused {events[0].id}")
        return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pace:
    """Of one slice, which has begun and has to end; `rate` is in events a second."""

    rate: int
    began: datetime
    end: datetime

    def wait(self, sent: int, *, at: datetime) -> timedelta:
        return max(self.began + timedelta(seconds=sent / self.rate) - at, _NO_TIME)

    def is_over(self, *, at: datetime) -> bool:
        return at >= self.end


def _again(so_far: SoFar, *, after: timedelta) -> Again:
    return Again(checkpoint=asdict(so_far), after=after, progress=so_far.said())
