"""How fast dead letters go back to where they came from, and what that asks of AWS for each of them."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from scripts import stack as stacks
from scripts.progress import StepError
from scripts.stack import Stack
from shared.control.letters.ports import Ports
from shared.control.letters.retrying import Order, Retrying
from shared.control.letters.sqs import SqsLetterQueue
from shared.control.letters.store import LetterBook
from shared.control.letters.wanted import Wanted
from shared.ledger.envelope import Cause
from shared.ledger.ledger import Ledger
from shared.runtime import wiring
from shared.runtime.clock import system_clock
from shared.runtime.queue_map import QueuePair

LETTERS: Final = 10_000
_SERVICES: Final = ("sqs", "dynamodb")
_LIMIT: Final = timedelta(minutes=10)
_CAUSE: Final = Cause(actor="key:x", trace_id="0" * 31 + "1", correlation_id="0" * 31 + "1")


def bench_letters(stack: Stack) -> None:
    stacks.enter(stack)
    print(f"\ndead letters back to their queue, {LETTERS:,} of them, one after the other in one process\n")
    show_retry(wiring.client("sqs"), wiring.ledger(), LETTERS)


def show_retry(client: Any, ledger: Ledger, number: int) -> None:
    """Raises StepError where not all have come back."""
    with _queue_of(client, number) as queue, _counted() as calls:
        began = time.perf_counter()
        tally = Retrying(queue, Order(wanted=Wanted()), _CAUSE, ports=_ports(queue, ledger)).go(
            until=system_clock() + _LIMIT
        )
        taken = time.perf_counter() - began
    if tally.retried != number:
        raise StepError(f"{tally.retried} of {number} letters went back")
    print(f"   {number / taken:,.0f} letters/s, {sum(calls.values()) / number:.2f} requests for each\n")
    for operation, times in calls.most_common():
        print(f"   {operation:30} {times:6,}")


def _ports(queue: SqsLetterQueue, ledger: Ledger) -> Ports:
    return Ports(
        queues={queue.name: queue},
        book=LetterBook(ledger, pause=time.sleep),
        noted=lambda _: None,
        republish=None,
        clock=system_clock,
        pause=time.sleep,
    )


@contextmanager
def _queue_of(client: Any, number: int) -> Iterator[SqsLetterQueue]:
    """With so many letters in it, and a queue that they go back to and nobody reads."""
    name = uuid4().hex[:8]
    pair = QueuePair(dead=f"bench-BenchDeadLetters-{name}", source=f"bench-BenchQueue-{name}")
    urls = [client.create_queue(QueueName=one)["QueueUrl"] for one in (pair.dead, pair.source)]
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda first: _fill(client, urls[0], first), range(0, number, 10)))
        yield SqsLetterQueue(client, urls[0].rpartition("/")[0], pair)
    finally:
        for url in urls:
            client.delete_queue(QueueUrl=url)


def _fill(client: Any, url: str, first: int) -> None:
    entries = [{"Id": str(one), "MessageBody": json.dumps(_an_event(first + one))} for one in range(10)]
    client.send_message_batch(QueueUrl=url, Entries=entries)


def _an_event(number: int) -> dict[str, Any]:
    said = {"id": f"listing:bench:{number}", "type": "listing.created", "trace_id": _CAUSE.trace_id}
    return {"version": "0", "detail-type": "listing.created", "detail": said | {"data": {"title": "Sony A6400" * 50}}}


@contextmanager
def _counted() -> Iterator[Counter[str]]:
    """What is asked of AWS through clients of the wiring, by operation."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    listened = [(wiring.client(name).meta.events, f"before-call.{name}") for name in _SERVICES]
    for events, moment in listened:
        events.register(moment, count)
    try:
        yield calls
    finally:
        for events, moment in listened:
            events.unregister(moment, count)
