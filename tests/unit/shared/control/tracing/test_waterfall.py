"""A trace as text: one line for each piece of work, of bounded size, and nothing in it that steers a terminal."""

from hypothesis import given

from shared.control.tracing.told import tell
from shared.control.tracing.waterfall import MOST_LINES, MOST_SEGMENTS, span_of, waterfall
from shared.ledger.memory import MemoryLedger
from shared.runtime.span import Kind, Span
from tests.support.traces import TRACE, MemoryTraces, a_span, an_entry, failed
from tests.unit.shared.control.tracing.trees import traces


def text_of(*spans: Span) -> str:
    return waterfall(tell(TRACE, traces=MemoryTraces(*spans), ledger=MemoryLedger()))


def test_a_trace_is_drawn_as_it_went() -> None:
    call = a_span("POST notion", "handle", at=60, took=40, kind=Kind.CALL, attributes={"peer": "notion", "status": 503})
    text = text_of(
        an_entry("request", took=40, service="api", attributes={"status": 202}),
        a_span("commit", "request", at=10, took=10, service="receive", events={"e1": "message.created"}),
        an_entry("handle", "e1", at=60, took=40, service="deliver"),
        failed(call),
    )
    assert text == (
        "trace 0af7651916cd43dd8448eb211c80319c\n"
        "2026-03-01 12:00:00.000 UTC  100.0 ms  4 spans of 4 services, 1 events, 1 errors  (from spans)\n"
        "\n"
        "   0.0 ms   40.0 ms *  |█████████████                   | api request (202)\n"
        "  10.0 ms   10.0 ms *  |   ████                         |   receive commit\n"
        "  20.0 ms    0.0 ms *  |      ◆                         |     ledger message.created\n"
        "  60.0 ms   40.0 ms    |                   █████████████|       deliver handle\n"
        "  60.0 ms   40.0 ms *! |                   █████████████|         a_function POST notion (503)\n"
        "\n"
        "critical path: 4 steps\n"
        "   0.0 ms   10.0 ms  work in api request\n"
        "  10.0 ms   10.0 ms  work in receive commit\n"
        "  20.0 ms   40.0 ms  wait after ledger message.created\n"
        "  60.0 ms   40.0 ms  work in a_function POST notion\n"
    )


def test_a_trace_that_is_large_is_cut_and_says_so() -> None:
    spans = [an_entry(f"{number:05}", None if number == 0 else "00000", at=number, took=1) for number in range(400)]
    lines = text_of(*spans).splitlines()
    assert f"… and {400 - MOST_LINES} more" in lines
    assert f"… and {400 - MOST_SEGMENTS} shorter ones" in lines
    assert len(lines) < MOST_LINES + MOST_SEGMENTS + 10


def test_what_was_not_kept_or_not_read_is_said() -> None:
    spans = [an_entry(f"{number:05}", None if number == 0 else "00000", at=number, cut=1) for number in range(1_002)]
    text = text_of(*spans)
    assert "This is not all of it" in text
    assert "1000 spans were too many to be kept." in text


@given(traces())
def test_whatever_the_trace_its_text_has_lines_of_bounded_length(spans: list[Span]) -> None:
    lines = text_of(*spans).splitlines()
    assert max(map(len, lines)) <= 200
    assert all(line.isprintable() for line in lines)


def test_times_are_written_as_people_read_them() -> None:
    assert [span_of(number) for number in (0, 1_500, 999_900, 1_234_000, 123_400_000, 86_400_000_000)] == [
        "0.0 ms",
        "1.5 ms",
        "999.9 ms",
        "1.23 s",
        "123 s",
        "86,400 s",
    ]
