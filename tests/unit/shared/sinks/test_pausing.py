"""How long what is for a paused sink waits: soon looked at again at first, seldom where it takes long."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sinks.pausing import SinkState
from tests.support.builders import NOON

PAUSED = SinkState(name="notion", is_paused=True, since=NOON)


def test_a_sink_that_is_served_has_nothing_wait() -> None:
    assert SinkState(name="notion").wait(at=NOON) is None
    assert SinkState(name="notion", since=NOON).wait(at=NOON + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("paused_for", "seconds"),
    [(0, 10), (-60, 10), (39, 10), (40, 10), (240, 60), (3_600, 900), (86_400, 900)],
)
def test_the_longer_it_is_paused_the_longer_the_wait_within_bounds(paused_for: int, seconds: int) -> None:
    assert PAUSED.wait(at=NOON + timedelta(seconds=paused_for)) == timedelta(seconds=seconds)


def test_a_pause_whose_beginning_is_not_known_is_a_new_one() -> None:
    assert SinkState(name="notion", is_paused=True).wait(at=NOON) == timedelta(seconds=10)


@given(st.integers(0, 10**7))
def test_who_waits_through_a_pause_comes_at_most_a_quarter_of_it_late_or_ten_seconds(seconds: int) -> None:
    wait = PAUSED.wait(at=NOON + timedelta(seconds=seconds))
    assert wait is not None
    assert wait <= max(timedelta(seconds=seconds / 4), timedelta(seconds=10))
