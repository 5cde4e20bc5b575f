"""What callers see of a trace: a tree that is not too deep, what its end waited for, and how much was left out."""

from typing import Any

from hypothesis import given

from shared.control.tracing.told import Told, tell
from shared.control.tracing.views import DEEPEST, MOST_NODES, ListedSpan, SpanView, TraceView
from shared.ledger.memory import MemoryLedger
from shared.runtime.span import Span
from tests.support.builders import NOON
from tests.support.traces import TRACE, MemoryTraces, a_span, an_entry, failed
from tests.unit.shared.control.tracing.trees import traces


def told(*spans: Span) -> Told:
    return tell(TRACE, traces=MemoryTraces(*spans), ledger=MemoryLedger())


def below(view: SpanView) -> list[SpanView]:
    found, waiting = [], [view]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += one.children
    return found


def depth(view: SpanView) -> int:
    return 1 + max(map(depth, view.children), default=0)


def test_a_trace_is_shown_as_a_tree_with_times_in_milliseconds() -> None:
    spans = [an_entry("request", took=10), failed(a_span("commit", "request", at=2.5, took=5, attributes={"lost": 1}))]
    view = TraceView.of(told(*spans))
    assert (view.trace_id, view.source, view.began_at, view.duration_ms) == (TRACE, "spans", NOON, 10)
    assert (view.spans, view.events, view.errors, view.services) == (2, 0, 1, ["a_function"])
    assert (view.cut, view.not_shown, view.is_all) == (0, 0, True)
    (commit,) = view.root.children
    assert commit.model_dump(exclude={"children"}) == {
        "span_id": "commit",
        "parent_id": "request",
        "service": "a_function",
        "name": "commit",
        "kind": "inner",
        "status": "error",
        "offset_ms": 2.5,
        "duration_ms": 5,
        "skew_ms": 0,
        "is_critical": True,
        "attributes": {"lost": 1},
    }
    path = [(one.name, one.offset_ms, one.duration_ms, one.is_wait) for one in view.critical_path]
    assert path == [("request", 0, 2.5, False), ("commit", 2.5, 5, False), ("request", 7.5, 2.5, False)]


def test_what_is_very_deep_hangs_on_the_last_level_with_its_own_parent() -> None:
    spans = [a_span(f"{number:05}", f"{number - 1:05}", at=number, took=1) for number in range(300)]
    view = TraceView.of(told(*spans))
    assert depth(view.root) == DEEPEST + 1
    everything: dict[str, Any] = {one.span_id: one.parent_id for one in below(view.root)}
    assert everything == {f"{number:05}": f"{number - 1:05}" for number in range(300)}
    view.model_dump_json()


def test_what_is_very_much_is_not_shown_to_its_end_and_that_is_said() -> None:
    many = {f"e{number}": "x.happened" for number in range(MOST_NODES)}
    view = TraceView.of(told(an_entry("request", took=1, events=many)))
    assert (len(below(view.root)), view.not_shown) == (MOST_NODES, 1)


@given(traces())
def test_everything_is_shown_once(spans: list[Span]) -> None:
    came = told(*spans)
    assert len(below(TraceView.of(came).root)) == len(came.tree.nodes)


def test_a_listed_span_leads_to_its_trace() -> None:
    view = ListedSpan.of(failed(an_entry("POST /messages", took=1.5, service="receive_messages")))
    assert (view.trace_id, view.service, view.duration_ms) == (TRACE, "receive_messages", 1.5)
    assert (view.began_at, view.status, view.has_error) == (NOON, "error", True)
