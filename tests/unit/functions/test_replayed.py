"""What is on the bus once more: whoever asked for something when it was new does not ask for it now."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from functions.notify_agents.service import notify
from functions.post_cards.service import LostCardError, follow
from shared.blackboard.agent import Bid
from shared.deliveries.delivery import Status
from shared.ledger.envelope import Event, to_detail
from shared.listings.lifecycle import State
from shared.listings.photos import sent
from shared.listings.trouble import MESSAGE_SELLER, troubled
from shared.runtime.http import ServiceError, Verdict
from tests.support.builders import NOON, a_listing
from tests.unit.functions.advance_listings import world as listings
from tests.unit.functions.arbitrate_claims import world as claims
from tests.unit.functions.deliver_events import world as sinks
from tests.unit.functions.deliver_events.test_service import ask_again
from tests.unit.functions.notify_agents import world as agents
from tests.unit.functions.post_cards import world as cards
from tests.unit.functions.post_cards.test_service import lose


def replayed(event: Event) -> Mapping[str, Any]:
    return to_detail(event) | {"replay": {"name": "again", "to": "whom it concerns"}}


@pytest.mark.parametrize("kind", ["listing.amended", "listing.retry_requested"])
def test_a_seller_is_not_written_to_because_somebody_once_wanted_it(kind: str) -> None:
    in_doubt = troubled(a_listing(), MESSAGE_SELLER, "cannot tell", at=NOON, in_doubt=True, final=True)
    world = listings.World(in_doubt)
    news = replace(world.news(kind, version=3, confirmed_not_done=True), is_replayed=True)
    assert world.advance(news) is None
    assert world.bot
    assert (world.bot.messages, world.bot.looked) == ([], 0)
    assert world.advance(replace(news, is_replayed=False)) is None
    assert world.bot.messages == [world.id]


def test_a_photo_that_is_here_or_is_known_to_be_lost_is_not_fetched_again() -> None:
    told = {"file_id": "file-photo1", "file_unique_id": "photo1", "update_id": 1, "at": NOON}
    world = listings.World(sent(listings.BOUGHT, **told))  # type: ignore[arg-type]
    news = replace(listings.photo_sent(world), is_replayed=True)
    world.clock.put_on(days=2)
    world.photo_errors = [ServiceError("telegram", Verdict.TERMINAL, "the file is no longer there")]
    assert world.advance(news) is None  # it was still waited for
    happened = world.happened
    assert happened[-1] == "listing.operation_failed"
    assert world.advance(news) is None
    assert (world.happened, world.fetched) == (happened, [])


def test_a_photo_that_was_missed_is_fetched_once() -> None:
    told = {"file_id": "file-photo1", "file_unique_id": "photo1", "update_id": 1, "at": NOON}
    world = listings.World(sent(listings.BOUGHT, **told))  # type: ignore[arg-type]
    news = replace(listings.photo_sent(world), is_replayed=True)
    for _ in range(3):
        assert world.advance(news) is None
    assert (world.fetched, world.listing.state) == (["file-photo1"], State.RECEIVED)


@pytest.mark.parametrize("can_look", [True, False])
def test_what_was_given_up_is_not_tried_anew_because_somebody_once_wanted_it(can_look: bool) -> None:
    world = sinks.World(can_look=can_look)
    world.brought(None, "refused")
    first = ask_again(world)
    world.brought(to_detail(first), "refused")
    second = ask_again(world)
    world.brought(to_detail(second), "refused")
    before, letters = world.kept, list(world.letters.bodies)
    asked = list(world.provider.asked)
    for event in (world.event, first, second):
        world.brought(replayed(event))
    assert (world.kept, world.letters.bodies, world.provider.asked) == (before, letters, asked)


def test_a_sink_that_never_had_it_gets_it_by_a_replay() -> None:
    world = sinks.World()
    for _ in range(3):
        assert world.brought(replayed(world.event)).delivery.status is Status.DELIVERED
    assert world.provider.asked == ["send"]


def test_a_card_that_was_given_up_stays_so_and_nobody_is_told_again() -> None:
    world = cards.World()
    lose(world, world.events[0])
    asked = world.retry(world.events[0])
    world.channel.fates = [403]
    with pytest.raises(LostCardError):
        world.follow(asked)
    for event in (world.events[0], asked):
        came = follow(replayed(event), world.ports)
        assert (came.delivery and came.delivery.status, came.edited) == (Status.FAILED, 0)
    assert world.channel.messages == {}


def test_a_claim_is_waited_for_by_the_message_that_told_of_it_first_alone() -> None:
    world = claims.World()
    world.register("Ann", target_types=("Draft",))
    claim = world.claim_of(world.post())
    (created,) = world.told(claim.id, "claim.created")
    assert world.arbitrate(to_detail(created)) == world.settings.bidding
    assert world.arbitrate(replayed(created)) is None
    assert world.now(claim) == claim


def test_a_claim_that_nobody_heard_of_goes_on_by_a_replay() -> None:
    world = claims.World()
    world.register("Ann", target_types=("Draft",))
    claim = world.claim_of(world.post())
    world.bid("Ann", claim, "claim")
    (bid,) = world.told(claim.id, "claim.bid_submitted")
    assert world.arbitrate(replayed(bid)) is None
    assert world.now(claim).grants


def test_who_listens_to_the_channels_is_not_told_old_news() -> None:
    world = agents.World()
    world.channels = channels = agents.Channels()
    world.board.register("Writer", bidding_strategy=Bid.EXCLUSIVE, delivery="webhook", url="https://writer.example/")
    granted = world.board.news(world.board.kept.claim(world.board.open().id), "claim.granted")
    world.tell(granted)
    said = list(channels.said)
    assert said
    assert len(world.agents.posts) == 1
    for _ in range(2):
        assert notify(replayed(granted), world.ports()) is None
        assert world.work() == [None]
    assert channels.said == said
    assert len(world.agents.posts) == 1
