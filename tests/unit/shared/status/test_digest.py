"""What is compared between two digests: figures that both know, and know in full."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.deliveries.delivery import Status
from shared.status.activity import Activity
from shared.status.brought import Brought
from shared.status.digest import Count, Unread, changes, figures_of
from shared.status.period import Period
from shared.status.queues import Depth
from shared.status.runs import Runs
from tests.support.digests import a_check, a_digest, a_run

FIGURES = st.dictionaries(st.sampled_from("abcdef"), st.integers(-100, 100))


def depth(messages: int | None, *, is_dead: bool = False) -> Depth:
    return Depth(name="Listings", messages=messages, is_dead=is_dead)


def test_all_that_is_known_is_a_figure() -> None:
    digest = a_digest(
        services=(a_check("my api", good=19, bad=1), a_check("shop", good=3)),
        queues=(depth(2), depth(3), depth(1, is_dead=True)),
        listings={"FOUND": Count(number=4), "SOLD": Count(number=1_000, is_more=True)},
        activity=Activity(bars=[Counter()], types=Counter({"listing.created": 7})),
        brought=Brought(by_sink={"notion": Counter({Status.DELIVERED: 5, Status.FAILED: 1})}),
        runs=Runs(runs=[a_run("success"), a_run("failure")]),
    )
    assert figures_of(digest) == {
        "success my api": 950,
        "p50 my api": 50,
        "p95 my api": 50,
        "success shop": 1_000,
        "p50 shop": 50,
        "waiting": 5,
        "dead": 1,
        "listings FOUND": 4,
        "events": 7,
        "deliveries": 6,
        "deliveries failed": 1,
        "runs": 2,
        "runs failed": 1,
    }


def test_what_is_not_known_in_full_is_no_figure() -> None:
    unread = Unread(why="it is away")
    nothing = a_digest(services=(), queues=unread, listings=unread, activity=unread, brought=unread, runs=unread)
    assert figures_of(nothing) == {}
    cut = a_digest(
        services=(),
        queues=(depth(2), depth(None)),
        activity=Activity(bars=[Counter()], is_cut=True),
        brought=Brought(by_sink={}, is_cut=True),
        runs=Runs(runs=[], is_cut=True),
    )
    assert figures_of(cut) == {}


@given(FIGURES, FIGURES)
def test_a_change_is_said_of_what_both_know(now: dict[str, int], before: dict[str, int]) -> None:
    found = changes(now, before)
    assert set(found) == set(now) & set(before)
    assert all(before[name] + change == now[name] for name, change in found.items())


@pytest.mark.parametrize(("period", "hours"), [(Period.NOW, 1), (Period.DAILY, 24), (Period.WEEKLY, 168)])
def test_a_digest_is_of_the_time_before_its_moment(period: Period, hours: int) -> None:
    digest = a_digest(period)
    assert (digest.until - digest.since).total_seconds() == hours * 3_600
