"""A trace as a tree: each span once, where it belongs, whatever is missing and whatever the clocks say."""

from hypothesis import given

from shared.control.tracing.tree import LEDGER, NO_ROOT, Node, Tree, tree_of
from shared.runtime.span import Kind, Span
from tests.support.traces import BEGAN, MS, a_span, an_entry
from tests.unit.shared.control.tracing.trees import traces


def shape(tree: Tree) -> list[str]:
    return [f"{'  ' * node.depth}{node.span.name}" for node in tree.nodes]


def test_parts_hang_on_what_they_are_parts_of_in_order_of_time() -> None:
    spans = [a_span("b", "root", at=5), a_span("a", "root", at=2), a_span("c", "b", at=6), an_entry("root", at=1)]
    assert shape(tree_of(spans)) == ["root", "  a", "  b", "    c"]


def test_events_hang_on_what_recorded_them_when_that_was_over_and_consumers_on_events() -> None:
    spans = [
        an_entry("request", at=0, took=20),
        a_span("commit", "request", at=5, took=10, events={"e1": "listing.created", "e2": "listing.retry_requested"}),
        an_entry("handle", "e1", at=300, took=50, service="advance_listings"),
    ]
    tree = tree_of(spans)
    assert shape(tree) == [
        "request",
        "  commit",
        "    listing.created",
        "      handle",
        "    listing.retry_requested",
    ]
    created = tree.nodes[2]
    assert (created.span.service, created.span.kind, created.start) == (LEDGER, Kind.EVENT, BEGAN + 15 * MS)
    assert tree.duration == 350 * MS  # to the end of what came of it


def test_a_root_whose_caller_is_not_ours_is_the_root() -> None:
    tree = tree_of([an_entry("request", "the caller's", took=5), a_span("part", "request", at=1)])
    assert shape(tree) == ["request", "  part"]


def test_several_that_hang_on_nothing_are_held_by_a_root_that_says_so() -> None:
    tree = tree_of([an_entry("one", at=10, took=5), an_entry("other", "missing", at=0, took=1)])
    assert shape(tree) == [NO_ROOT, "  other", "  one"]
    assert (tree.root.start, tree.duration, tree.root.span.duration) == (BEGAN, 15 * MS, 0)


def test_who_seems_to_begin_before_its_cause_has_a_clock_behind_and_so_have_its_parts() -> None:
    spans = [
        an_entry("request", at=10, took=10),
        an_entry("handle", "request", at=4, took=10, service="other"),
        a_span("part", "handle", at=5, took=2, service="other"),
        an_entry("next", "part", at=30, took=1, service="third"),
    ]
    request, handle, part, following = tree_of(spans).nodes
    assert (handle.start - request.start, handle.skew) == (0, 6 * MS)
    assert (part.start - handle.start, part.skew) == (1 * MS, 6 * MS)
    assert (following.start - request.start, following.skew) == (20 * MS, 0)


def test_what_is_part_of_itself_in_a_circle_is_shown_once() -> None:
    spans = [a_span("a", "b"), a_span("b", "c", at=1), a_span("c", "a", at=2), a_span("self", "self")]
    tree = tree_of(spans)
    assert sorted(node.span.name for node in tree.nodes) == ["a", "b", "c", "self", NO_ROOT]


def test_the_same_span_twice_is_shown_once() -> None:
    assert shape(tree_of([an_entry("a"), an_entry("a")])) == ["a"]


def test_a_chain_of_thousands_is_no_deeper_than_memory() -> None:
    spans = [a_span(f"{number:05}", f"{number - 1:05}", at=number, took=1) for number in range(2_000)]
    tree = tree_of(spans)
    assert (len(tree.nodes), tree.nodes[-1].depth, tree.duration) == (2_000, 1_999, 2_000 * MS)


@given(traces())
def test_each_span_and_each_event_is_there_once_whatever_they_say_of_each_other(spans: list[Span]) -> None:
    tree = tree_of(spans)
    found = [node.span.span_id for node in tree.nodes if node.span.name != NO_ROOT]
    expected = [span.span_id for span in spans] + [event for span in spans for event in span.events]
    assert sorted(found) == sorted(expected)


@given(traces())
def test_parts_begin_within_what_they_are_parts_of_and_all_is_over_when_the_tree_is(spans: list[Span]) -> None:
    tree = tree_of(spans)

    def check(node: Node) -> None:
        assert node.start <= node.end <= node.until <= tree.root.until
        for child in node.children:
            assert node.start <= child.start
            assert child.until <= node.until
            assert (child.skew >= 0, child.depth) == (True, node.depth + 1)

    for node in tree.nodes:
        check(node)
    assert tree.nodes[0] is tree.root


@given(traces(whole=True))
def test_where_clocks_agree_nothing_is_moved(spans: list[Span]) -> None:
    tree = tree_of(spans)
    assert {node.skew for node in tree.nodes} == {0}
    assert tree.root.span.name != NO_ROOT
    assert tree.duration == max(span.start + span.duration for span in spans) - min(span.start for span in spans)
