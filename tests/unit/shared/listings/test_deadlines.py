"""How long a listing may stay where it is, and when somebody is reminded of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.listings.deadlines import NO_DEADLINES, Deadlines, Term
from shared.listings.lifecycle import State
from tests.support.builders import DEADLINES, NOON


@pytest.mark.parametrize(("state", "days"), [(State.FOUND, 3), (State.MESSAGING, 7), (State.NEGOTIATING, 14)])
def test_a_term_ends_after_its_days_and_half_of_them_before_somebody_is_reminded(state: State, days: int) -> None:
    term = DEADLINES.term(state, at=NOON)
    assert term == Term(reminder_at=NOON + timedelta(days=days) / 2, deadline_at=NOON + timedelta(days=days))


@pytest.mark.parametrize("state", [State.PURCHASED, State.RECEIVED, State.LISTED, State.SOLD, State.CANCELLED])
def test_a_state_without_a_row_may_last_for_ever(state: State) -> None:
    assert DEADLINES.term(state, at=NOON) is None


@pytest.mark.parametrize("state", State)
def test_a_step_on_the_way_to_another_has_no_term(state: State) -> None:
    assert NO_DEADLINES.term(state, at=NOON) is None


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 0.99])
def test_a_reminder_comes_after_its_share_of_what_is_left(share: float) -> None:
    term = Deadlines(periods={}, reminder_after=share).until(NOON + timedelta(hours=100), at=NOON)
    assert term.deadline_at == NOON + timedelta(hours=100)
    assert abs(term.reminder_at - NOON - timedelta(hours=100 * share)) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("entered", "ends"),
    [
        ("2028-02-27T12:00:00+00:00", "2028-03-01T12:00:00+00:00"),  # over the 29th
        ("2028-02-26T00:00:00+00:00", "2028-02-29T00:00:00+00:00"),  # on it
        ("2027-02-26T12:00:00+00:00", "2027-03-01T12:00:00+00:00"),  # a year without
        ("2028-12-30T23:59:59.999999+00:00", "2029-01-02T23:59:59.999999+00:00"),
    ],
)
def test_three_days_are_three_days_over_leap_days_and_new_years(entered: str, ends: str) -> None:
    term = DEADLINES.term(State.FOUND, at=datetime.fromisoformat(entered))
    assert term
    assert term.deadline_at == datetime.fromisoformat(ends)


def test_a_term_is_as_long_over_the_end_of_summer_time_as_at_any_other() -> None:
    entered = datetime.fromisoformat("2026-10-24T12:00:00+00:00")
    term = DEADLINES.term(State.FOUND, at=entered)
    assert term
    in_london = [moment.astimezone(ZoneInfo("Europe/London")).hour for moment in (entered, term.deadline_at)]
    assert term.deadline_at - entered == timedelta(hours=72)
    assert in_london == [13, 12]
