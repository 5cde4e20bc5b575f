"""When something was written: ordered alike by everybody, whatever the clocks say."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.control.registry.stamp import MOST_AHEAD, Stamp, stamp_after
from tests.support.builders import NOON

SKEWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(-600, 600)), min_size=2, max_size=20)


@given(SKEWS)
def test_what_is_written_over_something_is_always_later(writes: list[tuple[str, int]]) -> None:
    stamps: list[Stamp] = []
    for origin, skew in writes:
        known = stamps[-1] if stamps else None
        stamps.append(stamp_after(known, origin=origin, at=NOON + timedelta(seconds=skew)))
    assert all(one < other for one, other in pairwise(stamps))


def test_of_two_at_once_the_name_decides_and_for_everybody_alike() -> None:
    one, other = (stamp_after(None, origin=origin, at=NOON) for origin in ("a", "b"))
    assert one < other
    assert max([other, one]) is other


def test_the_time_of_day_decides_where_clocks_agree() -> None:
    early = stamp_after(None, origin="z", at=NOON)
    late = stamp_after(None, origin="a", at=NOON + timedelta(milliseconds=1))
    assert early < late


def test_a_clock_may_be_a_little_ahead_and_not_more() -> None:
    for ahead, is_too_far in ((MOST_AHEAD, False), (MOST_AHEAD + timedelta(milliseconds=1), True)):
        assert stamp_after(None, origin="a", at=NOON + ahead).is_too_far_ahead(at=NOON) is is_too_far
