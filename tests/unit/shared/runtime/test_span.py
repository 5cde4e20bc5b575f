"""Spans: what they say, how much at most, which traces are kept, and that they arrive as they left."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.errors import ConflictError, DependencyError, InvalidInputError, NotFoundError
from shared.runtime.span import (
    LONGEST_TEXT,
    MOST_ATTRIBUTES,
    MOST_EVENTS,
    Kind,
    Span,
    Status,
    event_span_id,
    from_said,
    is_sampled,
    line,
    to_json,
)

TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACE_IDS = [f"{number:08x}{number * 7_919:024x}" for number in range(4_000)]  # as Amazon's: the first part is a time


def a_span(**changes: Any) -> Span:
    known = {"trace_id": TRACE, "span_id": "b7ad6b7169203331", "parent_id": None, "service": "serve_admin"}
    return Span(**{**known, "name": "commit", "start": 1_772_366_400_000_000, **changes})


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.3, 0.9])
def test_as_many_traces_are_kept_as_the_rate_says_whatever_their_ids_look_like(rate: float) -> None:
    kept = sum(is_sampled(trace_id, rate) for trace_id in TRACE_IDS)
    expected, spread = rate * len(TRACE_IDS), (rate * (1 - rate) * len(TRACE_IDS)) ** 0.5
    assert abs(kept - expected) < 4 * spread


def test_all_are_kept_at_one_and_none_at_nothing() -> None:
    assert all(is_sampled(trace_id, 1.0) for trace_id in TRACE_IDS)
    assert not any(is_sampled(trace_id, 0.0) for trace_id in TRACE_IDS)


@given(st.text("0123456789abcdef", min_size=32, max_size=32), st.floats(0, 1), st.floats(0, 1))
def test_what_is_kept_at_a_rate_is_kept_at_any_higher_one(trace_id: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert is_sampled(trace_id, high) or not is_sampled(trace_id, low)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInputError, Status.REFUSED),
        (NotFoundError, Status.REFUSED),
        (ConflictError, Status.REFUSED),
        (DependencyError, Status.ERROR),
        (ZeroDivisionError, Status.ERROR),
        (KeyboardInterrupt, Status.ERROR),
    ],
)
def test_what_the_rules_refuse_is_no_error(error: type[BaseException], status: Status) -> None:
    span = a_span()
    span.fail(error)
    assert (span.status, span.has_error) == (status, status is Status.ERROR)
    assert span.attributes == {"error": error.__name__}


@pytest.mark.parametrize(
    ("status", "came"),
    [(200, Status.OK), (303, Status.OK), (400, Status.REFUSED), (429, Status.REFUSED), (500, Status.ERROR)],
)
def test_a_status_of_http_says_whose_fault_it_is(status: int, came: Status) -> None:
    span = a_span()
    span.answered(status)
    assert (span.status, span.attributes) == (came, {"status": status})


def test_a_span_that_had_an_error_in_it_goes_on_having_had_one() -> None:
    span = a_span()
    span.end(Status.ERROR)
    span.end(Status.OK)
    assert (span.status, span.has_error) == (Status.OK, True)


def test_attributes_are_few_short_and_of_one_line() -> None:
    span = a_span()
    span.set(nothing=None, text="a\nb\x1b[31m" + "x" * 1_000, number=1, share=0.5, is_so=True, name=Kind.CALL)
    span.set(**{f"a{number}": number for number in range(100)})
    assert span.attributes["text"] == ("a\nb\x1b[31m" + "x" * 1_000)[:LONGEST_TEXT].replace("\n", "").replace(
        "\x1b", ""
    )
    assert (span.attributes["number"], span.attributes["share"], span.attributes["is_so"]) == (1, 0.5, True)
    assert span.attributes["name"] == "call"
    assert len(span.attributes) == MOST_ATTRIBUTES
    span.set(number=2)
    assert span.attributes["number"] == 2


def test_a_span_tells_of_so_many_events_and_how_many_more_there_were() -> None:
    span = a_span()
    for number in range(MOST_EVENTS + 3):
        span.record(f"listing:7:{number}", "listing.created")
    assert len(span.events) == MOST_EVENTS
    assert span.events[event_span_id("listing:7:0")] == "listing.created"
    assert span.attributes == {"more_events": 3}


@pytest.mark.parametrize(
    ("kind", "name"), [(Kind.ENTRY, "serve_admin"), (Kind.CALL, "notion"), (Kind.INNER, None), (Kind.EVENT, None)]
)
def test_work_is_listed_under_who_does_it(kind: Kind, name: str | None) -> None:
    assert a_span(kind=kind, attributes={"peer": "notion"}).listed_as == name


def test_the_span_of_an_event_is_known_to_who_knows_the_event() -> None:
    assert event_span_id("listing:7:1") == event_span_id("listing:7:1") != event_span_id("listing:7:2")
    assert len(event_span_id("listing:7:1")) == 16


texts = st.text(max_size=20)
values = st.one_of(texts, st.integers(-(2**53), 2**53), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))


@given(
    st.builds(
        Span,
        trace_id=texts,
        span_id=texts,
        parent_id=st.none() | st.text(min_size=1, max_size=16),
        service=texts,
        name=texts,
        kind=st.sampled_from(Kind),
        start=st.integers(1, 2**53),
        duration=st.integers(0, 2**53),
        status=st.sampled_from(Status),
        has_error=st.booleans(),
        attributes=st.dictionaries(texts, values, max_size=5),
        events=st.dictionaries(texts, texts, max_size=5),
        is_sampled=st.booleans(),
        cut=st.just(0),
    )
)
def test_a_span_arrives_as_it_left(span: Span) -> None:
    text = to_json(span)
    assert text.isascii()
    said = json.loads(text)
    wanted = {"trace_id": "", "span_id": "", "service": "", "name": ""}  # what is empty is left out
    assert from_said(wanted | said) == span


@given(st.text(max_size=300))
def test_a_line_has_nothing_in_it_that_steers_a_terminal(text: str) -> None:
    assert line(text).isprintable()
    assert len(line(text)) <= LONGEST_TEXT
