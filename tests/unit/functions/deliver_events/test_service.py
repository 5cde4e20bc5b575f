"""One event for one sink: a paused one has it wait; what is given up is said once, with a letter to bring it back."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.deliver_events.service import LETTER_OF
from shared.deliveries.delivery import Status, first_try
from shared.deliveries.events import FAILED, RETRY_REQUESTED
from shared.ledger.envelope import Event, Fact, to_detail
from shared.runtime.errors import ConflictError, DependencyError, NotFoundError
from tests.support.builders import a_cause
from tests.unit.functions.deliver_events.world import World
from tests.unit.shared.sinks.provider import NAME, KilledError

BY = a_cause("key:anna")


def pause(world: World, *, paused: bool = True) -> None:
    world.sinks.decide(world.sinks.get(NAME), paused=paused, reason=None, cause=BY, at=world.clock())


def ask_again(world: World) -> Event:
    fact = Fact(type=RETRY_REQUESTED, time=world.clock(), data={"event_id": world.event.id, "sinks": [NAME]})
    about = first_try(world.event.id, NAME, at=world.clock())
    return world.said.say(fact, about, after=world.said.last(world.event.id, NAME), cause=BY)


def moved_back(world: World) -> Mapping[str, Any]:
    """The detail of the last dead letter, as the queue hands it out."""
    detail: Mapping[str, Any] = world.letters.bodies[-1]["detail"]
    return detail


# well


def test_an_event_is_brought_and_nothing_is_said_of_it() -> None:
    world = World()
    assert world.brought().delivery.status is Status.DELIVERED
    assert (len(world.provider.things), world.of_delivery(), world.letters.bodies) == (1, [], [])


@pytest.mark.parametrize("reason", ["dry", "skipped"])
def test_what_was_not_meant_to_be_sent_is_not_given_up(reason: str) -> None:
    world = World()
    world.is_live, world.provider.reason = reason != "dry", "no time" if reason == "skipped" else None
    assert not world.brought().delivery.is_given_up
    assert (world.provider.asked, world.of_delivery(), world.letters.bodies) == ([], [], [])


def test_what_comes_again_by_itself_is_not_given_up() -> None:
    world = World()
    assert world.brought(None, "busy").wait is not None
    assert (world.of_delivery(), world.letters.bodies) == ([], [])


# paused


def test_what_is_for_a_paused_sink_waits_and_leaves_no_trace() -> None:
    world = World()
    pause(world)
    assert world.bring() == timedelta(seconds=10)
    assert (world.provider.asked, world.deliveries.of_event(world.event.id)) == ([], [])
    world.clock.put_on(seconds=600)
    assert world.bring() == timedelta(seconds=150)
    world.clock.put_on(days=30)
    assert world.bring() == timedelta(minutes=15)
    pause(world, paused=False)
    assert world.brought().delivery.status is Status.DELIVERED


def test_who_asks_again_waits_for_a_paused_sink_too() -> None:
    world = World()
    world.brought(None, "refused")
    asked = to_detail(ask_again(world))
    pause(world)
    assert world.bring(asked) == timedelta(seconds=10)
    assert world.provider.asked == ["send"]


# given up


@pytest.mark.parametrize(
    ("can_look", "fate", "status", "answer"),
    [
        (True, "refused", Status.FAILED, "400 no such field"),
        (False, "lost after", Status.IN_DOUBT, "did not answer in time"),
    ],
)
def test_what_is_given_up_is_said_and_lies_as_a_letter_with_the_reason(
    can_look: bool, fate: str, status: Status, answer: str
) -> None:
    world = World(can_look=can_look)
    outcome = world.brought(None, fate)
    assert (outcome.delivery.status, outcome.delivery.is_announced) == (status, True)
    (event,) = world.of_delivery()
    assert event.data == {
        "event_id": world.event.id,
        "event_type": world.event.type,
        "sink": NAME,
        "attempts": 1,
        "in_doubt": status is Status.IN_DOUBT,
        "answer": answer,
        "title": "Buy more tape",
    }
    assert (event.type, event.causation_id, event.trace_id) == (FAILED, world.event.id, world.event.trace_id)
    (letter,) = world.letters.bodies
    assert (letter["reason"], letter["delivery"]) == (answer, event.data)
    assert letter["detail"] == {**world.detail, LETTER_OF: 2}


def test_what_a_provider_would_never_take_is_said_too() -> None:
    world = World()
    world.provider.refuses = "price: too many digits"
    assert world.brought().delivery.is_announced
    assert [event.data["answer"] for event in world.of_delivery()] == ["price: too many digits"]


def test_it_is_said_once_however_often_the_message_comes() -> None:
    world = World()
    world.brought(None, "refused")
    for _ in range(3):
        world.brought()
    assert (len(world.of_delivery()), len(world.letters.bodies), world.provider.asked) == (1, 1, ["send"])


# stopped in the middle


def failing(world: World) -> None:
    world.provider.fates = ["refused"]


def refusing(world: World) -> None:
    world.provider.refuses = "price: too many digits"


def doubtful(world: World) -> None:
    world.provider.fates = ["lost after"]


def points(world: World, prepare: Callable[[World], None]) -> int:
    """At how many points it can be stopped."""
    prepare(world)
    world.bring()
    return world.killer.passed


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("can_look", [True, False])
@pytest.mark.parametrize("prepare", [failing, refusing, doubtful])
def test_wherever_it_is_stopped_a_delivery_that_is_given_up_is_said_once(
    prepare: Callable[[World], None], can_look: bool, is_after: bool
) -> None:
    number = points(World(can_look=can_look), prepare)
    assert number >= 2
    for point in range(number):
        world = World(can_look=can_look)
        prepare(world)
        world.killer.point, world.killer.is_after = point, is_after
        ended = world.bring_until_over()
        said = [event.type for event in world.of_delivery()]
        assert said == ([FAILED] if ended.delivery.is_given_up else [])
        assert (len(world.letters.bodies) >= 1) == ended.delivery.is_given_up == world.kept.is_announced
        assert len(world.provider.things) <= 1
        assert world.bring_until_over().delivery == ended.delivery


@pytest.mark.parametrize("is_after", [False, True])
def test_wherever_it_is_stopped_what_goes_well_is_done_once(is_after: bool) -> None:
    for point in range(points(World(), lambda _: None)):
        world = World()
        world.killer.point, world.killer.is_after = point, is_after
        assert world.bring_until_over().delivery.status is Status.DELIVERED
        assert (len(world.provider.things), world.of_delivery(), world.letters.bodies) == (1, [], [])


def test_two_letters_of_one_giving_up_bring_it_back_once() -> None:
    """There are two where the work is cut off between letter and record."""
    world = World()
    failing(world)
    world.killer.point = points(World(), failing) - 1
    world.bring_until_over()
    first, second = (letter["detail"] for letter in world.letters.bodies)
    world.brought(first, "well", "refused")
    assert world.provider.asked == ["send", "find", "send"]
    world.brought(second)
    assert world.provider.asked == ["send", "find", "send"]


# asked for again


def test_who_asks_again_has_the_event_itself_brought() -> None:
    world = World()
    world.brought(None, "refused")
    asked = ask_again(world)
    outcome = world.brought(to_detail(asked))
    kept = outcome.delivery
    assert (kept.status, kept.event_id, kept.trigger, kept.attempts) == (Status.DELIVERED, world.event.id, asked.id, 1)
    assert len(world.provider.things) == 1


def test_what_is_asked_for_again_and_fails_again_is_said_again_and_lies_as_the_event_it_was() -> None:
    world = World()
    world.brought(None, "refused")
    asked = to_detail(ask_again(world))
    world.brought(asked, "well", "refused")  # looked for, and not taken
    world.brought(asked)
    assert [event.type for event in world.of_delivery()] == [FAILED, RETRY_REQUESTED, FAILED]
    assert len(world.letters.bodies) == 2
    assert moved_back(world)["id"] == world.event.id


def test_what_is_asked_for_of_an_event_that_is_not_there_is_refused() -> None:
    world = World()
    asked = dict(to_detail(ask_again(world)))
    with pytest.raises(NotFoundError):
        world.bring(asked | {"data": {"event_id": "message:nobody:1", "sinks": [NAME]}})
    assert world.provider.asked == []


def test_a_letter_moved_back_into_the_queue_is_tried_again_once() -> None:
    world = World()
    world.brought(None, "refused")
    world.clock.put_on(days=10)
    letter = moved_back(world)
    assert world.brought(letter).delivery.status is Status.DELIVERED
    assert world.brought(letter).delivery.status is Status.DELIVERED
    assert (world.provider.asked, len(world.provider.things)) == (["send", "find", "send"], 1)


def test_a_letter_that_fails_again_lies_there_again_and_can_be_moved_again() -> None:
    world = World()
    world.brought(None, "refused")
    first = moved_back(world)
    world.brought(first, "well", "refused")
    assert len(world.letters.bodies) == 2
    second = moved_back(world)
    assert second != first
    assert not world.brought(second).delivery.is_given_up
    assert len(world.provider.things) == 1


def test_a_letter_of_what_was_brought_meanwhile_does_nothing() -> None:
    world = World()
    world.brought(None, "refused")
    world.brought(to_detail(ask_again(world)))
    asked = list(world.provider.asked)
    assert world.brought(moved_back(world)).delivery.status is Status.DELIVERED
    assert world.provider.asked == asked


@given(st.lists(st.sampled_from(["comes", "asked", "letter", "later"]), max_size=10), st.integers(0, 12), st.booleans())
def test_in_whatever_order_they_come_and_wherever_it_is_stopped_the_event_is_there_once(
    comings: list[str], point: int, is_after: bool
) -> None:
    world = World()
    world.provider.fates = ["refused", "well", "lost after", "busy", "refused"]
    world.killer.point, world.killer.is_after = point, is_after
    asked: list[Mapping[str, Any]] = []
    for coming in comings:
        if coming == "later":
            world.clock.put_on(seconds=200)
            continue
        if coming == "asked" and len(asked) < 2 and world.deliveries.of_event(world.event.id):
            asked.append(to_detail(ask_again_unless_stopped(world)))
        letters = [letter["detail"] for letter in world.letters.bodies]
        bring_once(world, {"asked": asked, "letter": letters}.get(coming, []))
        assert len(world.provider.things) <= 1
    world.killer.point, world.provider.fates = None, []
    world.bring_until_over()
    world.bring_until_over(to_detail(ask_again(world)))
    assert (world.kept.status, len(world.provider.things)) == (Status.DELIVERED, 1)


def ask_again_unless_stopped(world: World) -> Event:
    point, world.killer.point = world.killer.point, None
    asked = ask_again(world)
    world.killer.point = point
    return asked


def bring_once(world: World, details: list[Mapping[str, Any]]) -> None:
    with suppress(KilledError, ConflictError, DependencyError):
        world.bring(details[-1] if details else None)
