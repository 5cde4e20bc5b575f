"""What can be told of a trace: from its spans, and where those are missing from the events the ledger has of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Protocol

from shared.control.tracing.critical import Segment, critical_path
from shared.control.tracing.items import microseconds
from shared.control.tracing.traces import Traces
from shared.control.tracing.tree import LEDGER, Node, Tree, tree_of
from shared.ledger.envelope import Event
from shared.runtime.errors import NotFoundError
from shared.runtime.span import Kind, Span, Status, event_span_id, line

MOST_SPANS: Final = 1_000  # that are read of one trace
MOST_EVENTS: Final = 1_000
COMMAND: Final = "command."  # so begin the types of events of commands


class Ledger(Protocol):
    def trace(self, trace_id: str) -> Iterable[Event]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`source`: `spans`, `events` where its spans were not kept, or `spans and events` where some were.

    `is_all`: it was read to its end. `cut`: spans that were too many to be kept.
    """

    trace_id: str
    tree: Tree
    path: Sequence[Segment]
    source: str
    is_all: bool

    @property
    def work(self) -> list[Node]:
        return [node for node in self.tree.nodes if node.span.kind is not Kind.EVENT]

    @property
    def spans(self) -> int:
        return len(self.work)

    @property
    def events(self) -> int:
        return sum(node.span.service == LEDGER for node in self.tree.nodes)

    @property
    def errors(self) -> int:
        return sum(node.span.status is Status.ERROR for node in self.work)

    @property
    def cut(self) -> int:
        return sum(node.span.cut for node in self.work)

    @property
    def services(self) -> list[str]:
        return sorted({node.span.listed_as or node.span.service for node in self.work})


def tell(trace_id: str, *, traces: Traces, ledger: Ledger, with_commands: bool = True) -> Told:
    """`with_commands`: with the events that somebody used a command. Raises NotFoundError, DependencyError."""
    spans = list(islice(traces.of_trace(trace_id), MOST_SPANS + 1))
    is_all = len(spans) <= MOST_SPANS
    spans, events = spans[:MOST_SPANS], list[Event]()
    if not spans or not _is_whole(spans):
        events = list(islice(ledger.trace(trace_id), MOST_EVENTS + 1))
        is_all = is_all and len(events) <= MOST_EVENTS
    if not with_commands:
        spans = [replace(span, events=_no_uses(span.events)) for span in spans]
        events = [event for event in events if not _is_use(event.type)]
    added = _missing(spans, events[:MOST_EVENTS])
    if not (spans or added):
        raise NotFoundError("nothing is known of this trace, or not yet: look again in a moment")
    tree = tree_of([*spans, *added])
    source = " and ".join(name for name, found in (("spans", spans), ("events", added)) if found)
    return Told(trace_id=trace_id, tree=tree, path=critical_path(tree.root), source=source, is_all=is_all)


def _no_uses(events: Mapping[str, str]) -> dict[str, str]:
    return {span_id: event_type for span_id, event_type in events.items() if not _is_use(event_type)}


def _is_use(event_type: str) -> bool:
    """Who uses which command is for admins."""
    return event_type.startswith(COMMAND)


def _is_whole(spans: Sequence[Span]) -> bool:
    """Where a trace was kept only for what went wrong, what went well is missing: one call may be all there is of it.

    Where it was kept for its own sake, a part is missing if more than one belongs to nothing that is known.
    """
    known = {span.span_id for span in spans} | {span_id for span in spans for span_id in span.events}
    return all(span.is_sampled for span in spans) and sum(span.parent_id not in known for span in spans) <= 1


def _missing(spans: Sequence[Span], events: Iterable[Event]) -> list[Span]:
    """The events that no span tells of; each is part of what led to it."""
    known = {span_id for span in spans for span_id in span.events}
    found = (_span_of(event) for event in events)
    return [span for span in found if span.span_id not in known]


def _span_of(event: Event) -> Span:
    return Span(
        trace_id=event.trace_id,
        span_id=event_span_id(event.id),
        parent_id=event_span_id(event.causation_id) if event.causation_id else None,
        service=LEDGER,
        name=line(event.type),
        kind=Kind.EVENT,
        start=microseconds(event.time),
        is_sampled=False,
    )
