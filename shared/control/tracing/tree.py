"""A trace as a tree: which work was part of which, each where it belongs though clocks differ and spans are missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from shared.runtime.span import Kind, Span, Status

NO_ROOT: Final = "…"  # the name of what holds together what hangs on nothing
LEDGER: Final = "ledger"  # where events are recorded


@dataclass(slots=True, eq=False)
class Node:
    """Work, and its parts in order of time. Times are microseconds, since 1970 where they are moments.

    `start` is not before that of what it is part of: where it says so, its clock is `skew` behind. `until` is when the
    last of what came of it had ended.
    """

    span: Span
    children: list["Node"] = field(default_factory=list)
    start: int = 0
    skew: int = 0
    until: int = 0
    depth: int = 0

    @property
    def end(self) -> int:
        return self.start + self.span.duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    root: Node
    nodes: tuple[Node, ...]  # all of them, each before its parts

    @property
    def duration(self) -> int:
        """Microseconds from the beginning to the end of all that came of it."""
        return self.root.until - self.root.start


def tree_of(spans: Sequence[Span]) -> Tree:
    """Of the spans of one trace, at least one. Several that are part of nothing that is known are held by `NO_ROOT`."""
    nodes = {span.span_id: Node(span) for span in [*_events_of(spans), *spans]}
    tops = _linked(nodes)
    root = tops[0] if len(tops) == 1 else _no_root(tops)
    in_order = tuple(_walked(root))
    for node in reversed(in_order):
        node.until = max([node.end, *(child.until for child in node.children)])
    return Tree(root=root, nodes=in_order)


def _events_of(spans: Iterable[Span]) -> Iterator[Span]:
    """They happened when what recorded them was over."""
    for span in spans:
        for span_id, event_type in span.events.items():
            yield event_span(span, span_id=span_id, name=event_type, at=span.start + span.duration)


def event_span(near: Span, *, span_id: str, name: str, at: int) -> Span:
    """`near`, the work it was recorded in."""
    return Span(
        trace_id=near.trace_id,
        span_id=span_id,
        parent_id=near.span_id,
        service=LEDGER,
        name=name,
        kind=Kind.EVENT,
        start=at,
        is_sampled=near.is_sampled,
    )


def _linked(nodes: dict[str, Node]) -> list[Node]:
    """Parts hang on what they are parts of; returns what hangs on nothing, in order of time."""
    tops: list[Node] = []
    for node in sorted(nodes.values(), key=lambda node: (node.span.start, node.span.span_id)):
        parent = nodes.get(node.span.parent_id or "")
        (parent.children if parent else tops).append(node)
    reached = {id(node) for top in tops for node in _below(top)}
    for node in nodes.values():  # what is part of itself, in a circle, is reached from nowhere
        if id(node) not in reached:
            _cut_off(node, nodes)
            tops.append(node)
            reached |= {id(one) for one in _below(node)}
    return tops


def _cut_off(node: Node, nodes: dict[str, Node]) -> None:
    nodes[node.span.parent_id or ""].children.remove(node)


def _below(top: Node) -> Iterator[Node]:
    """Itself and all of its parts."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.children


def _no_root(tops: list[Node]) -> Node:
    first = min(tops, key=lambda node: node.span.start).span
    held = replace(first, span_id="", parent_id=None, service="", name=NO_ROOT, kind=Kind.EVENT, duration=0)
    return Node(replace(held, status=Status.OK, has_error=False, attributes={}, events={}, cut=0), children=tops)


def _has_clock_of(child: Node, node: Node) -> bool:
    return child.span.service in (node.span.service, LEDGER)  # who records an event says when


def _walked(root: Node) -> Iterator[Node]:
    """Each before its parts, with its place; who seems to begin before what they are part of have a clock behind."""
    root.start = root.span.start
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        for child in node.children:
            child.depth = node.depth + 1
            child.skew = max(node.skew if _has_clock_of(child, node) else 0, node.start - child.span.start)
            child.start = child.span.start + child.skew
        node.children.sort(key=lambda child: (child.start, child.span.span_id))
        waiting += reversed(node.children)
