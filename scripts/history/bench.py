"""How long it takes to look something up among a thousand, ten thousand and a hundred thousand events."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from scripts.history.disturbed import show_disturbed
from scripts.history.events import COMMON, FEW, LIFE, RARE, correlation_of, events, person_of, subject_of, trace_of
from scripts.history.replay import NothingCleared, show_replays
from scripts.history.table import a_ledger
from scripts.stack import Stack
from scripts.write_units import size_of
from shared.control.history.showing import Asked, page_of_history
from shared.control.history.wanted import Wanted
from shared.ledger.envelope import Event
from shared.ledger.store import DynamoLedger

SIZES: Final = (1_000, 10_000, 100_000)
TIMES: Final = 100
_READ_UNIT: Final = 4_096  # bytes; half a unit where a read need not be consistent

# What is asked of one life, of all there are.
_QUESTIONS: Final[Mapping[str, Callable[[int], Wanted]]] = {
    f"a trace ({len(LIFE)} events)": lambda life: Wanted(trace_id=trace_of(life)),
    "a correlation that is no trace (1)": lambda life: Wanted(correlation_id=correlation_of(life)),
    f"a subject ({len(LIFE)})": lambda life: Wanted(subject=f"listing:{subject_of(life)}"),
    f"somebody's doings (up to {FEW})": lambda life: Wanted(actor=person_of(life)),
    f"a rare type ({FEW})": lambda _: Wanted(event_types=(RARE,)),
    f"the last {FEW} of a common type": lambda _: Wanted(event_types=(COMMON,)),
    f"the last {FEW} of all": lambda _: Wanted(),
}


@dataclass(slots=True)
class Read:
    """What was asked of DynamoDB, by its own rules, and how long the answers took."""

    requests: int = 0
    units: float = 0.0
    milliseconds: list[float] = field(default_factory=list)


class Counter:
    """Sees every query that a client makes."""

    def __init__(self, client: Any) -> None:
        self.read = Read()
        self._is_consistent = False
        client.meta.events.register("provide-client-params.dynamodb.Query", self._asked)
        client.meta.events.register("after-call.dynamodb.Query", self._answered)

    def begin(self) -> Read:
        self.read = Read()
        return self.read

    def _asked(self, params: Mapping[str, Any], **_: Any) -> None:
        self._is_consistent = params.get("ConsistentRead", False)

    def _answered(self, parsed: Mapping[str, Any], **_: Any) -> None:
        units = max(1, -(-sum(map(size_of, parsed["Items"])) // _READ_UNIT))
        self.read.requests += 1
        self.read.units += units if self._is_consistent else units / 2


def bench_history(stack: Stack) -> None:
    show_look_ups(stack)
    show_replays(stack)
    show_disturbed()


def show_look_ups(stack: Stack) -> None:
    print(f"\nlook-ups in the ledger, {TIMES} of each: half of them; 99 of a hundred; requests; read units\n")
    print(f"   {'events':34}" + "".join(f"{size:>32,}" for size in SIZES))
    columns = [_column(stack, size) for size in SIZES]
    for name in _QUESTIONS:
        print(f"   {name:34}" + "".join(f"{_cell(column[name]):>32}" for column in columns))
    print("\n   The local AWS sorts all of a partition for each query; DynamoDB reads only as far as it is asked to.")


def _cell(read: Read) -> str:
    taken = sorted(read.milliseconds)
    half, most = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    return f"{half:6.1f} ms {most:6.1f} ms {read.requests / TIMES:4.1f} {read.units / TIMES:5.1f}"


def _column(stack: Stack, size: int) -> dict[str, Read]:
    until = datetime.now(UTC)
    random, lives = Random(size), size // len(LIFE)
    with a_ledger(stack, events(size, until=until)) as (ledger, client):
        counter = Counter(client)
        return {
            name: _measured(ledger, counter, [question(random.randrange(lives)) for _ in range(TIMES)], until)
            for name, question in _QUESTIONS.items()
        }


def _measured(ledger: DynamoLedger, counter: Counter, wanted: Sequence[Wanted], at: datetime) -> Read:
    _look_up(ledger, wanted[0], at)  # the first time, the local AWS sorts what was written since
    read = counter.begin()
    for one in wanted:
        began = time.perf_counter()
        found = _look_up(ledger, one, at)
        read.milliseconds.append((time.perf_counter() - began) * 1_000)
        assert found, one
    return read


def _look_up(ledger: DynamoLedger, wanted: Wanted, at: datetime) -> list[Event]:
    question = Asked(wanted=wanted, limit=FEW)
    return page_of_history(question, ledger=ledger, marks=NothingCleared(), secret=lambda: b"secret", at=at)[0]
