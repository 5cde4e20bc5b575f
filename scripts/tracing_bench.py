"""What following a request costs: processor time, messages, write units, and time to load.

The request is one of the usual kind: let in, one commit of two events, one call to a service outside; and it is
measured without them, so that all there is is what telling of it costs.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from scripts.cold_start.measure import stub
from scripts.import_time import environment
from scripts.write_units import kilobytes
from shared.control.tracing.items import span_item
from shared.runtime.aws_calls import AwsCalls
from shared.runtime.observability import observed
from shared.runtime.sigv4 import Credentials
from shared.runtime.span import Span
from shared.runtime.span_buffer import SpanBuffer, read_parcel
from shared.runtime.span_queue import SpanQueue
from shared.runtime.tracing import Invocation, WayOut, Ways, call, entry, leave_by, span, way_out

TRACE: Final = "0af7651916cd43dd8448eb211c80319c"
# What every function has loaded before, and then what it has loaded for this.
_LOADED: Final = "import json, secrets, enum, dataclasses, hashlib, contextvars, shared.runtime.errors"
_ADDED: Final = "import shared.runtime.tracing"


def bench_tracing() -> None:
    print("\nfollowing a request (an entry, a commit of two events, a call), microseconds a request\n")
    print(f"   {'not followed at all':44} {_micros(_not_followed):8.1f}")
    with _leaving(lambda: None):
        print(f"   {'followed, spans go nowhere':44} {_micros(_handled):8.1f}")
    with _leaving(lambda: WayOut(rate=0.0, send=lambda _: True)):
        print(f"   {'followed, not sampled (95 of a hundred)':44} {_micros(_handled):8.1f}")
    with _leaving(lambda: WayOut(rate=1.0, send=lambda _: True)):
        print(f"   {'sampled, the message made':44} {_micros(_handled):8.1f}")
    with stub() as (url, _sent), _leaving(_to(url)):
        print(f"   {'sampled, and sent to a stub on this machine':44} {_micros(_handled):8.1f}")
    spans = _spans()
    units = sum(map(write_units, spans))
    print(f"\n   a sampled request: 1 message, {len(spans)} spans, {units} write units; at 5 %: {units * 0.05:.2f}")
    print(f"   time to load, in a fresh process: {_load_milliseconds():.1f} ms")


def write_units(one: Span) -> int:
    """Of putting a span: a unit for each kilobyte begun, in the table and in the index where it is listed."""
    item = span_item(one)
    return kilobytes(item) * (2 if "listed" in item else 1)


def _work() -> None:
    with entry("POST /messages", trace_id=TRACE, parent_id="b7ad6b7169203331") as here:
        with span("commit", changes=1) as commit:
            commit.record("message:m-1:1", "message.created")
            commit.record("message:m-2:1", "message.created")
        with call("notion", "POST") as asked:
            asked.set(status=200)
        here.answered(202)


@observed
def _handled(event: object, context: object) -> None:
    _work()


@observed
def _not_followed(event: object, context: object) -> None:
    """The same three steps where nobody has begun an entry."""
    with span("commit"), call("notion", "POST"):
        pass


class _Context:
    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "bench"


def _micros(work: Callable[[object, object], object]) -> float:
    """Of one call, the best of five rounds."""
    context, best = _Context(), float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(300):
            work({}, context)
        best = min(best, (time.perf_counter() - began) / 300)
    return best * 1e6


def _spans() -> list[Span]:
    with Invocation("receive_messages") as buffer:
        _work()
    return _read(buffer)


def _read(buffer: SpanBuffer) -> list[Span]:
    parcel = buffer.parcel(1.0)
    return read_parcel(parcel.body) if parcel else []


def _to(url: str) -> Ways:
    aws = AwsCalls(credentials=Credentials("test", "test"), region="us-east-1", endpoint=lambda _: url)
    queue = SpanQueue(aws, f"{url}/spans", now=time.monotonic)
    return lambda: WayOut(rate=1.0, send=queue.send)


@contextmanager
def _leaving(ways: Ways) -> Iterator[None]:
    before = way_out
    leave_by(ways)
    try:
        yield
    finally:
        leave_by(before)


def _load_milliseconds() -> float:
    """The least of some processes."""
    program = f"{_LOADED}; import time; began = time.process_time(); {_ADDED}; print(time.process_time() - began)"
    command = [sys.executable, "-c", program]
    runs = [subprocess.run(command, env=environment(), check=True, capture_output=True, text=True) for _ in range(7)]
    return min(float(run.stdout) for run in runs) * 1_000


if __name__ == "__main__":
    bench_tracing()
