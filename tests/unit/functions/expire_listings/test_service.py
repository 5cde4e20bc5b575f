"""A timer acts on a listing that others act on too: one of them wins, and the other one sees it."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from functions.expire_listings.service import Timer, act_on
from functions.receive_webhooks.news import hear, of_deal, of_message_sent
from shared.ledger.envelope import Cause
from shared.listings.changing import ATTEMPTS
from shared.listings.contracts import DealConfirmed, MessageSent
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.store import LedgerListings
from shared.listings.timer import POSTPONED_BY, extended
from shared.listings.trouble import MESSAGE_SELLER, troubled
from shared.runtime.errors import ConflictError, IllegalTransitionError, NotFoundError
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing, a_sighting
from tests.support.pauses import no_pause
from tests.unit.in_memory import ContestedListings, HeldClock, happened_to, shelf_in, shelf_with

ID = a_listing().id
TIMED = [State.FOUND, State.MESSAGING, State.NEGOTIATING]
ENTERED = {state: a_listing(state).entered_version for state in State}
TIMER = a_cause("timer")
BOT = a_cause("webhook:chatterbot")


def go_off(listings: LedgerListings, waited_until: datetime, *, state: State = State.FOUND) -> datetime | None:
    timer = Timer(listing_id=ID, entered_version=ENTERED[state], waited_until=waited_until)
    return act_on(timer, TIMER, listings=listings, deadlines=DEADLINES, clock=lambda: waited_until, pause=no_pause)


def times(state: State) -> tuple[datetime, datetime]:
    listing = a_listing(state)
    assert listing.reminder_at
    assert listing.deadline_at
    return listing.reminder_at, listing.deadline_at


def deal(listings: LedgerListings) -> Listing:
    told = DealConfirmed.model_validate({"listing_id": ID, "price": "300"})
    listing, _ = hear(of_deal(told), BOT, listings=listings, deadlines=DEADLINES, clock=lambda: NOON, pause=no_pause)
    return listing


def more_time(listings: LedgerListings) -> Listing:
    known = listings.get(ID)
    later = NOON + timedelta(days=100)
    return listings.save(extended(known, later, at=NOON, reason=None, deadlines=DEADLINES), a_cause("key:anna"))


def scrape_again(listings: LedgerListings) -> Listing:
    return listings.save(listings.get(ID).seen(a_sighting(price=Decimal(390)), at=NOON), a_cause())


def contested(state: State, rival: object, *, number: int = 1) -> ContestedListings:
    listings = ContestedListings(rival, times=number)  # type: ignore[arg-type]
    listings.free.save(a_listing(state), a_cause())
    return listings


@pytest.mark.parametrize("state", TIMED)
def test_a_timer_reminds_then_gives_up_and_is_over(state: State) -> None:
    listings, (reminder, deadline) = shelf_in(state), times(state)
    assert go_off(listings, reminder, state=state) == deadline
    assert listings.get(ID).reminded_at == reminder
    assert go_off(listings, deadline, state=state) is None
    assert listings.get(ID).state is State.CANCELLED
    assert happened_to(listings, ID)[-3:] == [
        "listing.deadline_approaching",
        "listing.deadline_passed",
        "listing.state.cancelled",
    ]


@pytest.mark.parametrize("state", TIMED)
def test_the_same_task_again_does_nothing_more_and_says_the_same(state: State) -> None:
    listings, (reminder, deadline) = shelf_in(state), times(state)
    assert [go_off(listings, reminder, state=state) for _ in range(3)] == [deadline] * 3
    assert happened_to(listings, ID).count("listing.deadline_approaching") == 1
    assert [go_off(listings, deadline, state=state) for _ in range(3)] == [None] * 3
    assert happened_to(listings, ID).count("listing.state.cancelled") == 1


@pytest.mark.parametrize("state", State)
def test_the_timer_of_an_entry_that_is_past_changes_nothing(state: State) -> None:
    listings = shelf_in(state)
    for old in TIMED:
        if ENTERED[old] != ENTERED[state]:
            assert go_off(listings, NOON + timedelta(days=1_000), state=old) is None
    assert listings.get(ID).state is state
    assert listings.get(ID).version == len(a_listing(state).facts)


def test_what_the_timer_does_is_in_the_trace_of_what_started_it() -> None:
    listings = shelf_in(State.FOUND)
    cause = Cause(actor="timer", trace_id="ab" * 16, correlation_id="c", causation_id=f"listing:{ID}:1")
    timer = Timer(listing_id=ID, entered_version=1, waited_until=times(State.FOUND)[1])
    act_on(timer, cause, listings=listings, deadlines=DEADLINES, clock=HeldClock(), pause=no_pause)
    gone = listings.history(ID)[-1]
    assert (gone.actor, gone.trace_id, gone.causation_id) == ("timer", "ab" * 16, f"listing:{ID}:1")


@pytest.mark.parametrize("state", TIMED)
def test_a_deal_that_comes_just_before_the_end_is_kept(state: State) -> None:
    listings = contested(state, deal)
    assert go_off(listings, times(state)[1], state=state) is None
    assert listings.get(ID).state is State.PURCHASED
    assert "listing.deadline_passed" not in happened_to(listings, ID)


@pytest.mark.parametrize("state", TIMED)
def test_a_deal_that_comes_just_after_the_end_hears_so_and_somebody_is_told(state: State) -> None:
    listings = contested(state, lambda free: go_off(free, times(state)[1], state=state))
    with pytest.raises(IllegalTransitionError, match="CANCELLED is final"):
        deal(listings)
    gone = listings.get(ID)
    assert gone.state is State.CANCELLED
    assert gone.trouble
    assert (gone.trouble.operation, gone.trouble.next) == ("deal_confirmed", "person")


def test_a_listing_that_went_on_at_that_very_moment_is_left_to_its_next_timer() -> None:
    told = MessageSent.model_validate({"listing_id": ID})

    def message(listings: LedgerListings) -> None:
        hear(of_message_sent(told), BOT, listings=listings, deadlines=DEADLINES, clock=lambda: NOON, pause=no_pause)

    listings = contested(State.FOUND, message)
    assert go_off(listings, times(State.FOUND)[1]) is None
    assert listings.get(ID).state is State.MESSAGING
    assert listings.get(ID).deadline_at == NOON + timedelta(days=7)


@pytest.mark.parametrize("which", [0, 1])
def test_more_time_that_is_given_at_that_very_moment_counts(which: int) -> None:
    listings = contested(State.FOUND, more_time)
    until = go_off(listings, times(State.FOUND)[which])
    assert until == NOON + timedelta(days=50)
    assert listings.get(ID).state is State.FOUND
    assert "listing.deadline_approaching" not in happened_to(listings, ID)


@pytest.mark.parametrize("number", [1, 3, ATTEMPTS - 1])
def test_a_scrape_that_comes_between_neither_saves_nor_doubles(number: int) -> None:
    listings = contested(State.FOUND, scrape_again, number=number)
    assert go_off(listings, times(State.FOUND)[1]) is None
    assert listings.get(ID).state is State.CANCELLED
    assert happened_to(listings, ID).count("listing.deadline_passed") == 1


def test_who_loses_every_time_comes_back_later() -> None:
    listings = contested(State.FOUND, scrape_again, number=1_000)
    with pytest.raises(ConflictError):
        go_off(listings, times(State.FOUND)[1])
    assert listings.get(ID).state is State.FOUND


def test_a_listing_whose_service_is_down_is_given_a_day_at_a_time() -> None:
    listings = shelf_with(troubled(a_listing(), MESSAGE_SELLER, "503", at=NOON))
    _, deadline = times(State.FOUND)
    assert go_off(listings, deadline) == deadline + POSTPONED_BY
    assert listings.get(ID).deadline_at == deadline + POSTPONED_BY
    assert happened_to(listings, ID)[-1] == "listing.deadline_extended"


class KilledError(BaseException):
    """The function is stopped from outside."""


class Killing(LedgerListings):
    """Stops the function around its first write, before or after it took place."""

    def __init__(self, listings: LedgerListings, *, after: bool) -> None:
        self._inner, self._after, self._alive = listings, after, True

    def get(self, listing_id: str) -> Listing:
        return self._inner.get(listing_id)

    def save(self, listing: Listing, cause: Cause) -> Listing:
        assert self._alive
        self._alive = False
        if self._after:
            self._inner.save(listing, cause)
        raise KilledError


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("state", TIMED)
def test_a_timer_that_is_killed_between_comes_again_to_the_same_end(state: State, after: bool) -> None:
    listings, (reminder, deadline) = shelf_in(state), times(state)
    for waited_until, until in ((reminder, deadline), (deadline, None)):
        with pytest.raises(KilledError):
            go_off(Killing(listings, after=after), waited_until, state=state)
        assert go_off(listings, waited_until, state=state) == until
    assert happened_to(listings, ID)[-3:] == [
        "listing.deadline_approaching",
        "listing.deadline_passed",
        "listing.state.cancelled",
    ]


@pytest.mark.parametrize("after", [False, True])
def test_a_timer_that_is_killed_over_a_postponement_goes_off_on_the_new_day(after: bool) -> None:
    known = troubled(a_listing(), MESSAGE_SELLER, "503", at=NOON)
    listings, (reminder, deadline) = shelf_with(known), times(State.FOUND)
    go_off(listings, reminder)
    with pytest.raises(KilledError):
        go_off(Killing(listings, after=after), deadline)
    assert go_off(listings, deadline) == deadline + POSTPONED_BY
    assert happened_to(listings, ID).count("listing.deadline_extended") == 1


def test_the_timer_of_a_listing_that_nobody_found_fails() -> None:
    with pytest.raises(NotFoundError):
        go_off(ContestedListings(), NOON)
