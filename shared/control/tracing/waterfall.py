"""A trace as text: one line for each piece of work, indented, with a bar that shows when it was done."""

from collections.abc import Iterator, Sequence
from typing import Final

from shared.control.tracing.critical import Segment
from shared.control.tracing.items import moment
from shared.control.tracing.told import Told
from shared.control.tracing.tree import Node
from shared.runtime.span import Kind, Status

MOST_LINES: Final = 200
MOST_SEGMENTS: Final = 25
_BAR: Final = 32  # letters
_DEEPEST: Final = 12  # steps that are still indented
_LONGEST_LABEL: Final = 110
_SECOND: Final = 1_000_000  # microseconds


def waterfall(told: Told) -> str:
    """At most `MOST_LINES` pieces of work. `*`: it is on the critical path; `!`: it went wrong; `-`: it was refused."""
    critical = {id(segment.node) for segment in told.path}
    lines = [*_head(told), ""]
    lines += [_line(node, told, is_critical=id(node) in critical) for node in told.tree.nodes[:MOST_LINES]]
    if len(told.tree.nodes) > MOST_LINES:
        lines.append(f"… and {len(told.tree.nodes) - MOST_LINES} more")
    return "\n".join([*lines, "", *_path_lines(told.path, told.tree.root.start)]) + "\n"


def _head(told: Told) -> Iterator[str]:
    root = told.tree.root
    began = moment(root.start).isoformat(sep=" ", timespec="milliseconds").replace("+00:00", " UTC")
    yield f"trace {told.trace_id}"
    counts = f"{told.spans} spans of {len(told.services)} services, {told.events} events, {told.errors} errors"
    yield f"{began}  {span_of(told.tree.duration)}  {counts}  (from {told.source})"
    if not told.is_all:
        yield "This is not all of it: there is more than is read."
    if told.cut:
        yield f"{told.cut} spans were too many to be kept."


def _line(node: Node, told: Told, *, is_critical: bool) -> str:
    offset = node.start - told.tree.root.start
    mark = {Status.ERROR: "!", Status.REFUSED: "-"}.get(node.span.status, " ")
    bar = _bar(offset, node.span.duration, told.tree.duration, is_instant=node.span.kind is Kind.EVENT)
    label = f"{'  ' * min(node.depth, _DEEPEST)}{_named(node)}{_said(node)}"
    return f"{span_of(offset):>9} {span_of(node.span.duration):>9} {'*' if is_critical else ' '}{mark} |{bar}| {label}"[
        : _LONGEST_LABEL + 60
    ].rstrip()


def _said(node: Node) -> str:
    said = [str(node.span.attributes[name]) for name in ("status", "verdict", "error") if name in node.span.attributes]
    return f" ({', '.join(said)})" if said else ""


def _bar(offset: int, duration: int, whole: int, *, is_instant: bool) -> str:
    first = min(_BAR * offset // max(whole, 1), _BAR - 1)
    last = min(_BAR * (offset + duration) // max(whole, 1), _BAR - 1)
    filled = "◆" if is_instant else "█" * (last - first + 1)
    return f"{' ' * first}{filled}".ljust(_BAR)


def _path_lines(path: Sequence[Segment], began: int) -> Iterator[str]:
    yield f"critical path: {len(path)} steps"
    longest = sorted(path, key=lambda segment: segment.duration, reverse=True)[:MOST_SEGMENTS]
    for segment in sorted(longest, key=lambda segment: segment.start):
        what = "wait after" if segment.is_wait else "work in"
        where = f"{what} {_named(segment.node)}"
        yield f"{span_of(segment.start - began):>9} {span_of(segment.duration):>9}  {where}"
    if len(path) > MOST_SEGMENTS:
        yield f"… and {len(path) - MOST_SEGMENTS} shorter ones"


def _named(node: Node) -> str:
    return f"{node.span.service} {node.span.name}".strip()


def span_of(microseconds: int) -> str:
    if microseconds < _SECOND:
        return f"{microseconds / 1_000:.1f} ms"
    return f"{microseconds / _SECOND:,.{2 if microseconds < 100 * _SECOND else 0}f} s"
