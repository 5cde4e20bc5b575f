"""The critical path: from the beginning to the end without a gap, over what was waited for."""

from hypothesis import given

from shared.control.tracing.critical import Segment, critical_path
from shared.control.tracing.tree import tree_of
from shared.runtime.span import Span
from tests.support.traces import MS, a_span, an_entry
from tests.unit.shared.control.tracing.trees import traces


def steps(*spans: Span) -> list[tuple[str, float, str]]:
    path = critical_path(tree_of(spans).root)
    return [(one.node.span.name, one.duration / MS, "wait" if one.is_wait else "work") for one in path]


def test_work_without_parts_is_all_there_is() -> None:
    assert steps(an_entry("a", took=7)) == [("a", 7, "work")]


def test_what_took_no_time_has_no_path() -> None:
    assert steps(an_entry("a")) == []


def test_parts_one_after_the_other_share_the_time_with_the_whole() -> None:
    whole = an_entry("whole", took=10)
    parts = [a_span("a", "whole", at=1, took=3), a_span("b", "whole", at=5, took=4)]
    assert steps(whole, *parts) == [
        ("whole", 1, "work"),
        ("a", 3, "work"),
        ("whole", 1, "work"),
        ("b", 4, "work"),
        ("whole", 1, "work"),
    ]


def test_of_parts_at_the_same_time_the_one_that_ended_last_was_waited_for() -> None:
    whole = an_entry("whole", took=10)
    parts = [a_span("short", "whole", at=1, took=2), a_span("long", "whole", at=1, took=8)]
    assert steps(whole, *parts) == [("whole", 1, "work"), ("long", 8, "work"), ("whole", 1, "work")]


def test_of_parts_that_overlap_each_was_waited_for_until_the_other_began() -> None:
    whole = an_entry("whole", took=10)
    parts = [a_span("first", "whole", at=0, took=6), a_span("second", "whole", at=4, took=6)]
    assert steps(whole, *parts) == [("first", 4, "work"), ("second", 6, "work")]


def test_the_way_over_the_bus_and_the_queue_is_a_wait() -> None:
    spans = [
        an_entry("request", took=20),
        a_span("commit", "request", at=5, took=10, events={"e1": "listing.created"}),
        a_span("relay", "e1", at=40, took=5, service="relay_events"),
        an_entry("handle", "e1", at=100, took=30, service="advance_listings"),
        a_span("call", "handle", at=110, took=20, service="advance_listings"),
    ]
    assert steps(*spans) == [
        ("request", 5, "work"),
        ("commit", 10, "work"),
        ("listing.created", 25, "wait"),
        ("relay", 5, "work"),
        ("listing.created", 55, "wait"),
        ("handle", 10, "work"),
        ("call", 20, "work"),
    ]


def test_what_came_to_nothing_is_not_on_the_path() -> None:
    spans = [an_entry("whole", took=10), a_span("commit", "whole", at=1, took=2, events={"e1": "x.happened"})]
    assert [name for name, _, _ in steps(*spans)] == ["whole", "commit", "whole"]


def test_a_chain_of_thousands_is_walked() -> None:
    spans = [a_span(f"{number:05}", f"{number - 1:05}", at=number, took=1) for number in range(2_000)]
    assert len(critical_path(tree_of(spans).root)) == 2_000


@given(traces())
def test_the_path_is_as_long_as_the_whole_and_has_neither_gaps_nor_overlaps(spans: list[Span]) -> None:
    tree = tree_of(spans)
    path = critical_path(tree.root)
    assert sum(segment.duration for segment in path) == tree.duration
    ends = [tree.root.start, *(segment.end for segment in path)]
    assert ends[:-1] == [segment.start for segment in path]
    assert ends[-1] == tree.root.until
    assert all(segment.duration > 0 for segment in path)


@given(traces())
def test_each_step_is_within_its_work_or_after_it_and_before_the_end_of_what_came_of_it(spans: list[Span]) -> None:
    def check(segment: Segment) -> None:
        node = segment.node
        if segment.is_wait:
            assert node.end <= segment.start < segment.end <= node.until
        else:
            assert node.start <= segment.start < segment.end <= node.end

    for segment in critical_path(tree_of(spans).root):
        check(segment)


@given(traces())
def test_while_a_step_is_its_work_s_own_none_of_its_parts_goes_on(spans: list[Span]) -> None:
    for segment in critical_path(tree_of(spans).root):
        parts = [part for part in segment.node.children if part.until > part.start]
        assert not [part for part in parts if part.start < segment.end and part.until > segment.start]
