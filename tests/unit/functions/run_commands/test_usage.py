"""What uses add up to, whatever they are."""

from datetime import timedelta
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from functions.run_commands.recording import Outcome
from functions.run_commands.usage import Used, summed_up
from shared.status.sampled import ENOUGH_FOR_P95
from tests.support.builders import NOON

uses = st.lists(
    st.builds(
        Used,
        command=st.sampled_from(["help", "sinks pause", "route.look"]),
        user_id=st.sampled_from("123"),
        outcome=st.sampled_from(Outcome),
        took=st.integers(0, 900_000),
        at=st.integers(0, 5).map(lambda days: NOON - timedelta(days=days)),
    ),
    max_size=60,
)


@given(uses)
def test_every_use_is_counted_once_in_each_way(many: list[Used]) -> None:
    summary = summed_up(many)
    ways = (summary.people, summary.outcomes, summary.days)
    assert summary.uses == sum(row.uses for row in summary.rows) == len(many)
    assert all(sum(number for _, number in way) == len(many) for way in ways)
    assert all([number for _, number in way] == sorted((n for _, n in way), reverse=True) for way in ways)
    assert (summary.overall is None) == (not many)


@given(uses)
def test_half_took_no_longer_than_the_median_and_nineteen_of_twenty_no_longer_than_p95(many: list[Used]) -> None:
    for row in summed_up(many).rows:
        took = [one.took for one in many if one.command == row.command]
        assert row.median == round(median(took))
        assert (row.p95 is None) == (len(took) < ENOUGH_FOR_P95)
        if row.p95 is not None:
            assert row.p95 in took
            assert sum(one <= row.p95 for one in took) * 20 >= len(took) * 19
            assert sum(one < row.p95 for one in took) * 20 < len(took) * 19
