"""Spans as they are made: each is part of what is being done here, in this thread, in this call."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shared.runtime import tracing
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.span import Kind, Span, Status, is_sampled
from shared.runtime.span_buffer import SpanBuffer, read_parcel
from shared.runtime.tracing import Invocation, WayOut, call, current, entry, span, traceparent
from tests.unit.shared.runtime.test_span import TRACE, TRACE_IDS, a_span

OTHER = "5759e988bd862e3fe1be46a994272793"


@pytest.fixture
def buffer() -> Iterator[SpanBuffer]:
    with Invocation("serve_admin") as spans:
        yield spans


def made(buffer: SpanBuffer) -> dict[str, Span]:
    """By their names."""
    parcel = buffer.parcel(1.0)
    return {one.name: one for one in read_parcel(parcel.body)} if parcel else {}


def test_parts_hang_on_what_they_are_parts_of(buffer: SpanBuffer) -> None:
    with entry("GET /x", trace_id=TRACE, parent_id="1" * 16):
        with span("look"), call("notion", "POST"):
            pass
        with span("commit", changes=2):
            pass
    spans = made(buffer)
    assert spans["GET /x"].parent_id == "1" * 16
    assert spans["look"].parent_id == spans["commit"].parent_id == spans["GET /x"].span_id
    assert spans["POST notion"].parent_id == spans["look"].span_id
    assert {one.trace_id for one in spans.values()} == {TRACE}
    assert {one.service for one in spans.values()} == {"serve_admin"}
    assert spans["POST notion"].attributes == {"peer": "notion", "method": "POST"}
    assert [spans[name].kind for name in ("GET /x", "look", "POST notion")] == [Kind.ENTRY, Kind.INNER, Kind.CALL]


def test_parts_lie_within_what_they_are_parts_of(buffer: SpanBuffer) -> None:
    with entry("whole", trace_id=TRACE), span("part"):
        sum(range(10_000))
    spans = made(buffer)
    assert spans["part"].start >= spans["whole"].start
    assert spans["whole"].duration >= spans["part"].duration > 0


def test_outside_of_an_entry_there_is_nothing_to_be_part_of(buffer: SpanBuffer) -> None:
    with span("look") as nothing:
        nothing.set(a=1)
        nothing.end(Status.ERROR)
        assert current() is None
    with span("look") as other:
        assert other.attributes == {}
    assert made(buffer) == {}


def test_outside_of_a_call_of_a_function_nothing_is_kept_and_nothing_fails() -> None:
    with entry("GET /x", trace_id=TRACE) as here, span("commit"):
        assert current() is not here
    tracing.add(a_span())
    assert current() is None


def test_after_an_entry_what_was_done_before_goes_on(buffer: SpanBuffer) -> None:
    with entry("whole", trace_id=TRACE) as whole:
        with pytest.raises(ZeroDivisionError), span("part"):
            raise ZeroDivisionError
        assert current() is whole


def test_an_error_is_told_of_the_part_and_known_to_all_it_is_part_of(buffer: SpanBuffer) -> None:
    with entry("whole", trace_id=TRACE), span("part"):
        with pytest.raises(DependencyError), call("notion", "POST"):
            raise DependencyError("the secret is opensesame")
        with pytest.raises(ConflictError), span("commit"):
            raise ConflictError("somebody was faster")
    spans = made(buffer)
    assert {name: str(one.status) for name, one in spans.items()} == {
        "whole": "ok",
        "part": "ok",
        "POST notion": "error",
        "commit": "refused",
    }
    assert {name for name, one in spans.items() if one.has_error} == {"whole", "part", "POST notion"}
    assert "opensesame" not in str(spans)


def test_work_that_was_done_with_other_work_has_its_own_times(buffer: SpanBuffer) -> None:
    over = entry("relay", trace_id=TRACE).was(start=1_000, duration=5, status=Status.OK)
    over.set(lag_ms=7)
    (one,) = made(buffer).values()
    assert (one.start, one.duration, one.attributes) == (1_000, 5, {"lag_ms": 7})


def test_each_call_of_a_function_has_its_own_spans() -> None:
    with Invocation("one") as outer, entry("outer", trace_id=TRACE):
        with Invocation("other") as inner:
            assert current() is None  # what another function was doing is not known here
            with entry("inner", trace_id=OTHER):
                pass
        with span("part"):
            pass
    assert {name: one.service for name, one in made(inner).items()} == {"inner": "other"}
    assert {name: one.service for name, one in made(outer).items()} == {"outer": "one", "part": "one"}


def test_threads_do_not_see_each_other_s_work() -> None:
    at_once = 8
    barrier = Barrier(at_once)

    def work(number: int) -> dict[str, Span]:
        with Invocation(f"function {number}") as buffer:
            with entry("whole", trace_id=TRACE_IDS[number]):
                barrier.wait()
                with span("part"):
                    barrier.wait()
            return made(buffer)

    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(work, range(at_once)))
    for number, spans in enumerate(found):
        assert spans["part"].parent_id == spans["whole"].span_id
        assert {(one.service, one.trace_id) for one in spans.values()} == {(f"function {number}", TRACE_IDS[number])}


def test_a_thread_that_was_not_told_is_part_of_nothing(buffer: SpanBuffer) -> None:
    with entry("whole", trace_id=TRACE), ThreadPoolExecutor(1) as pool:
        assert pool.submit(current).result() is None


@pytest.mark.parametrize("rate", [0.0, 0.5, 1.0])
def test_who_is_called_hears_whose_part_it_is_and_whether_the_trace_is_kept(
    rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "_ways", [lambda: WayOut(rate=rate, send=lambda _: True)])
    for trace_id in TRACE_IDS[1:9]:
        with entry("whole", trace_id=trace_id) as whole:
            flags = "01" if is_sampled(trace_id, rate) else "00"
            assert traceparent() == f"00-{trace_id}-{whole.span_id}-{flags}"


def test_where_nothing_is_followed_nobody_is_told_so() -> None:
    assert traceparent() is None


def test_ids_are_as_the_standard_wants_them(buffer: SpanBuffer) -> None:
    with entry("whole", trace_id=TRACE):
        for _ in range(50):
            with span("part"):
                assert re.fullmatch(rf"00-{TRACE}-(?!0{{16}})[0-9a-f]{{16}}-0[01]", traceparent() or "")


def test_a_name_is_one_line_of_bounded_length(buffer: SpanBuffer) -> None:
    with entry("handle \n\x1b[31m" + "x" * 500, trace_id=TRACE) as here:
        assert here.name.isprintable()
        assert len(here.name) <= 120
