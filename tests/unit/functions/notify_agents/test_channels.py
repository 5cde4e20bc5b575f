"""What is said on the channels of Redis, in the words that agents of the seed listen for."""

from datetime import timedelta

import pytest

from functions.notify_agents.service import FOR_CHANNELS, MOST_TRIES
from shared.blackboard.agent import Bid
from tests.unit.functions.notify_agents.world import Channels, World

URL = "https://writer.example/hook"


@pytest.fixture
def channels() -> Channels:
    return Channels()


@pytest.fixture
def world(channels: Channels) -> World:
    world = World()
    world.channels = channels
    return world


def test_a_new_artefact_is_said_with_its_payload(world: World, channels: Channels) -> None:
    artefact = world.board.post("Write a poem")
    world.hear(world.board.created(artefact))
    assert channels.said == [
        (
            "sett:default:artefact_events",
            {
                "id": artefact.id,
                "logical_id": artefact.logical_id,
                "version": 1,
                "structural_type": "Standard",
                "type": "GoalDefined",
                "payload": "Write a poem",
                "source_artefacts": [],
                "produced_by_role": "user",
                "created_at_ms": int(artefact.created_at.timestamp() * 1_000),
            },
        )
    ]


def test_a_claim_is_said_as_it_is_by_now(world: World, channels: Channels) -> None:
    world.board.register("Writer", bidding_strategy=Bid.EXCLUSIVE)
    claim = world.board.open()
    world.hear(world.board.news(claim, "claim.created"))
    assert channels.take("claim_events") == [
        {
            "id": claim.id,
            "artefact_id": claim.target.id,
            "status": "pending_exclusive",
            "granted_review_agents": [],
            "granted_parallel_agents": [],
            "granted_exclusive_agent": "Writer",
            "additional_context_ids": [],
            "termination_reason": None,
        }
    ]


def test_bids_and_grants_are_news_of_the_workflow(world: World, channels: Channels) -> None:
    world.board.register("Writer")
    claim = world.board.open()
    world.board.bid(claim, "Writer")
    for kind, event, shown in (("claim.bid_submitted", "bid_submitted", 0), ("claim.granted", "claim_granted", 1)):
        news = world.board.news(claim, kind)
        world.hear(news)
        assert channels.take("workflow_events") == [{"event": event, "data": news.data}]
        assert len(channels.take("claim_events")) == shown


def test_where_there_is_no_redis_nothing_is_read_for_it(world: World) -> None:
    world.channels = None
    event = world.board.created(world.board.post())
    world.hear(event)
    assert (world.queue.messages, world.reports) == ([], [])


def test_redis_that_is_away_keeps_no_agent_waiting(world: World, channels: Channels) -> None:
    channels.is_away = True
    world.board.register("Writer", delivery="webhook", url=URL)
    world.tell(world.board.news(world.board.open(), "claim.created"))
    assert [url for url, _, _ in world.agents.posts] == [URL]
    assert ("channels", {"status": "delayed", "reason": "Redis: connection refused", "tries": 1}) in world.reports


def test_what_could_not_be_said_is_said_when_redis_is_back_and_agents_are_not_told_again(
    world: World, channels: Channels
) -> None:
    channels.is_away = True
    world.board.register("Writer", delivery="webhook", url=URL)
    event = world.board.news(world.board.open(), "claim.created")
    world.hear(event)
    assert [message["detail"].get(FOR_CHANNELS) for message in world.queue.messages] == [None, 1]
    channels.is_away = False
    world.go_on(timedelta(seconds=1))
    world.work()
    assert len(channels.take("claim_events")) == 1
    assert len(world.agents.posts) == 1
    assert world.queue.messages == []


def test_what_redis_never_takes_is_left_and_fails_nothing(world: World, channels: Channels) -> None:
    channels.is_away = True
    world.hear(world.board.created(world.board.post()))
    for _ in range(2 * MOST_TRIES):
        world.work()
    assert (world.queue.messages, world.dead_letters.messages) == ([], [])
    assert [said["status"] for _, said in world.reports] == ["delayed"] * (MOST_TRIES - 1) + ["lost"]
