"""Looking at dead letters changes nothing, and says how much of them was seen."""

from datetime import timedelta
from typing import Any

import pytest

from shared.control.letters.looking import LOOKED_AT_FOR, SAMPLE, Found, look_into, survey
from shared.control.letters.wanted import Wanted
from shared.runtime.errors import DependencyError, NotFoundError
from tests.support.builders import NOON
from tests.support.letters import a_given_up, an_event
from tests.unit.shared.control.letters.world import World


@pytest.fixture
def world() -> World:
    return World()


def look(world: World, *, most: int = 50, seconds: float = 20, **wanted: Any) -> Found:
    queues = world.ports.chosen(None)
    until = world.in_seconds(seconds)
    return look_into(queues, Wanted(**wanted), most=most, until=until, ports=world.ports)


@pytest.mark.parametrize(("number", "most", "seen", "is_all"), [(0, 5, 0, True), (5, 5, 5, True), (25, 20, 20, False)])
def test_as_many_are_shown_as_were_asked_for(world: World, number: int, most: int, seen: int, is_all: bool) -> None:
    for one in range(number):
        world.queue.lay(an_event(one))
    found = look(world, most=most)
    assert (len(found.letters), found.is_all) == (seen, is_all)
    assert len(world.queue.visible()) == number
    assert "remove" not in world.queue.calls


def test_nobody_waits_for_sqs_to_say_that_there_are_no_more(world: World) -> None:
    for one in range(20):
        world.queue.lay(an_event(one))
    assert look(world).is_all
    assert world.queue.calls.count("take") == 2


def test_only_those_that_are_meant_are_shown(world: World) -> None:
    first, other = world.queue.lay(a_given_up(reason="a")), world.queue.lay(a_given_up(reason="b"))
    world.also("ListingDeadLetters", "ListingQueue").lay(an_event())
    assert [letter.id for letter in look(world, cause="a").letters] == [first]
    assert [letter.id for letter in look(world, letter_id=other).letters] == [other]
    assert look(world, event_type="listing.sold") == Found(letters=(), looked_at=3, is_all=True)


def test_all_queues_are_looked_into_until_there_are_enough(world: World) -> None:
    other = world.also("ListingDeadLetters", "ListingQueue")
    world.queue.lay(an_event(1))
    for one in range(2, 5):
        other.lay(an_event(one))
    found = look(world, most=2)
    assert ([letter.queue for letter in found.letters], found.is_all) == (
        ["NotionDeadLetters", "ListingDeadLetters"],
        False,
    )


def test_what_others_have_in_hand_is_missing_and_that_is_said(world: World) -> None:
    world.queue.lay(an_event(1))
    world.queue.lay(an_event(2))
    world.queue.take(1, hidden_for=timedelta(seconds=30))
    found = look(world)
    assert (len(found.letters), found.is_all) == (1, False)


def test_when_the_time_is_over_the_rest_is_missing_and_that_is_said(world: World) -> None:
    world.queue.lay(an_event())
    assert look(world, seconds=0) == Found(letters=(), looked_at=0, is_all=False)


def test_who_cannot_give_back_shows_what_was_seen_and_it_comes_back_by_itself(world: World) -> None:
    world.queue.lay(an_event())
    world.queue.unwell = {"hide"}
    assert len(look(world).letters) == 1
    assert world.queue.visible() == []
    world.clock.put_on(seconds=LOOKED_AT_FOR.total_seconds())
    assert len(world.queue.visible()) == 1


def test_a_queue_that_cannot_be_reached_is_no_empty_one(world: World) -> None:
    world.queue.unwell = {"depth"}
    with pytest.raises(DependencyError):
        look(world)


def test_there_are_no_other_queues(world: World) -> None:
    with pytest.raises(NotFoundError, match="NotionDeadLetters"):
        world.ports.chosen("NotionQueue")


# statistics


def test_a_queue_is_summed_up_by_cause_the_most_frequent_first(world: World) -> None:
    for number, reason in enumerate(["b", "a", "a"]):
        world.queue.lay(a_given_up(reason=reason), sent_at=NOON - timedelta(hours=number + 1))
    (lying,) = survey(world.ports.chosen(None), ports=world.ports)
    assert (lying.messages, lying.looked_at, lying.is_sample) == (3, 3, False)
    assert list(lying.causes.items()) == [("a", 2), ("b", 1)]
    assert lying.oldest_at == NOON - timedelta(hours=3)
    assert len(world.queue.visible()) == 3


def test_of_many_a_sample_is_looked_at_and_that_is_said(world: World) -> None:
    for one in range(SAMPLE + 30):
        world.queue.lay(an_event(one))
    (lying,) = survey(world.ports.chosen(None), ports=world.ports)
    assert (lying.messages, lying.looked_at, lying.is_sample) == (SAMPLE + 30, SAMPLE, True)
    assert len(world.queue.visible()) == SAMPLE + 30


def test_an_empty_queue_is_not_even_looked_into(world: World) -> None:
    (lying,) = survey(world.ports.chosen(None), ports=world.ports)
    assert (lying.messages, lying.oldest_at, lying.causes, lying.is_sample) == (0, None, {}, False)
    assert world.queue.calls == ["depth"]


def test_one_that_cannot_be_reached_hides_no_other(world: World) -> None:
    world.also("ListingDeadLetters", None).lay(an_event())
    world.queue.unwell = {"depth"}
    unknown, known = survey(world.ports.chosen(None), ports=world.ports)
    assert (unknown.queue, unknown.messages, unknown.is_sample) == ("NotionDeadLetters", None, True)
    assert (known.queue, known.messages) == ("ListingDeadLetters", 1)
