"""How well all is: the whole product of what may be wrong with the parts."""

from collections import Counter
from itertools import product
from typing import Any

import pytest

from shared.deliveries.delivery import Status
from shared.status.brought import Brought
from shared.status.digest import Unread
from shared.status.judging import FINE, MANY_WAITING, SLOW, Finding, Level, findings, judge, worst
from shared.status.queues import Depth
from shared.status.runs import Runs
from shared.status.sampled import Checked
from shared.status.targets import Target
from tests.support.digests import a_check, a_digest, a_run

LEVELS = list(Level)


@pytest.mark.parametrize("levels", [levels for size in range(4) for levels in product(LEVELS, repeat=size)], ids=str)
def test_the_whole_is_as_its_worst_part_and_unknown_where_there_is_none(levels: tuple[Level, ...]) -> None:
    whole = worst(Finding(level=level) for level in levels)
    order = [Level.CRITICAL, Level.DEGRADED, Level.UNKNOWN, Level.HEALTHY]
    assert whole == next((level for level in order if level in levels), Level.UNKNOWN)


@pytest.mark.parametrize(
    ("good", "bad", "unanswered", "milliseconds"),
    list(product((0, 1, 19, 20), (0, 1, 19), (0, 1, 10), (10, SLOW, SLOW + 1))),
)
def test_an_address_is_judged_by_its_failures_first_and_then_by_its_latency(
    good: int, bad: int, unanswered: int, milliseconds: int
) -> None:
    found = judge("service", a_check(good=good, bad=bad, unanswered=unanswered, milliseconds=milliseconds))
    failed, asked = bad + unanswered, good + bad + unanswered
    if not asked:
        expected = Level.UNKNOWN
    elif failed >= asked / 2:
        expected = Level.CRITICAL
    elif failed or milliseconds > SLOW:
        expected = Level.DEGRADED
    else:
        expected = Level.HEALTHY
    assert found.level is expected
    assert bool(found.reason) is (expected is not Level.HEALTHY)


@pytest.mark.parametrize(
    ("is_dead", "messages", "expected"),
    [
        (False, None, Level.UNKNOWN),
        (False, 0, Level.HEALTHY),
        (False, MANY_WAITING - 1, Level.HEALTHY),
        (False, MANY_WAITING, Level.DEGRADED),
        (True, None, Level.UNKNOWN),
        (True, 0, Level.HEALTHY),
        (True, 1, Level.DEGRADED),
    ],
)
def test_a_queue_is_judged_by_what_lies_in_it(is_dead: bool, messages: int | None, expected: Level) -> None:
    assert judge("queue", Depth(name="Listings", messages=messages, is_dead=is_dead)).level is expected


@pytest.mark.parametrize("status", list(Status))
def test_deliveries_are_judged_by_what_failed_or_is_in_doubt(status: Status) -> None:
    found = judge("brought", Brought(by_sink={"notion": Counter({status: 2})}))
    bad = status in (Status.FAILED, Status.IN_DOUBT)
    assert found.level is (Level.DEGRADED if bad else Level.HEALTHY)
    assert ("2 of 2 deliveries" in found.reason) is bad


CONCLUSIONS = ("success", "failure", "cancelled", None)


@pytest.mark.parametrize("conclusions", list(product(CONCLUSIONS, repeat=3)), ids=str)
def test_a_workflow_fails_until_it_has_succeeded_again(conclusions: tuple[str | None, ...]) -> None:
    telling = [one for one in conclusions if one in ("success", "failure")]  # the newest first
    expected = Level.DEGRADED if telling[:1] == ["failure"] else Level.HEALTHY
    assert judge("runs", Runs(runs=[a_run(one) for one in conclusions])).level is expected


def test_what_fails_on_github_is_named() -> None:
    runs = Runs(runs=[a_run("success", workflow=1), a_run("timed_out", workflow=2), a_run("failure", workflow=1)])
    assert judge("runs", runs).reason == "failing on GitHub: Workflow 2"


@pytest.mark.parametrize("weighs", [True, False])
@pytest.mark.parametrize("part", ["queues", "brought", "runs", "activity", "listings"])
def test_what_could_not_be_read_makes_the_whole_unknown_and_what_is_not_there_does_not(part: str, weighs: bool) -> None:
    unread: dict[str, Any] = {part: Unread(why="it is away", weighs=weighs)}
    found = findings(a_digest(**unread))
    assert worst(found) is (Level.UNKNOWN if weighs else Level.HEALTHY)
    assert any("could not be read: it is away" in one.reason for one in found) is weighs


def test_where_nobody_is_asked_nothing_is_healthy() -> None:
    found = findings(a_digest(services=()))
    assert worst(found) is Level.UNKNOWN
    assert [one.reason for one in found if one.reason] == ["no address to ask is configured"]


def test_all_is_well_where_somebody_was_asked_and_nothing_is_wrong() -> None:
    found = findings(a_digest())
    assert worst(found) is Level.HEALTHY
    assert set(found) == {FINE}


def test_an_address_nobody_could_ask_says_why() -> None:
    target = Target(name="shop", url="", problem="it is no name=url")
    assert judge("service", Checked(target=target)).reason == "shop was not asked: it is no name=url"


def test_failures_and_slowness_are_said_in_numbers() -> None:
    assert judge("service", a_check(good=15, bad=5)).reason == "api failed 5 of 20 times (answers 500)"
    assert judge("service", a_check(milliseconds=1_500)).reason == "api takes 1,500 ms (p95)"
    assert judge("service", a_check(good=19, milliseconds=1_500)).reason == "api takes 1,500 ms (p50)"
