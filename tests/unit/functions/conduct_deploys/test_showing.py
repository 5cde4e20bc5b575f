"""One message shows how far a deploy is; what Discord does does not hold the deploy up."""

from datetime import timedelta

import pytest

from shared.deploys.deploy import Deploy
from shared.deploys.states import State
from shared.discord.answers import body_of
from shared.discord.deploy_card import progress
from tests.unit.functions.conduct_deploys.test_service import begin, let_runs_end
from tests.unit.functions.conduct_deploys.world import World


class KilledError(BaseException):
    """The process is gone."""


def _dies(*_: object) -> Deploy:
    raise KilledError


@pytest.fixture
def world() -> World:
    return World()


def test_one_message_shows_how_it_ends(world: World) -> None:
    begin(world)
    let_runs_end(world)
    (message,) = world.channel.messages.values()
    assert message == body_of(progress(world.now()))
    assert "✅ Deployed" in message["embeds"][0]["title"]
    assert world.buttons() == [["Roll back", "Details", "Run on GitHub"]]


def test_each_step_is_shown_once(world: World) -> None:
    begin(world)
    let_runs_end(world)
    assert world.channel.edits == 4  # once more what was posted, for it may have been there; under way, looked at, out


def test_a_canary_offers_what_can_be_done_with_it_and_what_moves_offers_nothing(world: World) -> None:
    begin(world, strategy="canary")
    world.deal_with(world.queue.pop().detail)
    assert world.buttons() == [["Details"]]
    let_runs_end(world)
    assert world.buttons() == [["Promote", "Roll back", "Details", "Run on GitHub"]]


def test_the_message_of_the_deploy_before_loses_its_buttons(world: World) -> None:
    for _ in range(2):
        begin(world)
        let_runs_end(world)
    first, second = world.channel.messages.values()
    assert first["components"] == []
    assert "ship-staging-2 has followed it" in first["embeds"][0]["description"]
    assert second["components"] != []


@pytest.mark.parametrize("status", [403, 404, 400])
def test_where_the_channel_refuses_the_deploy_goes_on(world: World, status: int) -> None:
    world.channel.fates = [status] * 50
    begin(world)
    let_runs_end(world)
    assert (world.now().state, world.channel.messages) == (State.DEPLOYED, {})


def test_where_nobody_said_a_channel_nothing_is_shown(world: World) -> None:
    world.ship(channel_id=None)
    let_runs_end(world)
    assert (world.now().state, world.channel.messages) == (State.DEPLOYED, {})


@pytest.mark.parametrize("status", [500, 429, 401])
def test_where_discord_is_unwell_it_is_shown_later(world: World, status: int) -> None:
    world.channel.fates = [status] * 4
    begin(world)
    let_runs_end(world)
    (message,) = world.channel.messages.values()
    assert message["embeds"] == body_of(progress(world.now()))["embeds"]


def test_where_discord_stays_unwell_that_has_an_end(world: World) -> None:
    world.channel.fates = [500] * 10_000
    began = world.clock()
    begin(world)
    let_runs_end(world)
    assert world.now().state is State.DEPLOYED
    assert world.clock() - began < timedelta(minutes=20)


def test_a_message_that_somebody_has_deleted_does_not_hold_anything_up(world: World) -> None:
    begin(world)
    world.deal_with(world.queue.pop().detail)
    world.channel.messages.clear()
    let_runs_end(world)
    assert (world.now().state, world.channel.messages) == (State.DEPLOYED, {})


def test_who_died_after_posting_posts_no_second_message_and_it_shows_what_is(world: World) -> None:
    begin(world)
    first = world.queue.pop().detail
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.deploys, "save", _dies)
        with pytest.raises(KilledError):
            world.conduct(first)
    assert len(world.channel.messages) == 1
    world.deal_with(first)
    let_runs_end(world)
    (message,) = world.channel.messages.values()
    assert message == body_of(progress(world.now()))


def test_a_message_that_was_posted_before_is_brought_up_to_date(world: World) -> None:
    """Who handles the second event may find that there is no message yet, and be given the one just posted."""
    begin(world)
    before = world.now()  # as who handles the first event has read it
    let_runs_end(world)
    (shown,) = world.channel.messages.values()
    world.ports.show(world.request(), before)  # and only now posts it
    assert list(world.channel.messages.values()) == [shown]


@pytest.mark.parametrize("status", [500, 429])
def test_the_message_before_loses_its_buttons_also_where_discord_is_unwell_just_then(world: World, status: int) -> None:
    begin(world)
    let_runs_end(world)
    for unwell in range(3):  # in the first, second or third call
        world.channel.fates = [200] * unwell + [status]
        begin(world)
        let_runs_end(world)
        *before, last = world.channel.messages.values()
        assert [message["components"] for message in before] == [[]] * len(before)
        assert last["components"] != []


@pytest.mark.parametrize("status", [403, 404])
def test_the_message_before_loses_its_buttons_also_where_the_new_one_cannot_be_shown(world: World, status: int) -> None:
    begin(world)
    let_runs_end(world)
    world.channel.fates = [200, status]
    begin(world)
    world.deal_with(world.queue.pop(0).detail)
    (before,) = world.channel.messages.values()
    assert before["components"] == []


def test_the_message_before_loses_its_buttons_whichever_event_of_the_new_one_comes_first(world: World) -> None:
    begin(world)
    let_runs_end(world)
    begin(world)
    request = world.queue.pop().detail
    world.conduct(dict(request) | {"type": "deploy.delayed"})
    world.deal_with(request)
    let_runs_end(world)
    before, _ = world.channel.messages.values()
    assert before["components"] == []


def test_where_the_message_before_is_gone_the_new_one_is_shown(world: World) -> None:
    begin(world)
    let_runs_end(world)
    world.channel.messages.clear()
    begin(world)
    let_runs_end(world)
    (message,) = world.channel.messages.values()
    assert message == body_of(progress(world.now()))
