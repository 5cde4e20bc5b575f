"""Whatever comes twice, late, out of order or is cut off: in the end one card shows what is so, and none was twice."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.post_cards.service import LostCardError
from shared.discord.cards import card_of, continued
from shared.discord.posted import cards_of
from shared.ledger.envelope import Event
from shared.listings.lifecycle import TRANSITIONS, State, is_final
from shared.runtime.errors import ConflictError, DomainError
from shared.runtime.http import ServiceError
from tests.unit.functions.post_cards.world import KilledError, World

Happening = Callable[[World], object]

MOVES: dict[str, Happening] = {f"to {state}": lambda world, to=state: world.move(to) for state in State}  # type: ignore[misc]
HAPPENINGS: dict[str, Happening] = {
    **MOVES,
    "answer": lambda world: world.answer(negotiated_price=Decimal(310)),
    "answer without a price": lambda world: world.answer(),
    "cheaper": lambda world: world.reprice(int(world.listing.asking_price) - 10, 110),
    "remind": lambda world: world.remind(),
    "extend": lambda world: world.extend(),
    "trouble": lambda world: world.trouble(),
    "relieve": lambda world: world.relieve(),
}
LIKELY = st.one_of(st.sampled_from(sorted(HAPPENINGS)), st.just("on"))


def live(world: World, what: str) -> None:
    """What cannot happen now does not."""
    if what == "on":
        ways = TRANSITIONS[world.listing.state]
        what = f"to {ways[0]}" if ways else "answer"
    is_told_of_time = what in ("remind", "answer", "answer without a price")
    if is_told_of_time and world.listing.deadline_at is None:
        return
    with suppress(DomainError, AssertionError):
        HAPPENINGS[what](world)


def deliver(world: World, event: Event) -> bool:
    """Whether it was dealt with."""
    try:
        return world.follow(event).wait is None
    except (KilledError, ConflictError, ServiceError):
        return False
    except LostCardError:
        return True  # to the dead letters


def deliver_all(world: World, events: list[Event]) -> None:
    """What is not dealt with comes again, later."""
    waiting = list(events)
    for _ in range(200):
        if not waiting:
            return
        event = waiting.pop(0)
        if not deliver(world, event):
            world.let_time_pass()
            waiting.append(event)
    raise AssertionError("it comes again and again")


def check_what_is_shown(world: World) -> None:
    """Every event has at most one card, the last one says what is so, and those before it lead to it."""
    assert max(Counter(world.channel.nonces).values(), default=0) <= 1
    assert len(world.channel.messages) == len(world.channel.nonces)
    cards = cards_of(world.events, world.deliveries)
    for card in cards[:-1]:
        assert world.channel.shows(card.message_id, continued(world.listing))
    if cards:
        assert world.channel.shows(cards[-1].message_id, card_of(world.listing))


@settings(max_examples=150, deadline=None)
@given(st.lists(LIKELY, max_size=10), st.data())
def test_events_in_any_order_and_any_number_show_the_listing_as_it_is(whats: list[str], data: st.DataObject) -> None:
    world, seen = World(), 0
    for what in whats:
        live(world, what)
        for _ in range(data.draw(st.integers(0, 2))):  # some of what has happened is delivered meanwhile
            event = data.draw(st.sampled_from(world.events))
            deliver(world, event)
            seen += 1
    deliver_all(world, data.draw(st.permutations(world.events)))
    check_what_is_shown(world)
    if is_final(world.listing.state):
        assert world.channel.with_buttons == []
    else:
        assert len(world.channel.with_buttons) <= 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(LIKELY, min_size=1, max_size=6),
    st.data(),
    st.lists(st.sampled_from([200, 200, 429, 500, 503, 0]), max_size=8),
)
def test_deaths_and_failures_show_nothing_twice(whats: list[str], data: st.DataObject, fates: list[int]) -> None:
    world = World()
    for what in whats:
        live(world, what)
    world.channel.fates = fates
    for event in world.events:
        world.killer.left = data.draw(st.none() | st.integers(0, 6))
        world.killer.is_after = data.draw(st.booleans())
        if not deliver(world, event):
            world.let_time_pass()
    world.killer.left = None
    deliver_all(world, world.events)
    check_what_is_shown(world)


@pytest.mark.parametrize("others", range(1, 4))
def test_an_edit_that_others_outrun_is_made_anew(others: int) -> None:
    """While ours is under way the listing goes on, theirs gets there first, and ours lands on top of it."""
    world = World()
    world.follow(world.events[0])
    moved = world.trouble("first")

    def go_on() -> None:
        for number in range(others):
            world.follow(world.trouble(f"then {number}"))

    world.channel.before_edit = go_on
    world.follow(moved)
    check_what_is_shown(world)
    assert f"then {others - 1}" in str(world.channel.messages)


def test_a_card_that_is_followed_while_it_is_edited_does_not_get_its_buttons_back() -> None:
    world = World()
    world.move(State.MESSAGING)
    world.follow_all()
    trouble = world.trouble()
    world.channel.before_edit = lambda: void(world.follow(world.move(State.NEGOTIATING)))
    world.follow(trouble)
    check_what_is_shown(world)
    assert world.channel.with_buttons == ["1002"]


def test_a_card_that_is_posted_while_its_listing_goes_on_is_put_right_at_once() -> None:
    """The event that came meanwhile found no card to edit."""
    world = World()
    create = world.channel._create

    def overtaken(call: object) -> object:
        answer = create(call)  # type: ignore[arg-type]
        world.channel._create = create  # type: ignore[method-assign]
        world.follow(world.move(State.MESSAGING))
        return answer

    world.channel._create = overtaken  # type: ignore[method-assign,assignment]
    world.follow(world.events[0])
    check_what_is_shown(world)


def void(_: object) -> None:
    """What came of it does not matter."""
