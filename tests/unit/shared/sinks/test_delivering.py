"""Bringing an event to a sink: what stands on record, when it comes again, when it is given up, what it costs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.deliveries.delivery import HELD_FOR, Delivery, MemoryDeliveries, Status
from shared.runtime.errors import ConflictError
from shared.sinks.delivering import LARGEST_REQUEST, MOST_ATTEMPTS
from tests.support.builders import NOON
from tests.unit.shared.sinks.provider import EVENT, REFUSALS, KilledError, Provider, World

SECOND = timedelta(seconds=1)
AGAIN = "delivery:message:m-1:1:notion:2"
AFTER_A_WHILE = [name for name in REFUSALS if name != "refused"]


def test_an_event_is_brought_once_and_its_place_is_known() -> None:
    world = World()
    first, second = world.come(), world.come()
    assert world.provider.asked == ["send"]
    assert first == second
    assert (first.wait, first.error, first.delivery.is_given_up) == (None, None, False)
    kept = first.delivery
    assert (kept.status, kept.attempts, kept.external_id) == (Status.DELIVERED, 1, "thing 1")
    assert (kept.url, kept.last_error, kept.retry_at) == ("https://provider.example/thing", None, None)


@pytest.mark.parametrize("can_look", [True, False])
def test_what_is_new_costs_two_writes_and_no_read(can_look: bool) -> None:
    world = World(Provider(can_look=can_look))
    world.come()
    assert (world.records.writes, world.records.reads, world.provider.asked) == (2, 0, ["send"])


def test_it_is_on_record_before_anybody_is_asked() -> None:
    world = World()
    with pytest.raises(KilledError):
        world.come_with("killed before")
    assert (world.kept.status, world.kept.attempts, world.kept.changed_at) == (Status.SENDING, 1, NOON)


def test_what_somebody_is_at_is_left_to_him_as_long_as_he_may_live() -> None:
    world = World()
    with pytest.raises(KilledError):
        world.come_with("killed after")
    world.pass_time(HELD_FOR - SECOND)
    assert world.come().wait == SECOND
    assert world.provider.asked == ["send"]
    world.pass_time(SECOND)
    assert world.come().delivery.external_id == "thing 1"
    assert world.provider.asked == ["send", "find"]


def test_where_one_cannot_look_what_was_cut_off_is_left_to_people() -> None:
    world = World(Provider(can_look=False))
    with pytest.raises(KilledError):
        world.come_with("killed after")
    world.pass_time(HELD_FOR)
    outcome = world.come()
    assert (outcome.delivery.status, outcome.delivery.is_given_up, outcome.wait) == (Status.IN_DOUBT, True, None)
    assert outcome.delivery.last_error == "the work was cut off; it is not known whether it was sent"
    assert world.provider.asked == ["send"]


# failures


@pytest.mark.parametrize("can_look", [True, False])
@pytest.mark.parametrize("fate", AFTER_A_WHILE)
def test_what_was_surely_not_done_and_may_be_later_comes_again(fate: str, can_look: bool) -> None:
    world = World(Provider(can_look=can_look))
    failed = world.come_with(fate)
    assert failed.wait is not None
    assert (failed.delivery.status, failed.delivery.is_given_up) == (Status.PENDING, False)
    assert failed.delivery.last_error == failed.error.said if failed.error else False
    assert failed.delivery.retry_at == NOON + failed.wait
    assert world.come_until_over().delivery.status is Status.DELIVERED
    assert set(world.provider.asked) == {"send"}


@pytest.mark.parametrize("can_look", [True, False])
def test_what_is_refused_for_good_is_given_up_at_once(can_look: bool) -> None:
    world = World(Provider(can_look=can_look))
    outcome = world.come_with("refused")
    assert (outcome.delivery.status, outcome.delivery.is_given_up, outcome.wait) == (Status.FAILED, True, None)
    assert outcome.delivery.last_error == "400 no such field"
    assert world.come().delivery.is_given_up
    assert world.provider.asked == ["send"]


@pytest.mark.parametrize("fate", ["lost before", "lost after"])
def test_what_may_have_been_done_is_looked_for_once_it_can_be_found(fate: str) -> None:
    world = World(Provider(settles_after=timedelta(seconds=90)))
    doubtful = world.come_with(fate)
    assert (doubtful.delivery.status, doubtful.delivery.is_given_up) == (Status.IN_DOUBT, False)
    assert doubtful.wait == timedelta(seconds=90)
    assert world.come_until_over().delivery.external_id == "thing 1"
    assert world.provider.asked == ["send", "find", *(["send"] if fate == "lost before" else [])]


@pytest.mark.parametrize("fate", ["lost before", "lost after"])
def test_where_one_cannot_look_a_doubt_is_left_to_people(fate: str) -> None:
    world = World(Provider(can_look=False))
    outcome = world.come_with(fate)
    assert (outcome.delivery.status, outcome.delivery.is_given_up, outcome.wait) == (Status.IN_DOUBT, True, None)


@pytest.mark.parametrize("fate", [*REFUSALS, "lost after"])
def test_a_doubt_stays_one_while_nobody_can_be_asked_about_it(fate: str) -> None:
    world = World()
    world.come_with("lost before")
    world.pass_time(timedelta(minutes=10))
    outcome = world.come_with(fate)
    assert (outcome.delivery.status, outcome.delivery.is_given_up) == (Status.IN_DOUBT, False)
    assert world.provider.asked == ["send", "find"]


def test_who_comes_before_the_time_waits_for_the_rest_of_it() -> None:
    world = World()
    world.come_with("told to wait")
    world.pass_time(timedelta(seconds=10))
    assert world.come().wait == timedelta(seconds=7)
    assert world.provider.asked == ["send"]


@given(st.lists(st.sampled_from(AFTER_A_WHILE), max_size=8))
def test_only_what_failed_counts_as_an_attempt(fates: list[str]) -> None:
    world = World()
    failed = 0
    for fate in fates:
        outcome = world.come_with(fate)
        failed += fate not in ("told to wait", "circuit open")
        assert outcome.wait is not None
        assert outcome.delivery.attempts == failed
        world.pass_time(outcome.wait)


@pytest.mark.parametrize(
    ("fate", "status"),
    [("busy", Status.FAILED), ("not believed", Status.FAILED), ("no token", Status.FAILED)],
)
def test_what_fails_again_and_again_is_given_up(fate: str, status: Status) -> None:
    world = World()
    waits = []
    for _ in range(MOST_ATTEMPTS):
        outcome = world.come_with(fate)
        waits.append(outcome.wait)
        world.pass_time(outcome.wait or SECOND)
    assert waits[-1] is None
    assert None not in waits[:-1]
    kept = outcome.delivery
    assert (kept.status, kept.attempts, kept.is_given_up) == (status, MOST_ATTEMPTS, True)
    assert outcome.delivery.retry_at is None


def test_a_doubt_nobody_can_clear_is_given_up_as_one() -> None:
    world = World()
    outcome = world.come_with("lost after")
    for _ in range(MOST_ATTEMPTS - 1):
        assert outcome.wait is not None
        world.pass_time(outcome.wait)
        outcome = world.come_with("busy")
    assert (outcome.delivery.status, outcome.delivery.is_given_up, outcome.wait) == (Status.IN_DOUBT, True, None)


@pytest.mark.parametrize(("after", "is_given_up"), [(-SECOND, False), (timedelta(0), True)])
def test_what_waits_for_too_long_is_given_up(after: timedelta, is_given_up: bool) -> None:
    world = World()
    world.come_with("circuit open")
    world.pass_time(world.provider.gives_up_after + after)
    outcome = world.come_with("circuit open")
    assert outcome.delivery.is_given_up == is_given_up
    assert outcome.delivery.status is (Status.FAILED if is_given_up else Status.PENDING)


# without asking anybody


def test_a_dry_run_asks_nobody_and_keeps_what_would_have_been_asked() -> None:
    world = World()
    world.is_live = False
    kept = world.come().delivery
    assert (kept.status, kept.attempts, world.provider.asked) == (Status.DRY_RUN, 0, [])
    assert kept.request == {"method": "POST", "path": "/things", "body": {"title": "Buy more tape"}}
    assert "secret" not in str(kept)
    assert (world.records.writes, world.records.reads) == (1, 0)


def test_a_request_too_large_to_be_kept_is_cut() -> None:
    world = World()
    world.is_live, world.provider.body = False, {"title": "ü" * LARGEST_REQUEST}
    request = world.come().delivery.request
    assert request is not None
    assert len(request["body"]) == LARGEST_REQUEST + 1
    assert request["body"].startswith('{"title": "üü')
    assert request["body"].endswith("ü…")


def test_what_was_a_dry_run_stays_one_until_somebody_asks_for_more() -> None:
    world = World()
    world.is_live = False
    world.come()
    world.is_live = True
    assert world.come().delivery.status is Status.DRY_RUN
    outcome = world.come(AGAIN)
    assert (outcome.delivery.status, outcome.delivery.attempts, outcome.delivery.request) == (Status.DELIVERED, 1, None)


@pytest.mark.parametrize("is_live", [True, False])
def test_what_is_nothing_for_a_sink_is_skipped_and_says_why(is_live: bool) -> None:
    world = World()
    world.is_live, world.provider.reason = is_live, "it has no time"
    outcome = world.come()
    assert (outcome.delivery.status, outcome.delivery.attempts) == (Status.SKIPPED, 0)
    assert (outcome.delivery.last_error, outcome.delivery.is_given_up) == ("it has no time", False)
    assert (world.provider.asked, world.records.writes) == ([], 1)


@pytest.mark.parametrize("is_live", [True, False])
def test_what_a_provider_would_never_take_is_given_up_at_once(is_live: bool) -> None:
    world = World()
    world.is_live, world.provider.refuses = is_live, "price: too many digits"
    outcome = world.come()
    assert (outcome.delivery.status, outcome.delivery.is_given_up) == (Status.FAILED, True)
    assert (outcome.delivery.last_error, outcome.delivery.attempts) == ("price: too many digits", 0)
    assert (world.provider.asked, world.records.writes) == ([], 1)


# asked for once more


def ended_as(status: Status) -> World:
    """A world in which it came to that by itself."""
    world = World(Provider(can_look=status is not Status.IN_DOUBT))
    world.is_live = status is not Status.DRY_RUN
    world.provider.reason = "no time" if status is Status.SKIPPED else None
    world.come_with({Status.FAILED: "refused", Status.IN_DOUBT: "lost before"}.get(status, "well"))
    assert world.kept.status is status
    world.is_live, world.provider.reason, world.provider.asked = True, None, []
    return world


RESTING = [Status.FAILED, Status.IN_DOUBT, Status.DRY_RUN, Status.SKIPPED]


@pytest.mark.parametrize("status", RESTING)
def test_what_rests_is_brought_when_somebody_asks_for_it(status: Status) -> None:
    world = ended_as(status)
    assert world.come().delivery.status is status
    assert world.provider.asked == []
    world.pass_time(timedelta(days=30))
    kept = world.come(AGAIN).delivery
    assert (kept.status, kept.attempts, kept.trigger) == (Status.DELIVERED, 1, AGAIN)
    assert kept.began_at == NOON + timedelta(days=30)
    assert not kept.is_announced


@pytest.mark.parametrize("status", RESTING)
@pytest.mark.parametrize("fate", ["well", "refused"])
def test_who_asks_once_is_served_once(status: Status, fate: str) -> None:
    world = ended_as(status)
    outcome = world.come_with(fate, trigger=AGAIN)
    asked = list(world.provider.asked)
    assert world.come(AGAIN).delivery == outcome.delivery
    assert world.come().delivery == outcome.delivery
    assert world.provider.asked == asked


def test_what_was_delivered_is_brought_to_nobody_again() -> None:
    world = ended_as(Status.DELIVERED)
    assert world.come(AGAIN).delivery.status is Status.DELIVERED
    assert (world.provider.asked, world.records.writes) == ([], 2)


def test_where_one_can_look_what_rests_is_looked_for_first() -> None:
    world = World()
    with pytest.raises(KilledError):
        world.come_with("killed after")
    world.is_live = False
    world.pass_time(HELD_FOR)
    assert world.come().delivery.status is Status.DRY_RUN
    world.is_live = True
    world.come(AGAIN)
    assert len(world.provider.things) == 1


def test_who_asks_does_not_wait_for_the_next_try_and_has_all_of_them() -> None:
    world = World()
    world.come_with("told to wait")
    outcome = world.come_with("busy", trigger=AGAIN)
    assert (world.provider.asked, outcome.delivery.attempts) == (["send", "send"], 1)
    assert outcome.delivery.began_at == NOON


def test_who_asks_while_somebody_is_at_it_waits_like_others() -> None:
    world = World()
    with pytest.raises(KilledError):
        world.come_with("killed before")
    assert world.come(AGAIN).wait == HELD_FOR


def test_what_was_never_begun_may_be_asked_for() -> None:
    world = World()
    assert world.come(AGAIN).delivery.status is Status.DELIVERED
    assert (world.records.reads, world.records.writes, world.kept.trigger) == (1, 2, AGAIN)


def test_where_one_cannot_look_who_asked_before_it_was_cut_off_has_not_seen_the_doubt() -> None:
    """Two have asked while the sink was paused; over the first the work is cut off."""
    world = ended_as(Status.FAILED)
    world.provider.can_look = False
    with pytest.raises(KilledError):
        world.come_with("killed after", trigger=AGAIN)
    world.pass_time(HELD_FOR)
    for _ in range(2):
        outcome = world.come("delivery:message:m-1:1:notion:3")
        assert (outcome.delivery.status, outcome.delivery.is_given_up) == (Status.IN_DOUBT, True)
    assert (world.provider.asked, len(world.provider.things)) == (["send"], 1)
    assert world.come("delivery:message:m-1:1:notion:4").delivery.status is Status.DELIVERED


# others


class Overtaken(MemoryDeliveries):
    """Just before the write that takes it, somebody else does."""

    def save(self, delivery: Delivery) -> Delivery:
        if delivery.status is Status.SENDING and delivery.revision:
            super().save(replace(delivery, key="another"))
        return super().save(delivery)


def test_who_is_overtaken_asks_nobody() -> None:
    world = World()
    world.come_with("told to wait")
    world.pass_time(timedelta(minutes=1))
    known = world.kept
    world.records = Overtaken()  # type: ignore[assignment]
    MemoryDeliveries.save(world.records, replace(known, revision=0))
    with pytest.raises(ConflictError):
        world.come()
    assert world.provider.asked == ["send"]


def test_an_event_goes_to_each_sink_for_itself() -> None:
    world = World()
    world.come()
    world.provider.name = "shopify"
    world.come()
    assert len(world.provider.things) == 2
    assert [delivery.sink for delivery in world.records.of_event(EVENT["id"])] == ["notion", "shopify"]
