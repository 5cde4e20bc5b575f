"""What leaves at the end of a call: sampled traces, and those in which something went wrong; so much and no more."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.span import Kind, Span, Status, is_sampled
from shared.runtime.span_buffer import MOST_BYTES, MOST_SPANS, Parcel, SpanBuffer, read_parcel
from tests.unit.shared.runtime.test_span import TRACE_IDS, a_span

RATE = 0.5
SAMPLED = [trace_id for trace_id in TRACE_IDS[:60] if is_sampled(trace_id, RATE)]
OTHERS = [trace_id for trace_id in TRACE_IDS[:60] if not is_sampled(trace_id, RATE)]


def parcel_of(spans: Iterable[Span], rate: float = RATE) -> Parcel | None:
    buffer = SpanBuffer("serve_admin")
    for span in spans:
        buffer.add(span)
    return buffer.parcel(rate)


def kept(spans: Iterable[Span], rate: float = RATE) -> list[Span]:
    parcel = parcel_of(spans, rate)
    return read_parcel(parcel.body) if parcel else []


def failed(**changes: Any) -> Span:
    span = a_span(**changes)
    span.end(Status.ERROR)
    return span


def test_nothing_leaves_where_nothing_was_done() -> None:
    assert parcel_of([]) is None


def test_of_several_traces_in_one_call_those_leave_that_are_sampled() -> None:
    both = [a_span(trace_id=SAMPLED[0], span_id="1"), a_span(trace_id=OTHERS[0], span_id="2")]
    assert [(span.trace_id, span.is_sampled) for span in kept(both)] == [(SAMPLED[0], True)]


@pytest.mark.parametrize("rate", [0.0, RATE])
def test_all_of_a_trace_leaves_where_a_part_of_it_went_wrong(rate: float) -> None:
    spans = [
        failed(trace_id=OTHERS[0], span_id="1"),
        a_span(trace_id=OTHERS[0], span_id="2"),
        a_span(trace_id=OTHERS[1]),
    ]
    assert {(span.span_id, span.is_sampled) for span in kept(spans, rate)} == {("1", False), ("2", False)}


def test_what_was_refused_is_no_reason_to_keep_a_trace() -> None:
    refused = a_span(trace_id=OTHERS[0])
    refused.end(Status.REFUSED)
    assert parcel_of([refused]) is None


def test_too_many_spans_are_cut_and_it_is_said_how_many() -> None:
    many = [a_span(span_id=f"{number:016x}") for number in range(MOST_SPANS + 50)]
    whole = a_span(span_id="the whole", kind=Kind.ENTRY)
    parcel = parcel_of([*many, whole], 1.0)
    assert parcel
    assert (parcel.spans, parcel.cut) == (MOST_SPANS, 51)
    first, *others = read_parcel(parcel.body)
    assert (first.span_id, first.cut) == ("the whole", 51)
    assert [span.cut for span in others] == [0] * (MOST_SPANS - 1)


def test_what_went_wrong_is_not_cut_before_what_did_not() -> None:
    many = [a_span(span_id=f"{number:016x}", attributes={"text": "x" * 2_000}) for number in range(150)]
    bad = failed(span_id="bad")
    spans = kept([*many, bad], 1.0)
    assert spans[0].span_id == "bad"
    assert spans[0].cut == 151 - len(spans) > 0


def test_a_cut_in_one_trace_is_not_told_of_another() -> None:
    one, other = TRACE_IDS[:2]
    many = [a_span(trace_id=one, span_id=f"{number:016x}") for number in range(MOST_SPANS + 5)]
    spans = kept([*many, a_span(trace_id=other, span_id="other", kind=Kind.ENTRY)], 1.0)
    assert {span.trace_id: span.cut for span in reversed(spans)} == {one: 6, other: 0}


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4_000), st.sampled_from(TRACE_IDS[:3])), max_size=300))
def test_a_message_is_never_too_large_and_accounts_for_everything(made: list[tuple[bool, int, str]]) -> None:
    spans = [
        a_span(
            trace_id=trace_id,
            span_id=f"{number:016x}",
            kind=Kind.ENTRY if is_entry else Kind.INNER,
            attributes={"text": "é" * size},
        )
        for number, (is_entry, size, trace_id) in enumerate(made)
    ]
    parcel = parcel_of(spans, 1.0)
    if parcel is None:
        assert not spans
        return
    assert len(parcel.body) <= MOST_BYTES + 1_000
    assert parcel.spans <= MOST_SPANS
    assert parcel.spans + parcel.cut == len(spans)
    assert sum(json.loads(parcel.body)["cut"].values()) == parcel.cut


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{}", "null", '{"cut": {}, "spans": [1]}', '{"cut": {}, "spans": [{}]}', '{"cut": 1, "spans": []}'],
)
def test_what_is_no_message_of_ours_is_said_to_be_none(body: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        read_parcel(body)
