"""An event reaches its provider once, whatever fails, dies, comes again or comes at once."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.deliveries.delivery import HELD_FOR, Status
from tests.unit.shared.sinks.provider import CALL_FATES, WRITE_FATES, Provider, World

MINUTE = timedelta(minutes=1)
OVER = {Status.DELIVERED, Status.FAILED, Status.IN_DOUBT}

waits = st.sampled_from([timedelta(0), timedelta(seconds=1), timedelta(seconds=29), MINUTE, HELD_FOR, 7 * HELD_FOR])
call_fates = st.lists(st.sampled_from(["well", *CALL_FATES]), max_size=8)
write_fates = st.lists(st.sampled_from(["well", "well", "well", *WRITE_FATES]), max_size=8)
comings = st.lists(waits, max_size=8)
settling = st.sampled_from([timedelta(0), timedelta(seconds=30), HELD_FOR - timedelta(seconds=1)])
wishes = st.lists(st.tuples(waits, st.sampled_from(["comes", "asked", "comes asked", "dry", "live", "skips", "takes"])))


def a_world(calls: list[str], writes: list[str], *, can_look: bool, settles_after: timedelta = timedelta(0)) -> World:
    world = World(Provider(can_look=can_look, settles_after=settles_after))
    world.provider.fates, world.records.fates = list(calls), list(writes)
    return world


def come_at_all_times(world: World, times: list[timedelta]) -> None:
    for wait in times:
        world.come_somehow()
        world.pass_time(wait)
        assert len(world.provider.things) <= 1


@settings(max_examples=200)
@given(call_fates, write_fates, comings, settling)
def test_where_one_can_look_there_is_one_thing_in_the_end_or_it_is_given_up(
    calls: list[str], writes: list[str], times: list[timedelta], settles_after: timedelta
) -> None:
    world = a_world(calls, writes, can_look=True, settles_after=settles_after)
    come_at_all_times(world, times)
    ended = world.come_until_over()
    assert ended.delivery.status in OVER
    assert ended.delivery.is_given_up == (ended.delivery.status is not Status.DELIVERED)
    things = len(world.provider.things)
    assert things <= 1
    assert ended.delivery.status is not Status.DELIVERED or (things, ended.delivery.external_id) == (1, "thing 1")
    assert ended.delivery.status is not Status.FAILED or things == 0


@settings(max_examples=200)
@given(call_fates, write_fates, comings)
def test_where_one_cannot_look_nothing_is_sent_twice_and_nothing_is_called_delivered_that_is_not(
    calls: list[str], writes: list[str], times: list[timedelta]
) -> None:
    world = a_world(calls, writes, can_look=False)
    come_at_all_times(world, times)
    ended = world.come_until_over()
    assert ended.delivery.status in OVER
    things = len(world.provider.things)
    assert "find" not in world.provider.asked
    assert things <= 1
    assert ended.delivery.status is not Status.DELIVERED or things == 1
    assert ended.delivery.status is not Status.FAILED or things == 0


@settings(max_examples=200)
@given(call_fates, write_fates, wishes, settling)
def test_whatever_people_wish_meanwhile_there_is_one_thing_where_one_can_look(
    calls: list[str], writes: list[str], wished: list[tuple[timedelta, str]], settles_after: timedelta
) -> None:
    world = a_world(calls, writes, can_look=True, settles_after=settles_after)
    asked = 0
    for wait, wish in wished:
        if wish == "asked" and world.is_to_be_asked_for:
            asked += 1
        world.is_live = {"dry": False, "live": True}.get(wish, world.is_live)
        world.provider.reason = {"skips": "no time", "takes": None}.get(wish, world.provider.reason)
        world.come_somehow(f"asked {asked}" if asked and "asked" in wish else None)
        world.pass_time(wait)
        assert len(world.provider.things) <= 1
    world.is_live, world.provider.reason = True, None
    world.come_until_over()
    ended = world.come_until_over("asked at last")
    assert (ended.delivery.status, len(world.provider.things)) == (Status.DELIVERED, 1)


@settings(max_examples=200)
@given(call_fates, write_fates, wishes)
def test_where_one_cannot_look_only_who_saw_the_doubt_may_have_it_sent_twice(
    calls: list[str], writes: list[str], wished: list[tuple[timedelta, str]]
) -> None:
    world = a_world(calls, writes, can_look=False)
    asked = decided = 0
    for wait, wish in wished:
        if wish == "asked" and world.is_to_be_asked_for:
            asked += 1
            decided += world.kept.status is Status.IN_DOUBT
        world.come_somehow(f"asked {asked}" if asked and "asked" in wish else None)
        world.pass_time(wait)
        assert len(world.provider.things) <= 1 + decided
    world.come_until_over()
    assert len(world.provider.things) <= 1 + decided


@given(st.lists(st.sampled_from(["told to wait", "circuit open"]), max_size=30), st.booleans())
def test_what_only_had_to_wait_is_delivered(fates: list[str], can_look: bool) -> None:
    world = World(Provider(can_look=can_look))
    for fate in fates:
        outcome = world.come_with(fate)
        assert outcome.wait
        world.pass_time(outcome.wait)
    ended = world.come()
    assert (ended.delivery.status, ended.delivery.attempts, len(world.provider.things)) == (Status.DELIVERED, 1, 1)
