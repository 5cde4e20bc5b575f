"""Listings in the ledger: whatever happens to one, in whatever order, its history stays one chain."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shared.ledger.memory import MemoryLedger
from shared.listings.lifecycle import TRANSITIONS, State, is_final
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from shared.listings.views import Step, step_of
from shared.runtime.errors import ConflictError, IllegalTransitionError, NotFoundError
from tests.support.builders import DEADLINES, NOON, STEP_DETAILS, a_cause, a_listing, a_sighting

CAUSE = a_cause()


class ListingLife(RuleBasedStateMachine):
    """One listing, scraped and moved and fought over; beside it, what a reader would expect to see."""

    def __init__(self) -> None:
        super().__init__()
        self.listings = LedgerListings(MemoryLedger())
        self.minutes = 0
        self.state, self.seen, self.steps = State.FOUND, 1, 1
        self.ended_in: State | None = None

    @initialize()
    def find(self) -> None:
        self.id = self.listings.save(a_listing(), CAUSE).id

    @rule(price=st.sampled_from([400, 380, 410]), currency=st.sampled_from(["GBP", "EUR"]))
    def scrape_again(self, price: int, currency: str) -> None:
        self.listings.save(self.met_again(price=Decimal(price), currency=currency), CAUSE)
        self.seen += 1

    @rule(to=st.sampled_from(State))
    def move(self, to: State) -> None:
        if to in TRANSITIONS[self.state]:
            self.listings.save(self.moved(to), CAUSE)
            self.state, self.steps = to, self.steps + 1
        else:
            with pytest.raises(IllegalTransitionError):
                self.moved(to)

    @rule(data=st.data())
    def save_what_is_stale(self, data: st.DataObject) -> None:
        ways = [self.met_again(), *(self.moved(target) for target in TRANSITIONS[self.state])]
        self.scrape_again(price=405, currency="GBP")
        with pytest.raises(ConflictError):
            self.listings.save(data.draw(st.sampled_from(ways)), CAUSE)

    @rule()
    def find_what_is_known(self) -> None:
        with pytest.raises(ConflictError):
            self.listings.save(a_listing(), CAUSE)

    def met_again(self, **sighting: Any) -> Listing:
        self.minutes += 1
        again = a_sighting(job_id=str(UUID(int=self.minutes)), **sighting)
        return self.listings.get(self.id).seen(again, at=NOON + timedelta(minutes=self.minutes))

    def moved(self, target: State) -> Listing:
        self.minutes += 1
        return self.listings.get(self.id).moved(
            target,
            at=NOON + timedelta(minutes=self.minutes),
            actor="key:test",
            reason=None,
            details=STEP_DETAILS.get(target, {}),
            deadlines=DEADLINES,
        )

    @property
    def path(self) -> list[Step]:
        return [step for event in self.listings.history(self.id) if (step := step_of(event))]

    @invariant()
    def the_listing_is_what_was_done_to_it(self) -> None:
        listing = self.listings.get(self.id)
        assert (listing.state, listing.times_seen) == (self.state, self.seen)
        assert len(self.path) == self.steps

    @invariant()
    def versions_have_no_gap_and_ids_no_double(self) -> None:
        events = self.listings.history(self.id)
        assert [event.version for event in events] == list(range(1, len(events) + 1))
        assert self.listings.get(self.id).version == len(events) == self.steps + self.seen - 1
        assert len({event.id for event in events}) == len(events)

    @invariant()
    def the_history_is_one_chain_by_the_table(self) -> None:
        states = [step.to_state for step in self.path]
        assert [step.from_state for step in self.path] == [None, *states[:-1]]
        assert all(after in TRANSITIONS[before] for before, after in pairwise(states))
        assert states[-1] is self.listings.get(self.id).state

    @invariant()
    def the_end_is_the_end(self) -> None:
        state = self.listings.get(self.id).state
        assert self.ended_in in (None, state)
        self.ended_in = state if is_final(state) else None

    @invariant()
    def the_board_shows_it_once_where_it_is(self) -> None:
        shown = {state: [listing.id for _, listing in self.listings.newest([state])] for state in State}
        assert shown == {state: [self.id] if state is self.state else [] for state in State}


def test_whatever_happens_to_a_listing_its_history_is_one_chain() -> None:
    run_state_machine_as_test(
        ListingLife, settings=settings(derandomize=True, deadline=None, max_examples=15, stateful_step_count=20)
    )


@pytest.mark.parametrize("state", State)
def test_a_listing_is_read_as_it_was_saved(state: State) -> None:
    listings = LedgerListings(MemoryLedger())
    saved = listings.save(a_listing(state), CAUSE)
    assert saved.facts == ()
    assert listings.get(saved.id) == saved
    assert listings.get_many([saved.id, "another"]) == {saved.id: saved}


def test_saving_many_tells_which_of_them_lost() -> None:
    listings = LedgerListings(MemoryLedger())
    known, new = a_listing(url="https://market.example/1"), a_listing(url="https://market.example/2")
    listings.save(known, CAUSE)
    assert listings.save_all([known, new], CAUSE) == {known.id}
    assert listings.get(new.id).version == 1


def test_a_claim_lets_one_change_through_and_no_second() -> None:
    listings = LedgerListings(MemoryLedger())
    claim = {a_listing().id: "SIGHTING#job 2"}
    found = listings.save(a_listing(), CAUSE)
    assert listings.save_all([found.seen(a_sighting(), at=NOON)], CAUSE, claims=claim) == set()
    again = listings.get(found.id).seen(a_sighting(), at=NOON)
    assert listings.save_all([again], CAUSE, claims=claim) == {found.id}
    assert listings.claimed(["SIGHTING#job 2", "SIGHTING#job 3"]) == {"SIGHTING#job 2"}
    assert listings.get(found.id).times_seen == 2


@pytest.mark.parametrize("states", [[State.FOUND], [State.FOUND, State.SOLD], list(State)], ids=len)
def test_the_newest_change_comes_first_across_all_states_that_are_asked_for(states: list[State]) -> None:
    listings = LedgerListings(MemoryLedger())
    for minute in range(24):
        url = f"https://market.example/{minute}"
        state = list(State)[minute % len(State)]
        listings.save(a_listing(state, url=url, at=NOON + timedelta(minutes=minute)), CAUSE)
    found = [listing for _, listing in listings.newest(states)]
    assert len(found) == 3 * len(states)
    assert {listing.state for listing in found} == set(states)
    assert [x.changed_at for x in found] == sorted((x.changed_at for x in found), reverse=True)


def test_a_listing_that_nobody_found_has_neither_state_nor_history() -> None:
    listings = LedgerListings(MemoryLedger())
    with pytest.raises(NotFoundError):
        listings.get("another")
    with pytest.raises(NotFoundError):
        listings.history("another")
