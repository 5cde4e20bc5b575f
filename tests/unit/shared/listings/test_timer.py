"""What a timer finds due: to the microsecond, for the entry it was made for, and for no other."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from shared.ledger.catalogue import recorded
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.timer import POSTPONED_BY, Due, Verdict, expired, extended, postponed, reminded, verdict
from shared.listings.trouble import MESSAGE_SELLER, troubled
from shared.runtime.errors import IllegalTransitionError, InvalidInputError
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing

DAYS = {State.FOUND: 3, State.MESSAGING: 7, State.NEGOTIATING: 14}
UNTIMED = [state for state in State if state not in DAYS]
MOMENT, SECOND = timedelta(microseconds=1), timedelta(seconds=1)
LEAP_DAY = datetime.fromisoformat("2028-02-29T00:00:00+00:00")
ENTRIES = [pytest.param(state, at, id=f"{state}-{at:%Y-%m-%d}") for state, at in product(DAYS, (NOON, LEAP_DAY))]
AROUND = [(-SECOND, False), (-MOMENT, False), (timedelta(0), True), (MOMENT, True), (SECOND, True)]


def asked(listing: Listing, at: datetime, *, entered_version: int | None = None) -> Verdict:
    version = listing.entered_version if entered_version is None else entered_version
    return verdict(listing, entered_version=version, at=at)


def times_of(listing: Listing) -> tuple[datetime, datetime]:
    assert listing.reminder_at
    assert listing.deadline_at
    return listing.reminder_at, listing.deadline_at


def more_time(listing: Listing, deadline: datetime, *, at: datetime) -> Listing:
    return extended(listing, deadline, at=at, reason="they are on holiday", deadlines=DEADLINES)


def waiting_for_a_service(listing: Listing, **said: Any) -> Listing:
    return troubled(listing, MESSAGE_SELLER, "503", at=NOON, **said)


@pytest.mark.parametrize(("state", "at"), ENTRIES)
@pytest.mark.parametrize(("offset", "is_due"), AROUND)
def test_a_reminder_is_due_from_its_very_moment_on(state: State, at: datetime, offset: timedelta, is_due: bool) -> None:
    listing = a_listing(state, at=at)
    reminder, deadline = times_of(listing)
    assert reminder == at + timedelta(days=DAYS[state]) / 2
    remind, wait = Verdict(due=Due.REMIND, until=deadline), Verdict(due=Due.WAIT, until=reminder)
    assert asked(listing, reminder + offset) == (remind if is_due else wait)


@pytest.mark.parametrize(("state", "at"), ENTRIES)
@pytest.mark.parametrize(("offset", "is_due"), AROUND)
def test_a_listing_is_given_up_from_the_very_moment_of_its_deadline_on(
    state: State, at: datetime, offset: timedelta, is_due: bool
) -> None:
    listing = reminded(a_listing(state, at=at), at=at)
    _, deadline = times_of(listing)
    assert deadline == at + timedelta(days=DAYS[state])
    assert asked(listing, deadline + offset) == (
        Verdict(due=Due.EXPIRE) if is_due else Verdict(due=Due.WAIT, until=deadline)
    )


@pytest.mark.parametrize("state", DAYS)
def test_a_timer_that_goes_off_far_too_late_gives_up_without_a_reminder(state: State) -> None:
    assert asked(a_listing(state), NOON + timedelta(days=1_000)) == Verdict(due=Due.EXPIRE)


@pytest.mark.parametrize("state", DAYS)
def test_who_was_reminded_is_not_reminded_again(state: State) -> None:
    listing = a_listing(state)
    reminder, deadline = times_of(listing)
    assert asked(reminded(listing, at=reminder), reminder + SECOND) == Verdict(due=Due.WAIT, until=deadline)


@pytest.mark.parametrize("state", UNTIMED)
@pytest.mark.parametrize("at", [NOON, NOON + timedelta(days=1_000)])
def test_a_timer_has_nothing_to_do_where_a_listing_may_stay(state: State, at: datetime) -> None:
    assert asked(a_listing(state), at) == Verdict(due=Due.NOTHING)


@pytest.mark.parametrize(("old", "now"), [(old, now) for old, now in product(DAYS, State) if old is not now])
def test_a_timer_of_another_entry_has_nothing_to_do(old: State, now: State) -> None:
    late = NOON + timedelta(days=1_000)
    listing, version = a_listing(now), a_listing(old).entered_version
    is_its_own = version == listing.entered_version
    assert is_its_own == (now is State.CANCELLED and old is State.MESSAGING)  # both are second steps
    assert asked(listing, late, entered_version=version).due is Due.NOTHING


@pytest.mark.parametrize("off_by", [-1, 1, 1_000])
@pytest.mark.parametrize("state", DAYS)
def test_only_the_timer_of_just_this_entry_counts(state: State, off_by: int) -> None:
    listing = a_listing(state)
    other = asked(listing, NOON + timedelta(days=1_000), entered_version=listing.entered_version + off_by)
    assert other.due is Due.NOTHING


@pytest.mark.parametrize("state", DAYS)
def test_more_time_before_the_reminder_moves_the_reminder_too(state: State) -> None:
    listing = a_listing(state)
    reminder, deadline = times_of(listing)
    later = more_time(listing, deadline + timedelta(days=10), at=NOON)
    new_reminder, new_deadline = times_of(later)
    assert new_deadline == deadline + timedelta(days=10)
    assert new_reminder == NOON + (new_deadline - NOON) / 2 > reminder
    assert asked(later, reminder) == Verdict(due=Due.WAIT, until=new_reminder)
    assert asked(later, deadline) == (
        Verdict(due=Due.WAIT, until=new_reminder)
        if deadline < new_reminder
        else Verdict(due=Due.REMIND, until=new_deadline)
    )


@pytest.mark.parametrize("state", DAYS)
def test_more_time_after_the_reminder_brings_a_second_reminder_in_the_middle_of_what_is_left(state: State) -> None:
    listing = a_listing(state)
    reminder, deadline = times_of(listing)
    at = reminder + timedelta(hours=1)
    later = more_time(reminded(listing, at=reminder), deadline + timedelta(days=2), at=at)
    new_reminder, new_deadline = times_of(later)
    assert at < new_reminder < new_deadline
    assert later.reminded_at is None
    assert asked(later, new_reminder - MOMENT) == Verdict(due=Due.WAIT, until=new_reminder)
    assert asked(later, new_reminder) == Verdict(due=Due.REMIND, until=new_deadline)


@pytest.mark.parametrize("offset", [timedelta(0), -MOMENT, -timedelta(days=30)])
def test_a_deadline_is_never_moved_to_an_earlier_time_nor_to_the_same(offset: timedelta) -> None:
    listing = a_listing()
    _, deadline = times_of(listing)
    with pytest.raises(InvalidInputError, match="later"):
        more_time(listing, deadline + offset, at=NOON)


@pytest.mark.parametrize("state", UNTIMED)
def test_what_has_no_deadline_cannot_be_given_more_time(state: State) -> None:
    with pytest.raises(IllegalTransitionError, match=f"in {state} has no deadline"):
        more_time(a_listing(state), NOON + timedelta(days=1), at=NOON)


@pytest.mark.parametrize("in_doubt", [True, False])
def test_a_listing_that_waits_for_a_service_is_not_given_up_for_that(in_doubt: bool) -> None:
    listing = waiting_for_a_service(a_listing(), in_doubt=in_doubt)
    _, deadline = times_of(listing)
    assert asked(listing, deadline) == Verdict(due=Due.POSTPONE, until=deadline + POSTPONED_BY)
    assert asked(listing, deadline - MOMENT).due is not Due.POSTPONE


def test_a_listing_that_waits_for_a_person_is_given_up_as_any_other() -> None:
    listing = waiting_for_a_service(a_listing(), final=True)
    assert asked(listing, times_of(listing)[1]) == Verdict(due=Due.EXPIRE)


def test_what_was_postponed_is_given_up_a_day_later_once_the_service_is_not_what_it_waits_for() -> None:
    listing = reminded(waiting_for_a_service(a_listing()), at=NOON)
    until = times_of(listing)[1] + POSTPONED_BY
    later = postponed(listing, until, at=until - POSTPONED_BY)
    assert later.deadline_at == until
    assert asked(later, until - MOMENT) == Verdict(due=Due.WAIT, until=until)
    assert asked(later, until).due is Due.POSTPONE
    assert asked(replace(later, trouble=None), until).due is Due.EXPIRE


def test_what_is_tried_again_no_more_is_not_waited_for_for_ever() -> None:
    """A failure to be retried, and no try since: whoever would have tried has other orders by now."""
    listing = waiting_for_a_service(a_listing())
    _, deadline = times_of(listing)
    for _ in range(60):
        due = asked(listing, deadline)
        if due.due is Due.EXPIRE:
            return
        assert due.until
        listing, deadline = postponed(listing, due.until, at=deadline), due.until
    raise AssertionError("two months after its last try it is still waited for")


@pytest.mark.parametrize("state", DAYS)
def test_every_word_of_a_timer_can_be_recorded(state: State) -> None:
    listing = a_listing(state)
    reminder, deadline = times_of(listing)
    listing = reminded(listing, at=reminder)
    listing = more_time(listing, deadline + timedelta(days=1), at=reminder)
    listing = postponed(listing, deadline + timedelta(days=2), at=deadline)
    listing = expired(listing, at=deadline + timedelta(days=2), actor="timer", deadlines=DEADLINES)
    events = recorded("LISTING", listing.id, listing.facts, after=0, cause=a_cause("timer"))
    told = [event.type.removeprefix("listing.") for event in events[-5:]]
    assert told[:3] == ["deadline_approaching", "deadline_extended", "deadline_extended"]
    assert told[3:] == ["deadline_passed", "state.cancelled"]
    assert [event.data["state"] for event in events[-5:-1]] == [state] * 4


@pytest.mark.parametrize("state", DAYS)
def test_who_is_given_up_is_cancelled_by_the_timer_and_says_why(state: State) -> None:
    listing = a_listing(state)
    gone = expired(listing, at=NOON + timedelta(days=14), actor="timer", deadlines=DEADLINES)
    told = gone.facts[-1].data
    assert (gone.state, gone.deadline_at, gone.reminder_at) == (State.CANCELLED, None, None)
    assert (told["triggered_by"], told["from_state"], told["from_version"]) == ("timer", state, listing.entered_version)
    assert state in told["reason"]
    assert gone.entered_version == len(gone.facts)


@pytest.mark.parametrize("state", [State.PURCHASED, State.RECEIVED, State.LISTED, State.SOLD, State.CANCELLED])
def test_what_cannot_be_cancelled_by_time_has_no_deadline(state: State) -> None:
    assert a_listing(state).deadline_at is None
