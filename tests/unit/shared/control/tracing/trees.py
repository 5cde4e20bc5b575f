"""Traces that Hypothesis makes up: parts within their parents, behind them, before them, and hanging on nothing."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from shared.runtime.span import Kind, Span
from tests.support.traces import BEGAN, TRACE

MOST = 14


@st.composite
def traces(draw: DrawFn, *, whole: bool = False) -> list[Span]:
    """`whole`: with one root, and nothing begins before what it is part of. Else anything that may be in a table."""
    spans: list[Span] = []
    for number in range(draw(st.integers(1, MOST))):
        parent = draw(st.sampled_from(spans)) if spans and (whole or draw(st.booleans())) else None
        base = parent.start if parent else BEGAN
        spans.append(
            Span(
                trace_id=TRACE,
                span_id=f"{number:016x}",
                parent_id=parent.span_id if parent else None if whole else draw(_ANY_PARENT),
                service=draw(st.sampled_from(["serve_admin", "relay_events", "deliver_events"])),
                name=f"span {number}",
                kind=draw(st.sampled_from([Kind.ENTRY, Kind.INNER])),
                start=base + draw(st.integers(0 if whole else -500, 2_000)),
                duration=draw(st.integers(0, 1_000)),
                events={f"event {number}": "listing.created"} if draw(st.booleans()) else {},
            )
        )
    return draw(st.permutations(spans))


# Nothing, what is not there, and perhaps itself or what comes after it: a circle.
_ANY_PARENT = st.none() | st.just("not there") | st.integers(0, MOST).map(lambda number: f"{number:016x}")
