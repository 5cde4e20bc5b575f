"""What people have decided about sinks, in each ledger."""

from datetime import timedelta

import pytest

from shared.ledger.ledger import Ledger
from shared.runtime.errors import ConflictError
from shared.sinks.names import NAMES
from shared.sinks.pausing import SinkState
from shared.sinks.store import LedgerSinks
from tests.support.builders import NOON, a_cause

BY = a_cause("key:0123456789abcdef")
PAUSED = SinkState(name="notion", is_paused=True, reason="cleaning up", since=NOON, by=BY.actor, version=1)


def pause(sinks: LedgerSinks, known: SinkState, reason: str | None = "cleaning up") -> SinkState:
    return sinks.decide(known, paused=True, reason=reason, cause=BY, at=NOON)


def test_a_sink_nobody_has_decided_about_is_served(any_ledger: Ledger) -> None:
    assert LedgerSinks(any_ledger).get("notion") == SinkState(name="notion")


def test_a_decision_is_read_back_as_it_was_made(any_ledger: Ledger) -> None:
    sinks = LedgerSinks(any_ledger)
    assert pause(sinks, sinks.get("notion")) == PAUSED == sinks.get("notion")
    later = NOON + timedelta(hours=1)
    served = sinks.decide(PAUSED, paused=False, reason=None, cause=BY, at=later)
    assert served == SinkState(name="notion", since=later, by=BY.actor, version=2) == sinks.get("notion")


def test_sinks_are_looked_at_together_in_the_order_that_was_asked_for(any_ledger: Ledger) -> None:
    sinks = LedgerSinks(any_ledger)
    pause(sinks, SinkState(name="notion"))
    assert [state.name for state in sinks.get_all(NAMES)] == list(NAMES)
    assert [state for state in sinks.get_all(NAMES) if state.is_paused] == [PAUSED]


def test_each_decision_is_an_event(any_ledger: Ledger) -> None:
    sinks = LedgerSinks(any_ledger)
    sinks.decide(pause(sinks, SinkState(name="notion")), paused=False, reason=None, cause=BY, at=NOON)
    events = list(any_ledger.history("SINK", "notion"))
    assert [(event.type, event.actor) for event in events] == [("sink.paused", BY.actor), ("sink.resumed", BY.actor)]
    assert [event.data["reason"] for event in events] == ["cleaning up", None]


def test_of_two_decisions_over_the_same_the_second_is_refused(any_ledger: Ledger) -> None:
    sinks = LedgerSinks(any_ledger)
    pause(sinks, SinkState(name="notion"))
    with pytest.raises(ConflictError):
        pause(sinks, SinkState(name="notion"), "another reason")
    assert sinks.get("notion") == PAUSED
