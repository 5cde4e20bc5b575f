"""Operators move a listing: over what they saw, or over what it became, and never over each other."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.ledger.envelope import Cause
from shared.ledger.memory import MemoryLedger
from shared.listings.acting import over_version
from shared.listings.changing import ATTEMPTS, change_listing
from shared.listings.lifecycle import TRANSITIONS, State
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from shared.listings.views import step_of
from shared.runtime.errors import ConflictError, IllegalTransitionError, InvalidInputError, NotFoundError
from tests.support.builders import DEADLINES, NOON, STEP_DETAILS, a_cause, a_listing, a_sighting
from tests.support.pauses import no_pause

ID = a_listing().id
LATER = NOON + timedelta(hours=1)
OPERATOR = a_cause("key:anna")


class Contested(LedgerListings):
    """Just before each of our first writes, somebody else writes."""

    def __init__(self, rival: Callable[[LedgerListings], None], *, times: int) -> None:
        self._rival, self._left = rival, times
        self._free = LedgerListings(ledger := MemoryLedger())
        super().__init__(ledger)
        self._free.save(a_listing(), a_cause())

    def save(self, listing: Listing, cause: Cause) -> Listing:
        if self._left:
            self._left -= 1
            self._rival(self._free)
        return super().save(listing, cause)


def scrape_again(listings: LedgerListings) -> None:
    known = listings.get(ID)
    listings.save(known.seen(a_sighting(job_id=str(UUID(int=known.version))), at=NOON), a_cause())


def cancel(listings: LedgerListings) -> None:
    gone = listings.get(ID).moved(
        State.CANCELLED, at=NOON, actor="key:ben", reason=None, details={}, deadlines=DEADLINES
    )
    listings.save(gone, a_cause("key:ben"))


def shelf_with(state: State = State.FOUND) -> LedgerListings:
    listings = LedgerListings(MemoryLedger())
    listings.save(a_listing(state), a_cause())
    return listings


def one_step(to: State, details: Mapping[str, Any]) -> Callable[[Listing], Listing]:
    return lambda listing: listing.moved(
        to, at=LATER, actor=OPERATOR.actor, reason="said so", details=details, deadlines=DEADLINES
    )


def move(listings: LedgerListings, to: State = State.MESSAGING, *, expected: int | None = None) -> Listing:
    step = one_step(to, STEP_DETAILS.get(to, {}))
    return change_listing(ID, over_version(expected, step), OPERATOR, listings=listings, pause=no_pause)[0]


def test_a_listing_moves_and_says_who_moved_it_when_and_why() -> None:
    listings = shelf_with()
    moved = move(listings)
    assert (moved.state, moved.version, moved.messaging_at) == (State.MESSAGING, 2, LATER)
    assert listings.get(ID).state is State.MESSAGING
    step = step_of(listings.history(ID)[-1])
    assert step
    assert (step.triggered_by, step.reason, step.transitioned_at) == ("key:anna", "said so", LATER)


@pytest.mark.parametrize("current", State)
def test_every_step_of_the_table_can_be_taken_and_no_other(current: State) -> None:
    for target in State:
        listings = shelf_with(current)
        if target in TRANSITIONS[current]:
            assert move(listings, target).state is target
        else:
            with pytest.raises(IllegalTransitionError):
                move(listings, target)
            assert listings.get(ID).state is current


def test_a_step_over_the_version_that_was_seen_is_taken() -> None:
    assert move(shelf_with(), expected=1).version == 2


@pytest.mark.parametrize("expected", [0, 2, 10**9])
def test_a_step_over_a_version_that_is_not_there_is_a_conflict_and_changes_nothing(expected: int) -> None:
    listings = shelf_with()
    with pytest.raises(ConflictError):
        move(listings, expected=expected)
    assert len(listings.history(ID)) == 1


def test_a_version_that_is_not_there_counts_before_what_the_table_says() -> None:
    with pytest.raises(ConflictError):
        move(shelf_with(), State.SOLD, expected=7)


def test_a_step_that_lacks_what_it_needs_changes_nothing() -> None:
    listings = shelf_with(State.NEGOTIATING)
    lacking = one_step(State.PURCHASED, {"purchase_prise": Decimal(1)})
    with pytest.raises(InvalidInputError):
        change_listing(ID, lacking, OPERATOR, listings=listings, pause=no_pause)
    assert listings.get(ID).state is State.NEGOTIATING


def test_a_listing_that_nobody_found_cannot_be_moved() -> None:
    with pytest.raises(NotFoundError):
        move(LedgerListings(MemoryLedger()))


@pytest.mark.parametrize("times", [1, 3, ATTEMPTS - 1])
def test_a_step_is_tried_again_over_what_others_wrote_meanwhile(times: int) -> None:
    listings = Contested(scrape_again, times=times)
    moved = move(listings)
    assert (moved.state, moved.times_seen) == (State.MESSAGING, 1 + times)
    assert len(listings.history(ID)) == 2 + times


def test_a_step_that_loses_every_time_ends_in_a_conflict() -> None:
    listings = Contested(scrape_again, times=1_000)
    with pytest.raises(ConflictError):
        move(listings)
    assert listings.get(ID).state is State.FOUND


def test_a_step_over_what_was_seen_is_not_tried_over_something_else() -> None:
    listings = Contested(scrape_again, times=1)
    with pytest.raises(ConflictError):
        move(listings, expected=1)
    assert listings.get(ID).state is State.FOUND


def test_a_step_that_lost_to_another_is_judged_by_where_the_listing_is_now() -> None:
    with pytest.raises(IllegalTransitionError, match="CANCELLED is final"):
        move(Contested(cancel, times=1))


def outcomes(listings: LedgerListings, targets: list[State], *, expected: int | None = None) -> list[Listing]:
    """What became of sixteen who move at once; those who were refused are left out."""

    def attempt(target: State) -> Listing | None:
        try:
            return move(listings, target, expected=expected)
        except (ConflictError, IllegalTransitionError):
            return None

    with ThreadPoolExecutor(len(targets)) as pool:
        return [moved for moved in pool.map(attempt, targets) if moved]


@pytest.mark.parametrize("expected", [None, 1])
def test_of_sixteen_who_move_a_listing_to_one_state_one_wins(expected: int | None) -> None:
    listings = shelf_with()
    assert len(outcomes(listings, [State.MESSAGING] * 16, expected=expected)) == 1
    assert len(listings.history(ID)) == 2


def test_of_sixteen_with_one_version_in_hand_one_wins_wherever_they_go() -> None:
    targets = [State.MESSAGING, State.CANCELLED] * 8
    assert len(outcomes(shelf_with(), targets, expected=1)) == 1


def test_sixteen_who_move_a_listing_apart_leave_one_chain_with_every_success_in_it_once() -> None:
    listings = shelf_with()
    targets = [State.MESSAGING, State.NEGOTIATING, State.CANCELLED, State.PURCHASED] * 4
    won = outcomes(listings, targets)
    events = listings.history(ID)
    steps = [step for event in events if (step := step_of(event))]
    assert [event.version for event in events] == list(range(1, len(events) + 1))
    assert [step.from_state for step in steps] == [None, *(step.to_state for step in steps[:-1])]
    assert sorted(moved.version for moved in won) == [step.version for step in steps[1:]]
