"""Timers follow what happens to listings: one for each entry with a deadline, none for what is past."""

import json
from collections.abc import Mapping
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest

from functions.time_listings.service import keep_time
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import to_detail
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.timer import expired
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing
from tests.unit.template_parts import RULES

ID = a_listing().id
LISTENED_TO = RULES["TimerRule"]["Properties"]["EventPattern"]["detail-type"]


class ModelTimers:
    """Machines by name: each is started once, whatever is asked."""

    def __init__(self) -> None:
        self.started: dict[tuple[str, int], datetime] = {}
        self.stopped: set[tuple[str, int]] = set()
        self.traces: list[Mapping[str, Any]] = []

    def start(self, listing_id: str, entered_version: int, *, until: datetime, trace: Mapping[str, Any]) -> None:
        self.started.setdefault((listing_id, entered_version), until)
        self.traces.append(trace)

    def stop(self, listing_id: str, entered_version: int) -> None:
        self.stopped.add((listing_id, entered_version))

    @property
    def running(self) -> set[int]:
        return {version for _, version in self.started.keys() - self.stopped}


def on_the_bus(listing: Listing, actor: str = "key:anna") -> list[dict[str, Any]]:
    """What a rule of the timers lets through, as JSON."""
    events = recorded("LISTING", listing.id, listing.facts, after=0, cause=a_cause(actor))
    return [json.loads(json.dumps(to_detail(event))) for event in events if event.type in LISTENED_TO]


def keep(*events: Mapping[str, Any]) -> ModelTimers:
    timers = ModelTimers()
    for event in events:
        keep_time(event, timers=timers, timed=DEADLINES.periods)
    return timers


@pytest.mark.parametrize("state", State)
def test_just_the_timer_of_the_present_state_runs_where_it_has_a_deadline(state: State) -> None:
    listing = a_listing(state)
    timers = keep(*on_the_bus(listing))
    assert timers.running == ({listing.entered_version} if state in DEADLINES.periods else set())


@pytest.mark.parametrize("state", DEADLINES.periods)
def test_a_timer_goes_off_for_the_reminder_first(state: State) -> None:
    listing = a_listing(state)
    assert keep(*on_the_bus(listing)).started[ID, listing.entered_version] == listing.reminder_at


def test_a_timer_knows_the_trace_of_what_started_it() -> None:
    (created,) = on_the_bus(a_listing())
    assert keep(created).traces == [{name: created[name] for name in ("id", "trace_id", "correlation_id")}]


@pytest.mark.parametrize("state", [State.NEGOTIATING, State.PURCHASED, State.CANCELLED])
def test_in_whatever_order_and_however_often_news_comes_no_timer_but_the_present_one_counts(state: State) -> None:
    listing = a_listing(state)
    events = on_the_bus(listing)
    in_order = keep(*events)
    for order in permutations(events):
        timers = keep(*order, *order)
        assert timers.started == in_order.started
        assert timers.stopped == in_order.stopped


def test_a_listing_that_goes_several_steps_at_once_has_only_the_timer_of_where_it_stays() -> None:
    listing = a_listing().moved_through(
        State.NEGOTIATING, at=NOON, actor="webhook:chatterbot", reason=None, details={}, deadlines=DEADLINES
    )
    timers = keep(*on_the_bus(listing))
    assert set(timers.started) == {(ID, 1), (ID, 3)}
    assert timers.running == {3}


def test_a_timer_that_gives_up_ends_by_itself() -> None:
    gone = expired(a_listing(), at=NOON, actor="timer", deadlines=DEADLINES)
    *_, cancelled = on_the_bus(gone, "timer")
    assert cancelled["type"] == "listing.state.cancelled"
    assert keep(cancelled).stopped == set()


def test_the_timers_hear_of_every_entry_and_of_every_way_out_of_a_state_with_a_deadline() -> None:
    for state in State:
        for event in recorded("LISTING", ID, a_listing(state).facts, after=0, cause=a_cause()):
            matters = event.data["reminder_at"] or event.data.get("from_state") in DEADLINES.periods
            assert event.type in LISTENED_TO or not matters
