"""Spans from many messages are kept together; a bad message fails alone, and a table that is unwell fails all."""

import pytest

from functions.record_spans.service import record
from shared.runtime.span_buffer import SpanBuffer
from tests.support.traces import MemoryTraces, a_span, an_entry


def a_message(*names: str) -> str:
    buffer = SpanBuffer("a_function")
    for name in names:
        buffer.add(an_entry(name))
    parcel = buffer.parcel(1.0)
    assert parcel
    return parcel.body


def names_in(traces: MemoryTraces) -> list[str]:
    return sorted(span.name for span in traces.of_trace(a_span("x").trace_id))


def test_all_spans_of_all_messages_are_kept() -> None:
    traces = MemoryTraces()
    recorded = record({"1": a_message("a", "b"), "2": a_message("c")}, traces=traces)
    assert (recorded.spans, recorded.failed, names_in(traces)) == (3, {}, ["a", "b", "c"])


def test_a_message_that_comes_again_changes_nothing() -> None:
    traces = MemoryTraces()
    for _ in range(3):
        record({"1": a_message("a", "b")}, traces=traces)
    assert names_in(traces) == ["a", "b"]


@pytest.mark.parametrize("body", ["", "junk", "[]", "null", "{}", '{"cut": {}, "spans": [{"name": "x"}]}'])
def test_a_message_that_nobody_can_read_fails_alone(body: str) -> None:
    traces = MemoryTraces()
    recorded = record({"bad": body, "good": a_message("a")}, traces=traces)
    assert (recorded.spans, list(recorded.failed), names_in(traces)) == (1, ["bad"], ["a"])
    assert body not in recorded.failed["bad"] or not body


def test_while_the_table_is_unwell_every_message_comes_again() -> None:
    traces = MemoryTraces()
    traces.is_unwell = True
    recorded = record({"bad": "junk", "good": a_message("a")}, traces=traces)
    assert (recorded.spans, sorted(recorded.failed)) == (0, ["bad", "good"])
