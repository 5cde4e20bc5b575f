"""What is said of an address follows from its samples, and from enough of them."""

from fractions import Fraction
from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.status.sampled import ENOUGH_FOR_P95, Checked, Sample, percentile
from shared.status.targets import Target
from tests.support.digests import a_check

LATENCIES = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=200)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([15, 20, 35, 40, 50], 5, 15),  # the example of "nearest rank" in Wikipedia's article on percentiles
        ([15, 20, 35, 40, 50], 30, 20),
        ([15, 20, 35, 40, 50], 40, 20),
        ([15, 20, 35, 40, 50], 50, 35),
        ([15, 20, 35, 40, 50], 100, 50),
        (list(range(1, 21)), 95, 19),
        (list(range(1, 101)), 95, 95),
        (list(range(1, 102)), 95, 96),
        ([7], 95, 7),
    ],
)
def test_a_percentile_is_the_nearest_rank(values: list[float], percent: int, expected: float) -> None:
    assert percentile(values, percent) == percentile(values[::-1], percent) == expected


@given(LATENCIES, st.integers(1, 100))
def test_no_smaller_value_would_do(values: list[float], percent: int) -> None:
    found = percentile(values, percent)
    wanted = Fraction(len(values) * percent, 100)
    assert found in values
    assert sum(value <= found for value in values) >= wanted
    assert sum(value < found for value in values) < wanted


@given(LATENCIES)
def test_half_of_them_is_the_lower_median(values: list[float]) -> None:
    assert percentile(values, 50) == median_low(values)


@pytest.mark.parametrize("answers", range(1, 41))
def test_p95_is_told_from_twenty_answers_on(answers: int) -> None:
    checked = a_check(good=answers)
    assert (checked.p95 is not None) == (answers >= ENOUGH_FOR_P95 == 20)
    assert checked.p50 == 50


def test_what_got_no_answer_counts_for_the_success_and_not_for_the_latency() -> None:
    checked = a_check(good=15, bad=2, unanswered=3)
    assert (checked.asked, checked.failed, checked.permille) == (20, 5, 750)
    assert (checked.p50, checked.p95) == (50, None)
    assert list(checked.errors.items()) == [("cannot be reached", 3), ("answers 500", 2)]


def test_of_an_address_nobody_asked_nothing_is_said() -> None:
    checked = Checked(target=Target(name="api", url=""))
    assert (checked.permille, checked.p50, checked.p95, checked.errors) == (None, None, None, {})


@given(st.lists(st.booleans(), min_size=1, max_size=3_000))
def test_a_thousand_of_a_thousand_is_said_of_nothing_less(good: list[bool]) -> None:
    samples = tuple(Sample(milliseconds=1, error=None if one else "answers 500") for one in good)
    permille = Checked(target=Target(name="api", url=""), samples=samples).permille
    assert (permille == 1_000) == all(good)
