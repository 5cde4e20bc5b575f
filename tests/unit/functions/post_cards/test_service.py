"""A listing is shown as a card, once for what is worth one, and its cards say what is so now."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.post_cards.card_sink import OLD_NEWS
from functions.post_cards.listing_cards import WorthALook
from functions.post_cards.service import LostCardError
from shared.deliveries.delivery import Status
from shared.discord.cards import card_of, continued
from shared.ledger.envelope import Event
from shared.listings.lifecycle import State
from shared.runtime.discord import SENT_AGAIN_WITHIN, nonce_of
from shared.runtime.errors import NotFoundError
from shared.runtime.http import ServiceError
from shared.runtime.text import units
from tests.support.builders import a_listing
from tests.unit.functions.post_cards.world import KilledError, World
from tests.unit.in_memory import shelf_with

FIRST, SECOND = "1001", "1002"


def status_of(world: World, event: Event) -> tuple[Status, str | None]:
    record = world.deliveries.get(event.id, "cards")
    assert record
    return record.status, record.last_error


def test_what_is_found_is_shown_once_with_buttons_for_what_can_be_done() -> None:
    world = World()
    for _ in range(3):
        assert world.follow(world.events[0]).wait is None
    assert list(world.channel.messages) == [FIRST]
    assert world.channel.shows(FIRST, card_of(world.listing))
    (row,) = world.channel.messages[FIRST]["components"]
    assert [button["label"] for button in row["components"]] == ["Message seller", "Skip", "Details"]


def test_a_card_follows_its_listing_to_the_end_and_has_no_buttons_then() -> None:
    world = World()
    world.follow(world.events[0])
    for state in (State.MESSAGING, State.NEGOTIATING, State.PURCHASED, State.RECEIVED, State.LISTED, State.SOLD):
        world.follow(world.move(state))
        assert world.channel.shows(list(world.channel.messages)[-1], card_of(world.listing))
    assert list(world.channel.messages) == [FIRST, SECOND]  # the deal had a card of its own
    assert world.channel.with_buttons == []
    assert world.channel.shows(FIRST, continued(world.listing))


@pytest.mark.parametrize(
    ("worth", "sighting", "is_shown"),
    [
        (WorthALook(), {}, True),
        (WorthALook(), {"estimated_profit": None}, True),
        (WorthALook(), {"estimated_profit": Decimal(-1)}, False),
        (WorthALook(minimum_profit=Decimal(100)), {}, True),
        (WorthALook(minimum_profit=Decimal("100.01")), {}, False),
        (WorthALook(minimum_profit=Decimal(1)), {"estimated_profit": None}, False),
        (WorthALook(minimum_confidence=Decimal(95)), {}, True),
        (WorthALook(minimum_confidence=Decimal(96)), {}, False),
    ],
)
def test_only_what_is_worth_a_look_is_shown(worth: WorthALook, sighting: dict[str, Any], is_shown: bool) -> None:
    world = World(worth=worth, **sighting)
    world.follow(world.events[0])
    world.follow(world.remind())
    assert bool(world.channel.messages) == is_shown
    if not is_shown:
        assert status_of(world, world.events[0]) == (Status.SKIPPED, "not worth a look")


def test_a_price_that_makes_it_worth_a_look_gets_it_a_card_and_later_prices_are_edited_in() -> None:
    world = World(worth=WorthALook(minimum_profit=Decimal(150)))
    world.follow(world.events[0])
    assert world.channel.messages == {}
    world.follow(world.reprice(300, 200))
    world.follow(world.reprice(290, 210))
    assert list(world.channel.messages) == [FIRST]
    assert world.channel.shows(FIRST, card_of(world.listing))


def test_news_that_come_late_show_nothing_that_is_over() -> None:
    world = World()
    created, cancelled = world.events[0], world.move(State.CANCELLED)
    world.follow(cancelled)
    world.follow(created)
    assert world.channel.messages == {}
    assert status_of(world, created) == (Status.SKIPPED, "it is CANCELLED by now")


def test_what_was_written_about_at_once_is_shown_all_the_same() -> None:
    world = World()
    messaging = world.move(State.MESSAGING)
    world.follow(messaging)
    world.follow(world.events[0])
    assert world.channel.shows(FIRST, card_of(world.listing))


def test_a_deal_is_posted_below_and_takes_the_buttons_off_the_first_card() -> None:
    world = World()
    world.move(State.MESSAGING)
    world.follow_all()
    world.follow(world.move(State.NEGOTIATING))
    assert world.channel.with_buttons == [SECOND]
    assert world.channel.shows(FIRST, continued(world.listing))
    world.follow(world.answer(negotiated_price=Decimal(310)))
    assert world.channel.with_buttons == ["1003"]
    assert world.channel.messages["1003"]["content"] == "🤝 The seller asks £310.00 now"
    world.follow(world.answer())  # it says no price: the card is edited
    assert len(world.channel.messages) == 3
    assert world.channel.shows("1003", card_of(world.listing))


def test_a_deadline_that_approaches_is_posted_with_more_time_to_ask_for() -> None:
    world = World()
    world.follow(world.events[0])
    world.follow(world.remind())
    (row,) = world.channel.messages[SECOND]["components"]
    assert [one["label"] for one in row["components"]] == ["Message seller", "Extend 3 days", "Cancel", "Details"]
    world.follow(world.extend())
    assert world.channel.with_buttons == [SECOND]
    assert world.channel.shows(SECOND, card_of(world.listing))


def test_a_reminder_that_was_outrun_by_more_time_is_not_posted() -> None:
    world = World()
    world.follow(world.events[0])
    reminder, _ = world.remind(), world.extend()
    world.follow(reminder)
    assert list(world.channel.messages) == [FIRST]
    assert status_of(world, reminder) == (Status.SKIPPED, "it was given more time")


def test_an_earlier_event_posts_nothing_below_a_later_one_s_card() -> None:
    world = World()
    for state in (State.MESSAGING, State.NEGOTIATING):
        world.move(state)
    negotiating, reply = world.events[-1], world.answer(negotiated_price=Decimal(310))
    world.follow(reply)
    world.follow(negotiating)
    world.follow(world.events[0])
    assert list(world.channel.messages) == [FIRST]
    assert status_of(world, negotiating) == (Status.SKIPPED, "a later card is there")


def test_trouble_shows_and_goes() -> None:
    world = World()
    world.follow(world.events[0])
    world.follow(world.trouble("the chat bot is down"))
    assert "the chat bot is down" in str(world.channel.messages[FIRST])
    world.follow(world.relieve())
    assert "the chat bot is down" not in str(world.channel.messages[FIRST])


def test_a_card_that_people_have_deleted_stays_deleted() -> None:
    world = World()
    world.follow(world.events[0])
    del world.channel.messages[FIRST]
    world.follow(world.move(State.MESSAGING))
    assert world.channel.messages == {}
    world.follow(world.move(State.NEGOTIATING))  # which is worth a card of its own
    assert world.channel.with_buttons == [SECOND]


def test_in_a_dry_run_the_card_is_recorded_and_nobody_is_asked() -> None:
    world = World(is_live=False)
    world.follow(world.events[0])
    world.follow(world.move(State.MESSAGING))
    record = world.deliveries.get(world.events[0].id, "cards")
    assert record
    assert record.request
    assert (record.status, record.request["method"]) == (Status.DRY_RUN, "POST")
    assert world.channel.messages == {}


def test_the_nonce_of_a_card_is_not_that_of_a_notice_of_the_same_event() -> None:
    world = World()
    world.follow(world.events[0])
    assert nonce_of(world.events[0].id) not in world.channel.nonces


def follow_on(world: World, event: Event, tries: int = 20) -> None:
    """As often as it wants to come again."""
    for _ in range(tries):
        if (wait := world.follow(event).wait) is None:
            return
        world.clock.now += wait
    raise AssertionError("it comes again and again")


@pytest.mark.parametrize("fates", [[0], [500], [500, 500, 500], [503, 0, 429, 500]])
def test_while_discord_knows_its_nonce_a_card_in_doubt_is_sent_again(fates: list[int]) -> None:
    world = World()
    world.channel.fates = fates
    follow_on(world, world.events[0])
    assert list(world.channel.messages) == [FIRST]
    assert world.channel.shows(FIRST, card_of(world.listing))
    assert status_of(world, world.events[0]) == (Status.DELIVERED, None)


def test_a_card_in_doubt_does_not_wait_for_those_before_it() -> None:
    world = World()
    world.move(State.MESSAGING)
    world.follow_all()
    deal = world.move(State.NEGOTIATING)
    world.channel.fates = [500, 500]
    follow_on(world, deal)
    assert world.channel.with_buttons == [SECOND]


@pytest.mark.parametrize("fate", [0, 500])
def test_a_card_in_doubt_is_given_up_when_discord_may_have_forgotten_it(fate: int) -> None:
    world = World()
    world.channel.fates = [fate]
    world.follow(world.events[0])
    world.clock.now += SENT_AGAIN_WITHIN
    before = list(world.channel.messages)
    with pytest.raises(LostCardError):
        world.follow(world.events[0])
    assert list(world.channel.messages) == before
    status, said = status_of(world, world.events[0])
    assert (status, said) == (Status.IN_DOUBT, "it may be there, and Discord does not know it again by now")


def test_a_card_that_was_given_up_is_posted_when_somebody_asks_for_it() -> None:
    world = World()
    lose(world, world.events[0])
    asked = world.retry(world.events[0])
    for _ in range(3):
        follow_on(world, asked)
    assert list(world.channel.messages) == [FIRST]
    assert status_of(world, world.events[0]) == (Status.DELIVERED, None)
    world.follow(world.move(State.MESSAGING))
    assert world.channel.shows(FIRST, card_of(world.listing))


def test_a_card_that_is_asked_for_again_has_the_same_time_as_a_new_one() -> None:
    world = World()
    lose(world, world.events[0])
    asked = world.retry(world.events[0])
    world.channel.fates = [500, 500]
    follow_on(world, asked)
    assert list(world.channel.messages) == [FIRST]


def test_who_dies_over_a_card_that_was_asked_for_again_posts_no_second_one() -> None:
    world = World()
    lose(world, world.events[0])
    asked = world.retry(world.events[0])
    world.killer.left, world.killer.is_after = 1, True  # the record is taken, and it is posted
    with pytest.raises(KilledError):
        world.follow(asked)
    world.let_time_pass()
    with pytest.raises(LostCardError):
        world.follow(asked)
    assert list(world.channel.messages) == [FIRST]
    assert status_of(world, world.events[0])[0] is Status.IN_DOUBT


def test_a_card_is_not_posted_anew_for_who_asked_before_it_was_in_doubt() -> None:
    world = World()
    lose(world, world.events[0])
    asked = world.retry(world.events[0])
    world.channel.fates = [0]
    world.follow(asked)
    world.clock.now += SENT_AGAIN_WITHIN
    for _ in range(2):
        with pytest.raises(LostCardError):
            world.follow(asked)
    assert list(world.channel.messages) == [FIRST]


def lose(world: World, event: Event) -> None:
    world.channel.fates = [403]
    with pytest.raises(LostCardError):
        world.follow(event)


def test_where_discord_wants_time_the_card_waits_and_is_then_posted() -> None:
    world = World()
    world.channel.fates = [429]
    wait = world.follow(world.events[0]).wait
    assert wait == timedelta(seconds=2.5)
    world.clock.now += wait
    assert world.follow(world.events[0]).wait is None
    assert list(world.channel.messages) == [FIRST]


def test_where_discord_wants_time_an_edit_waits() -> None:
    world = World()
    world.follow(world.events[0])
    moved = world.move(State.MESSAGING)
    world.channel.fates = [429]
    assert world.follow(moved).wait == timedelta(seconds=2.5)
    assert world.follow(moved).wait is None
    assert world.channel.shows(FIRST, card_of(world.listing))


def test_an_edit_that_fails_is_tried_again_by_the_queue() -> None:
    world = World()
    world.follow(world.events[0])
    moved = world.move(State.MESSAGING)
    world.channel.fates = [503]
    with pytest.raises(ServiceError):
        world.follow(moved)
    world.follow(moved)
    assert world.channel.shows(FIRST, card_of(world.listing))


def test_a_card_that_is_given_up_fails_each_time_so_that_somebody_looks() -> None:
    world = World()
    world.channel.fates = [403]
    for _ in range(3):
        with pytest.raises(LostCardError):
            world.follow(world.events[0])
    assert status_of(world, world.events[0])[0] is Status.FAILED


def test_a_sure_failure_does_not_undo_an_earlier_doubt() -> None:
    world = World()
    world.channel.fates = [0, *[403] * 20]
    with pytest.raises(LostCardError):
        follow_on(world, world.events[0])
    assert status_of(world, world.events[0])[0] is Status.IN_DOUBT
    assert list(world.channel.messages) == [FIRST]


def test_what_could_not_be_shown_in_a_day_is_not_shown_any_more() -> None:
    world = World()
    world.channel.fates = [429]
    world.follow(world.events[0])
    world.clock.now += OLD_NEWS
    world.channel.fates = [429]
    with pytest.raises(LostCardError):
        world.follow(world.events[0])


def test_of_a_listing_that_is_not_ours_nothing_is_shown() -> None:
    world, other = World(), shelf_with(a_listing(url="https://market.example/2"))
    strange = next(iter(other.history(a_listing(url="https://market.example/2").id)))
    with pytest.raises(NotFoundError):
        world.follow(strange)


@pytest.mark.parametrize(
    "title",
    [
        "@everyone <@81384788765712384> look",
        "`rm -rf`",
        "[Sony](https://evil.example)",
        "👩‍👩‍👧‍👦" * 500,
        "x" * 512,
        "](",
    ],
)
def test_a_title_is_only_text_and_fits_whatever_a_stranger_wrote(title: str) -> None:
    world = World(title=title)
    world.follow(world.events[0])
    message = world.channel.messages[FIRST]
    (embed,) = message["embeds"]
    assert message["allowed_mentions"] == {"parse": []}
    assert 0 < units(embed["title"]) <= 256
    assert "@everyone" not in str(message)
    assert not re.search(r"(?<!\\)\]\(", embed["title"])
