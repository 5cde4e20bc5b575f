"""Letters are thrown away for a reason, which stays."""

from datetime import timedelta
from typing import Any

import pytest

from shared.control.letters.discarding import Discarded, discard
from shared.control.letters.wanted import Wanted
from shared.runtime.errors import ConflictError, DependencyError, NotFoundError
from tests.support.builders import NOON
from tests.support.letters import a_given_up, an_event
from tests.unit.shared.control.letters.test_retrying import UnwellLedger, fails_after
from tests.unit.shared.control.letters.world import BY, World


@pytest.fixture
def world() -> World:
    return World()


def throw(world: World, *, seconds: float = 20, **wanted: Any) -> Discarded:
    until = world.in_seconds(seconds)
    return discard(world.queue, Wanted(**wanted), "nobody wants them", BY, ports=world.ports, until=until)


def test_all_are_gone_and_it_is_said_why(world: World) -> None:
    letters = [world.queue.lay(an_event(one)) for one in range(1, 58)]
    assert throw(world) == Discarded(number=57, is_all=True)
    assert (world.queue.ids(), sorted(world.named()), world.queue.sent) == ([], letters, [])
    event = world.told()[0]
    assert (event.type, event.actor) == ("dead_letters.discarded", "key:anna")
    assert (event.data["reason"], event.data["count"]) == ("nobody wants them", 50)
    assert world.ledger.get("DEAD_LETTERS", "NotionDeadLetters").fields == {"discarded": 57}


def test_what_could_not_be_removed_is_not_said_to_be_gone(world: World) -> None:
    letters = [world.queue.lay(an_event(one)) for one in range(3)]
    world.queue.sticks = {letters[1]: 2}
    assert throw(world) == Discarded(number=2, is_all=False)
    assert world.queue.visible() == [letters[1]]


def test_only_what_is_meant_goes(world: World) -> None:
    world.queue.lay(a_given_up(reason="a"))
    kept = world.queue.lay(a_given_up(reason="b"))
    assert throw(world, cause="a") == Discarded(number=1, is_all=True)
    assert world.queue.visible() == [kept]


def test_one_that_is_not_there_is_not_found_and_all_others_stay(world: World) -> None:
    letters = [world.queue.lay(an_event(one)) for one in range(12)]
    with pytest.raises(NotFoundError, match="there is no letter unheard-of in"):
        throw(world, letter_id="unheard-of")
    assert sorted(world.queue.visible()) == sorted(letters)
    assert throw(world, seconds=0, letter_id="unheard-of") == Discarded(number=0, is_all=False)


def test_one_that_may_be_in_somebody_elses_hand_is_not_said_to_be_gone(world: World) -> None:
    letter = world.queue.lay(an_event())
    assert world.queue.take(10, hidden_for=timedelta(minutes=1), is_sure=True)
    with pytest.raises(ConflictError, match="in hand"):
        throw(world, letter_id=letter)


def test_one_of_many_goes(world: World) -> None:
    letters = [world.queue.lay(an_event(one)) for one in range(30)]
    assert throw(world, letter_id=letters[14]) == Discarded(number=1, is_all=True)
    assert world.queue.visible() == [one for one in letters if one != letters[14]]


def test_what_nobody_has_seen_yet_stays(world: World) -> None:
    new = world.queue.lay(an_event(), sent_at=NOON + timedelta(seconds=1))
    assert throw(world, sent_before=NOON) == Discarded(number=0, is_all=True)
    assert world.queue.visible() == [new]


def test_when_the_time_is_over_there_may_be_more(world: World) -> None:
    world.queue.lay(an_event())
    assert throw(world, seconds=0) == Discarded(number=0, is_all=False)


def test_nothing_is_thrown_away_unsaid() -> None:
    world = World(ledger=UnwellLedger())
    letter = world.queue.lay(an_event())
    with pytest.raises(DependencyError):
        throw(world)
    assert world.queue.visible() == [letter]


@pytest.mark.parametrize("operation", ["take", "remove"])
@pytest.mark.parametrize("times", range(3))
def test_whatever_call_fails_what_is_gone_was_said(world: World, operation: str, times: int) -> None:
    letters = [world.queue.lay(an_event(one)) for one in range(25)]
    fails_after(world, operation, times)
    for _ in range(3):
        try:
            throw(world)
        except DependencyError:
            assert set(letters) - set(world.queue.ids()) <= set(world.named())
    assert (world.queue.ids(), set(world.named())) == ([], set(letters))
