"""A seller is never written to twice: with a chat bot that would, whatever fails, dies or comes again, and when."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.advance_listings.service import News
from shared.deliveries.delivery import HELD_FOR
from shared.listings.lifecycle import State
from shared.runtime.errors import ConflictError, DependencyError
from tests.unit.functions.advance_listings.world import BOT_FATES, KilledError, World

PATIENCE = 300  # messages worked on, far more than any run needs
FATES = st.lists(st.sampled_from(("well", *BOT_FATES)), max_size=14)
COPIES = st.lists(st.sampled_from(["listing.created", "listing.price_changed"]), min_size=1, max_size=4)
HELD = int(HELD_FOR.total_seconds())
LATENESS = st.lists(st.sampled_from([0, 1, 30, HELD + 1, 720]), min_size=1, max_size=4)  # seconds until it comes again


class Queue:
    """Brings each message again until it is dealt with, as SQS does: in any order, some of them twice."""

    def __init__(self, world: World, news: Sequence[News], lateness: Sequence[int]) -> None:
        self._world = world
        self._waiting = list(news)
        self._lateness = list(lateness)
        self._depth = 0
        world.fates.meanwhile = self._one_more

    def drain(self) -> None:
        for _ in range(PATIENCE):
            if not self._waiting:
                return
            self._work_on(self._waiting.pop(0))
        raise AssertionError("it never ends")

    def _one_more(self) -> None:
        """Somebody else's turn, in the middle of ours."""
        if self._waiting and self._depth < 3:
            self._work_on(self._waiting.pop(0))

    def _work_on(self, news: News) -> None:
        self._depth += 1
        try:
            wait = self._world.advance(news)
        except (KilledError, DependencyError, ConflictError):
            self._come_again(news, self._lateness[len(self._waiting) % len(self._lateness)])
        else:
            if wait is not None:
                self._come_again(news, wait.total_seconds())
        finally:
            self._depth -= 1

    def _come_again(self, news: News, seconds: float) -> None:
        self._waiting.append(news)
        if self._depth == 1:  # nobody's turn lasts as long as a record is held
            self._world.clock.put_on(seconds=seconds)


def run(world: World, kinds: Sequence[str], lateness: Sequence[int]) -> None:
    Queue(world, [world.news(kind, version=number) for number, kind in enumerate(kinds, 1)], lateness).drain()


def written(world: World) -> int:
    assert world.bot
    return len(world.bot.messages) + len(world.bot.taken_on)


def waits_for_a_person(world: World) -> bool:
    return world.listing.trouble is not None and world.listing.trouble.next == "person"


@settings(derandomize=True, deadline=None, max_examples=150)
@given(FATES, COPIES, LATENESS)
def test_a_seller_is_written_to_once_and_the_listing_knows(
    fates: list[str], copies: list[str], lateness: list[int]
) -> None:
    world = World(fates=fates)
    run(world, copies, lateness)
    assert written(world) == 1
    world.call_back()
    assert world.listing.state is State.MESSAGING
    assert world.happened.count("listing.state.messaging") == 1


@settings(derandomize=True, deadline=None, max_examples=150)
@given(FATES, COPIES, LATENESS)
def test_without_a_look_up_a_seller_is_written_to_at_most_once_and_else_a_person_is_asked(
    fates: list[str], copies: list[str], lateness: list[int]
) -> None:
    world = World(fates=fates, has_look_up=False)
    run(world, copies, lateness)
    assert written(world) <= 1
    world.call_back()
    assert world.listing.state is State.MESSAGING or waits_for_a_person(world)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(FATES, st.lists(FATES, max_size=3), LATENESS, st.booleans())
def test_a_person_who_looks_before_asking_again_never_has_a_seller_written_to_twice(
    fates: list[str], later_fates: list[list[str]], lateness: list[int], has_look_up: bool
) -> None:
    """They confirm only what is so, and only while nothing is on its way."""
    world = World(fates=fates, has_look_up=has_look_up)
    run(world, ["listing.created"], lateness)
    for more in [*later_fates, [], []]:
        if world.listing.state is State.MESSAGING or written(world):
            break
        world.clock.put_on(seconds=1)
        asked = world.ask(confirmed_not_done=True)
        world.clock.put_on(seconds=1)
        world.fates.left = list(more)
        Queue(world, [asked, asked], lateness).drain()
        assert written(world) <= 1
    assert written(world) == 1


def test_who_has_looked_has_looked_only_at_what_was_tried_before() -> None:
    """The try that a person asked for is in doubt itself: what they saw before it says nothing of it."""
    world = World(fates=["well", "well", "lost before"], has_look_up=True)
    world.advance()
    assert written(world) == 0
    world.clock.put_on(seconds=1)
    asked = world.ask(confirmed_not_done=True)
    world.clock.put_on(seconds=1)
    world.fates.left = ["well", "well", "lost after"]
    wait = world.advance(asked)
    assert wait is not None
    assert written(world) == 1
    world.clock.put_on(seconds=wait.total_seconds())
    world.advance(asked)
    assert written(world) == 1


def test_a_person_who_asks_twice_in_a_row_has_the_seller_written_to_once() -> None:
    """Both say that nothing was done, and both are right when they say it."""
    world = World(fates=["well", "well", "lost before"])
    world.advance()
    world.clock.put_on(seconds=1)
    twice = [world.ask(confirmed_not_done=True) for _ in range(2)]
    world.clock.put_on(seconds=1)
    world.fates.left = ["well", "well", "lost after"]
    for news in twice:
        world.advance(news)
    assert written(world) == 1


def test_a_person_s_try_that_was_killed_is_looked_for_when_it_comes_again() -> None:
    world = World(fates=["well", "well", "lost before"])
    world.advance()
    world.clock.put_on(seconds=1)
    asked = world.ask(confirmed_not_done=True)
    world.clock.put_on(seconds=1)
    world.fates.left = ["well", "well", "killed after"]
    with pytest.raises(KilledError):
        world.advance(asked)
    world.clock.put_on(seconds=HELD)
    world.advance(asked)
    assert written(world) == 1
    assert world.listing.state is State.MESSAGING


@pytest.mark.parametrize("has_look_up", [True, False])
def test_every_try_for_one_entry_shows_one_key_until_a_person_asks(has_look_up: bool) -> None:
    world = World(fates=["well", "well", "not reached", "well", "well", "well", "busy"], has_look_up=has_look_up)
    run(world, ["listing.created", "listing.price_changed"], [HELD])
    assert world.bot
    assert set(world.bot.keys) == {f"listing:{world.id}:1"}
    assert len(world.bot.keys) >= 2
