"""What is told of a trace: from spans, from events where there are none, from both where some are missing."""

import pytest

from functions.run_commands.recording import Account, Outcome, record
from shared.control.tracing.told import MOST_EVENTS, MOST_SPANS, Told, tell
from shared.control.tracing.tree import LEDGER, NO_ROOT
from shared.discord.interaction import read_interaction
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, Event
from shared.ledger.ledger import Aggregate, Change
from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import State
from shared.listings.store import LedgerListings
from shared.runtime.auth import Role
from shared.runtime.errors import NotFoundError
from shared.runtime.span import Kind, Span, event_span_id
from tests.support.builders import NOON, a_cause, a_listing
from tests.support.interactions import slash
from tests.support.traces import TRACE, MemoryTraces, a_span, an_entry, failed


def told(*spans: Span, ledger: MemoryLedger | None = None) -> Told:
    return tell(TRACE, traces=MemoryTraces(*spans), ledger=ledger or MemoryLedger())


def names(told: Told) -> list[str]:
    return [node.span.name for node in told.tree.nodes]


def a_ledger() -> tuple[MemoryLedger, list[Event]]:
    """With a listing that was found, and one that was moved because of that."""
    ledger = MemoryLedger()
    listings = LedgerListings(ledger)
    found = listings.save(a_listing(), a_cause(trace_id=TRACE))
    because = Cause(actor="x", trace_id=TRACE, correlation_id=TRACE, causation_id=f"listing:{found.id}:1")
    listings.save(a_listing(State.MESSAGING, url="https://market.example/item/2"), because)
    return ledger, list(ledger.trace(TRACE))


def test_of_a_trace_that_nobody_knows_nothing_can_be_told() -> None:
    with pytest.raises(NotFoundError, match="nothing is known of this trace"):
        told()


def test_a_whole_trace_is_told_from_its_spans_alone() -> None:
    spans = [an_entry("request", took=10), a_span("commit", "request", took=5, events={"e1": "listing.created"})]
    came = told(*spans, ledger=a_ledger()[0])
    assert (came.source, came.is_all, names(came)) == ("spans", True, ["request", "commit", "listing.created"])
    assert (came.spans, came.events, came.errors, came.services) == (2, 1, 0, ["a_function"])


def test_a_trace_that_was_not_kept_is_told_from_its_events_and_what_led_to_them() -> None:
    ledger, events = a_ledger()
    came = told(ledger=ledger)
    assert (came.source, came.spans, came.events) == ("events", 0, len(events))
    assert names(came)[0] == "listing.created"
    assert {node.span.service for node in came.tree.nodes} == {LEDGER}
    first, *others = came.tree.nodes
    assert all(other.span.parent_id == first.span.span_id for other in others)
    assert (came.path == []) == (came.tree.duration == 0)


def test_of_a_trace_of_which_parts_are_missing_the_events_fill_the_gaps() -> None:
    ledger, events = a_ledger()
    root, *_others = events
    spans = [
        failed(an_entry("handle", event_span_id(root.id), took=5)),
        an_entry("elsewhere", event_span_id("listing:unknown:1")),
    ]
    came = told(*spans, ledger=ledger)
    assert came.source == "spans and events"
    handle = next(node for node in came.tree.nodes if node.span.name == "handle")
    parents = {node.span.span_id: node.span for node in came.tree.nodes}
    assert parents[handle.span.parent_id or ""].name == root.type
    assert (came.tree.root.span.name, came.errors) == (NO_ROOT, 1)


def test_of_a_trace_that_was_kept_for_one_failure_the_events_tell_what_led_to_it() -> None:
    ledger, events = a_ledger()
    call = failed(an_entry("handle", event_span_id(events[0].id), took=5, is_sampled=False))
    came = told(call, a_span("POST notion", "handle", took=5, is_sampled=False), ledger=ledger)
    assert (came.source, came.spans, came.events) == ("spans and events", 2, len(events))
    assert names(came)[0] == events[0].type


def test_an_event_that_a_span_tells_of_is_not_told_again() -> None:
    ledger, events = a_ledger()
    known = {event_span_id(event.id): event.type for event in events}
    spans = [an_entry("one", took=5, events=known), an_entry("other", "missing")]
    came = told(*spans, ledger=ledger)
    assert (came.source, came.events) == ("spans", len(events))


def test_of_a_trace_without_an_end_only_the_beginning_is_read() -> None:
    spans = [an_entry(f"{number:05}", None if number == 0 else "00000", at=number) for number in range(MOST_SPANS + 5)]
    came = told(*spans)
    assert (came.is_all, came.spans) == (False, MOST_SPANS)


def test_of_events_without_an_end_only_the_beginning_is_read() -> None:
    ledger = MemoryLedger()
    facts = a_listing().facts * (MOST_EVENTS + 5)
    events = recorded("LISTING", "7", facts, after=0, cause=a_cause(trace_id=TRACE))
    ledger.commit(
        Change(
            aggregate=Aggregate(kind="LISTING", id="7", version=len(facts), changed_at=events[-1].time), events=events
        )
    )
    came = told(ledger=ledger)
    assert (came.is_all, came.events) == (False, MOST_EVENTS)


def test_what_was_cut_where_it_was_made_is_said() -> None:
    assert told(an_entry("request", cut=7)).cut == 7


def test_services_are_who_did_it_and_who_was_asked() -> None:
    call = a_span("POST notion", "work", kind=Kind.CALL, attributes={"peer": "notion"})
    assert told(an_entry("work"), call).services == ["a_function", "notion"]


def test_that_somebody_used_a_command_is_told_only_to_who_may_know() -> None:
    ledger, events = a_ledger()
    keep = {event_span_id(event.id): event.type for event in events[:1]}
    spans = [an_entry("handle", took=5, events={"e1": "command.invoked", **keep})]
    traces = MemoryTraces(*spans)
    assert "command.invoked" in names(tell(TRACE, traces=traces, ledger=ledger))
    assert names(tell(TRACE, traces=traces, ledger=ledger, with_commands=False)) == ["handle", "listing.created"]


def test_nor_from_events_where_no_spans_were_kept() -> None:
    ledger = MemoryLedger()
    record(
        Account(
            interaction=read_interaction(slash("help")),
            role=Role.VIEWER,
            outcome=Outcome.DONE,
            began_at=NOON,
            ended_at=NOON,
        ),
        a_cause("discord:1", trace_id=TRACE),
        ledger=ledger,
    )
    assert names(told(ledger=ledger)) == ["command.invoked"]
    with pytest.raises(NotFoundError):
        tell(TRACE, traces=MemoryTraces(), ledger=ledger, with_commands=False)
