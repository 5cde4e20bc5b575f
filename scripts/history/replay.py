"""How many events a second a replay sends: from the ledger in DynamoDB onto a bus, or from memory to nobody."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3

from scripts.history.events import asked_for, events
from scripts.history.table import a_ledger
from scripts.stack import Stack
from shared.control.history.cleared import Cleared
from shared.control.history.replaying import Bus, Ledger, Replaying
from shared.control.runs.step import Again, Done, StepCall
from shared.ledger.bus import EventBridgeBus
from shared.ledger.envelope import Cause, Event
from shared.ledger.ledger import Aggregate, Change
from shared.ledger.memory import MemoryLedger
from shared.runtime.clock import Clock, system_clock

RUN: Final = "0" * 31 + "1"
IN_MEMORY: Final = 100_000
ON_THE_BUS: Final = 5_000
_CAUSE: Final = Cause(actor="key:x", trace_id=RUN, correlation_id=RUN)
_AT_ONCE: Final = 1_000_000  # events a second: no pace is kept


class Nobody:
    """Takes everything."""

    def replay(self, events: Sequence[Event], *, name: str, to: str) -> int:
        return len(events)


class NothingCleared:
    def cleared(self) -> Cleared:
        return Cleared()


def replay_all(ledger: Ledger, bus: Bus, *, to: str, clock: Clock = system_clock) -> dict[str, Any]:
    """Every event of a type of listings, slice by slice, as fast as may be; what the step says in the end."""
    work = Replaying(ledger=ledger, bus=bus, marks=NothingCleared(), clock=clock, pause=time.sleep)
    checkpoint: Any = {}
    while isinstance(came := work(_call(checkpoint, to, clock())), Again):
        checkpoint = came.checkpoint
    assert isinstance(came, Done)
    return dict(came.output)


def _call(checkpoint: Any, to: str, now: datetime) -> StepCall:
    return StepCall(
        run_id=RUN,
        workflow="replay",
        step="replay",
        scope={},
        parameters={"event_types": ["listing", "message"], "to": to, "rate": _AT_ONCE},
        outputs={},
        checkpoint=checkpoint,
        attempt=1,
        cause=_CAUSE,
        until=now + timedelta(seconds=110),
    )


def in_memory(known: Sequence[Event], asked_at: datetime) -> MemoryLedger:
    """A ledger with these events, and with a run that was asked for after them."""
    ledger = MemoryLedger()
    for event in (*known, asked_for(RUN, asked_at)):
        kind = event.id.partition(":")[0].upper()
        aggregate = Aggregate(kind=kind, id=event.subject, version=event.version, changed_at=event.time)
        ledger.commit(Change(aggregate=aggregate, events=(event,)))
    return ledger


def show_replays(stack: Stack) -> None:
    now = datetime.now(UTC)
    print("\nevents a second through a replay that keeps no pace\n")
    _show(f"{IN_MEMORY:,} from memory, to nobody", in_memory(list(events(IN_MEMORY, until=now)), now), Nobody())
    known = [*events(ON_THE_BUS, until=now), asked_for(RUN, now)]
    bus = EventBridgeBus(
        boto3.client("events", endpoint_url=stack.aws_endpoint_url, region_name=stack.region),
        stack.outputs["EventBusName"],
    )
    with a_ledger(stack, known) as (ledger, _):
        _show(f"{ON_THE_BUS:,} from the ledger onto the bus", ledger, bus)


def _show(name: str, ledger: Ledger, bus: Bus) -> None:
    began = time.perf_counter()
    published = replay_all(ledger, bus, to="log")["published"]
    print(f"   {name:42} {published / (time.perf_counter() - began):10,.0f}")
