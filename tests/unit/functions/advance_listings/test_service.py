"""What follows by itself from what happened to a listing: who is asked, what is recorded, when it is tried again."""

from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from shared.deliveries.delivery import HELD_FOR, Status
from shared.ledger.envelope import Cause, to_detail
from shared.listings.changing import ATTEMPTS
from shared.listings.lifecycle import State
from shared.listings.listing import Listing
from shared.listings.trouble import LIST_ON_EBAY, MESSAGE_SELLER
from shared.runtime.errors import ConflictError, IllegalTransitionError, NotFoundError
from shared.runtime.http import ServiceError, Verdict
from shared.sinks.notices import text_of
from tests.support.builders import DEADLINES, NOON, a_cause, a_listing
from tests.unit.functions.advance_listings.world import KilledError, World, here

WORDS = ["listing.created", "listing.price_changed", "listing.state.received"]


def refused(world: World, verdict: Verdict, *, seconds: float | None = None) -> None:
    assert world.seller
    world.seller.errors.append(ServiceError("ebay", verdict, "422 no such category", retry_after=seconds))


def test_a_found_listing_has_its_seller_written_to() -> None:
    world = World()
    assert world.advance() is None
    listing = world.listing
    assert (listing.state, listing.conversation_thread_id) == (State.MESSAGING, "thread 7")
    assert listing.deadline_at == NOON + timedelta(days=7)
    told = world.listings.history(world.id)[-1]
    assert (told.actor, told.data["triggered_by"]) == ("service:chatterbot", "service:chatterbot")
    kept = world.deliveries.get(f"listing:{world.id}:1", "chatterbot")
    assert kept
    assert (kept.status, kept.external_id) == (Status.DELIVERED, "thread 7")


@pytest.mark.parametrize(
    ("state", "word"), [pair for pair in product(State, WORDS) if pair[0] not in (State.FOUND, State.RECEIVED)]
)
def test_in_every_other_state_nothing_is_due(state: State, word: str) -> None:
    world = World(a_listing(state))
    before = world.listing
    assert world.advance(world.news(word)) is None
    assert world.listing == before
    assert world.bot
    assert world.seller
    assert (world.bot.keys, world.seller.offered) == ([], [])


@pytest.mark.parametrize("word", WORDS)
def test_whatever_the_news_was_what_is_due_now_is_done(word: str) -> None:
    for listing, end in ((a_listing(), State.MESSAGING), (here(), State.LISTED)):
        world = World(listing)
        world.advance(world.news(word))
        assert world.listing.state is end


@pytest.mark.parametrize("listing", [a_listing(), here()])
def test_where_a_service_is_not_configured_a_person_does_its_part(listing: Listing) -> None:
    world = World(listing)
    world.bot = world.seller = None
    assert world.advance() is None
    assert world.listing.state is listing.state
    assert world.listing.trouble is None


@pytest.mark.parametrize(
    ("decided", "is_held"),
    [
        ({"automatic": False}, True),
        ({"minimum_confidence": Decimal("95.01")}, True),
        ({"minimum_confidence": Decimal(95)}, False),
        ({"minimum_profit": Decimal("100.01")}, True),
        ({"minimum_profit": Decimal(100)}, False),
        ({"automatic": True}, False),
    ],
    ids=str,
)
def test_operators_decide_which_sellers_are_written_to_by_itself(decided: dict[str, Any], is_held: bool) -> None:
    world = World()
    world.decide(**decided)
    assert world.advance() is None
    assert world.listing.state is (State.FOUND if is_held else State.MESSAGING)
    assert world.deliveries.get(f"listing:{world.id}:1", "chatterbot") is None or not is_held


def test_a_person_may_have_a_seller_written_to_all_the_same() -> None:
    world = World()
    world.decide(automatic=False, minimum_confidence=Decimal(100))
    world.advance(world.ask())
    assert world.listing.state is State.MESSAGING


def test_a_listing_that_is_held_is_written_to_once_it_is_cheap_enough() -> None:
    world = World()
    world.decide(minimum_profit=Decimal(200))
    world.advance()
    assert world.listing.state is State.FOUND
    world.decide(minimum_profit=Decimal(50))
    world.advance(world.news("listing.price_changed", version=2))
    assert world.happened[-1] == "listing.state.messaging"


def test_a_chat_bot_that_takes_it_on_is_left_in_peace_until_it_calls_back() -> None:
    world = World(fates=["well", "well", "accepted"])
    for _ in range(3):
        assert world.advance() is None
    assert world.bot
    assert len(world.bot.keys) == 1
    assert world.listing.state is State.FOUND
    world.call_back()
    assert world.happened[-1] == "listing.state.messaging"


def test_a_person_who_asks_of_what_was_taken_on_has_it_looked_for() -> None:
    world = World(fates=["well", "well", "accepted"])
    world.advance()
    world.advance(world.ask())
    assert world.bot
    assert (len(world.bot.keys), world.bot.looked) == (1, 1)


def test_what_is_taken_on_at_last_is_no_trouble_any_more() -> None:
    """Else its deadline is put off day after day, where the call back never comes."""
    world = World(fates=["well", "well", "busy"])
    world.advance()
    assert world.listing.trouble
    world.fates.left = ["well", "well", "accepted"]
    world.advance()
    assert world.listing.trouble is None


def test_what_fails_anew_after_it_was_taken_on_is_told_anew_and_in_the_same_words() -> None:
    world = World(fates=["well", "well", "lost before"])
    world.advance()
    world.fates.left = ["well", "well", "well", "accepted"]
    world.advance()
    asked = world.ask()
    world.fates.left = ["well", "well", "lost before"]
    world.advance(asked)
    failures = [event for event in world.listings.history(world.id) if event.type == "listing.operation_failed"]
    first, second = [text_of(to_detail(event), "GBP") for event in failures]
    assert first == second is not None


def test_a_failure_is_told_and_tried_again_when_the_service_says() -> None:
    world = World(fates=["well", "well", "busy"])
    assert world.advance() == timedelta(seconds=30)
    trouble = world.listing.trouble
    assert trouble
    assert (trouble.operation, trouble.times, trouble.next, trouble.in_doubt) == (MESSAGE_SELLER, 1, "retry", False)
    assert world.happened[-1] == "listing.operation_failed"
    assert world.advance() is None
    assert (world.listing.state, world.listing.trouble) == (State.MESSAGING, None)


def test_a_failure_that_goes_on_is_counted() -> None:
    world = World(fates=["well", "well", "not reached"])
    world.advance()
    for number in (2, 3):
        world.fates.left = ["well", "well", "not reached"]
        world.clock.put_on(seconds=60)
        world.advance()
        assert world.listing.trouble
        assert (world.listing.trouble.times, world.listing.trouble.first_at) == (number, NOON)


def test_a_circuit_that_is_open_is_told_of_once() -> None:
    world = World()
    for _ in range(4):
        world.fates.left = ["well", "well", "circuit"]
        assert world.advance() == timedelta(seconds=25)
    assert world.happened.count("listing.operation_failed") == 1


def test_a_circuit_that_opens_on_what_is_known_adds_nothing() -> None:
    world = World(fates=["well", "well", "not reached"])
    world.advance()
    world.fates.left = ["well", "well", "circuit"]
    world.advance()
    assert world.happened.count("listing.operation_failed") == 1


def test_what_may_have_been_done_is_said_to_be_in_doubt() -> None:
    world = World(fates=["well", "well", "lost before"])
    assert world.advance() is not None
    assert world.listing.trouble
    assert (world.listing.trouble.in_doubt, world.listing.trouble.next) == (True, "retry")


def test_what_a_person_has_to_act_on_is_left_to_them() -> None:
    world = World(here())
    refused(world, Verdict.TERMINAL)
    assert world.advance() is None
    assert world.listing.trouble
    assert (world.listing.trouble.next, world.listing.trouble.answer) == ("person", "422 no such category")
    for word in WORDS:
        assert world.advance(world.news(word, version=9)) is None
    assert world.listing.state is State.RECEIVED
    assert world.advance(world.ask()) is None
    assert world.happened[-1] == "listing.state.listed"


@pytest.mark.parametrize("verdict", [Verdict.TERMINAL, Verdict.REFRESH_CREDENTIAL])
def test_a_person_s_try_shows_a_new_key_where_the_old_one_surely_did_nothing(verdict: Verdict) -> None:
    world = World(here())
    refused(world, verdict)
    world.advance()
    asked = world.ask()
    world.advance(asked)
    kept = world.deliveries.get(world.listings.history(world.id)[4].id, "ebay")
    assert kept
    assert (kept.key, kept.attempts) == (asked.id, 2)


def test_what_ebay_has_to_be_told_is_asked_of_a_person_before_anybody_else_is_asked() -> None:
    world = World(here())
    assert world.seller
    world.seller.lacks = ["the category", "a condition"]
    assert world.advance() is None
    trouble = world.listing.trouble
    assert trouble
    assert (trouble.operation, trouble.next) == (LIST_ON_EBAY, "person")
    assert trouble.answer == "cannot be offered yet; missing: the category, a condition"
    assert (world.seller.offered, world.seller.looked) == ([], 0)
    assert world.deliveries.get(world.listings.history(world.id)[4].id, "ebay") is None
    world.seller.lacks = []
    world.advance(world.ask())
    assert world.listing.state is State.LISTED


def test_a_try_for_ebay_that_is_in_doubt_is_looked_for() -> None:
    world = World(here())
    refused(world, Verdict.AMBIGUOUS)
    wait = world.advance()
    assert wait is not None
    assert world.seller
    world.seller.offered.append((world.id, ()))  # it was done all the same
    world.advance()
    assert (len(world.seller.offered), world.seller.looked) == (1, 1)
    assert world.listing.state is State.LISTED


def test_while_somebody_is_at_it_others_come_back_when_they_are_surely_dead() -> None:
    world = World(fates=["well", "well", "killed before"])
    with pytest.raises(KilledError):
        world.advance()
    assert world.advance() == HELD_FOR
    world.clock.put_on(seconds=HELD_FOR.total_seconds())
    assert world.advance() is None
    assert world.listing.state is State.MESSAGING


class Overtaking(World):
    """While the chat bot writes, something else happens to the listing."""

    def while_writing(self, change: object) -> None:
        self.fates.left = ["well", "well", "meanwhile"]
        self.fates.meanwhile = change  # type: ignore[assignment]


def moved(world: World, to: State) -> None:
    step = world.listing.moved(to, at=NOON, actor="key:ben", reason=None, details={}, deadlines=DEADLINES)
    super(type(world.listings), world.listings).save(step, a_cause("key:ben"))


@pytest.mark.parametrize("to", [State.MESSAGING, State.CANCELLED])
def test_who_was_faster_is_not_undone(to: State) -> None:
    world = Overtaking()
    world.while_writing(lambda: moved(world, to))
    assert world.advance() is None
    assert world.listing.state is to
    assert len(world.happened) == 2
    kept = world.deliveries.get(f"listing:{world.id}:1", "chatterbot")
    assert kept
    assert kept.status is Status.DELIVERED


def test_who_keeps_losing_comes_back_later_and_looks_first() -> None:
    world = World()
    save = world.listings.save
    lost: list[int] = []

    def lose(listing: Listing, cause: Cause) -> Listing:
        lost.append(listing.version)
        raise ConflictError("somebody was faster")

    world.listings.save = lose  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        world.advance()
    assert len(lost) == ATTEMPTS
    world.listings.save = save  # type: ignore[method-assign]
    world.clock.put_on(seconds=HELD_FOR.total_seconds())
    world.advance()
    assert world.bot
    assert (len(world.bot.messages), world.bot.looked) == (1, 1)
    assert world.listing.state is State.MESSAGING


@pytest.mark.parametrize("state", [s for s in State if s not in (State.FOUND, State.RECEIVED)])
def test_there_is_nothing_to_retry_where_nothing_is_due(state: State) -> None:
    with pytest.raises(IllegalTransitionError, match="there is nothing to try"):
        World(a_listing(state)).ask()


def test_news_of_a_listing_that_nobody_found_fails() -> None:
    world = World()
    world.id = "another"
    with pytest.raises(NotFoundError):
        world.advance()
