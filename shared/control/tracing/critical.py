"""The critical path: what the end of a trace waited for, from its beginning on, without a gap."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.control.tracing.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Microseconds. While it lasted, the end waited for this node: for its work or, where that was over, for what came
    of it to begin (`is_wait`): on the bus, in a queue, in a timer, until a function had started.
    """

    node: Node
    start: int
    end: int
    is_wait: bool

    @property
    def duration(self) -> int:
        return self.end - self.start


@dataclass(slots=True)
class _Walk:
    """On the way back through a node: all behind `cursor` is told."""

    node: Node
    cursor: int
    parts: Iterator[Node]


def critical_path(root: Node) -> list[Segment]:
    """In order of time; together as long as all of the tree."""
    path: list[Segment] = []
    walks = [_walk(root, root.until)]
    while walks:
        walk = walks[-1]
        part = next((part for part in walk.parts if part.start < min(part.until, walk.cursor)), None)
        if part is None:
            path += _own(walk.node, walk.node.start, walk.cursor)
            walks.pop()
            continue
        ended = min(part.until, walk.cursor)
        path += _own(walk.node, ended, walk.cursor)
        walk.cursor = part.start
        walks.append(_walk(part, ended))
    return list(reversed(path))


def _walk(node: Node, until: int) -> _Walk:
    """The part that ended last is the one that was waited for."""
    return _Walk(node, until, iter(sorted(node.children, key=lambda part: part.until, reverse=True)))


def _own(node: Node, start: int, end: int) -> Iterator[Segment]:
    """The last first."""
    over = min(max(node.end, start), end)
    if end > over:
        yield Segment(node=node, start=over, end=end, is_wait=True)
    if over > start:
        yield Segment(node=node, start=start, end=over, is_wait=False)
