"""What follows from the news of a blackboard, however often and however late they are heard."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.arbitrate_claims.service import MOST_AT_ONCE, SHORTEST_WAIT
from shared.blackboard.agent import Agent
from shared.blackboard.artefact import StructuralType, claim_id_of
from shared.blackboard.changing import ATTEMPTS, MOST_STEPS
from shared.blackboard.stages import Stage
from shared.blackboard.store import LedgerBlackboard
from shared.ledger.envelope import Event, to_detail
from shared.runtime.errors import ConflictError
from tests.unit.functions.arbitrate_claims.world import Message, World


@pytest.fixture
def world() -> World:
    world = World()
    world.register("Ann", target_types=("Draft",))
    world.run()
    return world


def announced(world: World, **said: Any) -> Message:
    artefact = world.post(**said)
    return next(one for one in world.queue if one.detail["subject"] == artefact.id)


def waits(world: World, event: Event) -> timedelta | None:
    return world.arbitrate(to_detail(event))


def test_an_artefact_that_is_announced_ten_times_has_one_claim(world: World) -> None:
    message = announced(world)
    for _ in range(10):
        assert world.arbitrate(message.detail) is None
    claim_id = claim_id_of(message.detail["subject"])
    assert len(world.told(claim_id, "claim.created")) == 1
    assert [name for name, _ in world.lines] == ["claim_created"] + ["duplicate_artefact"] * 9
    assert {said.get("existing_claim_id", claim_id) for _, said in world.lines} == {claim_id}


def test_two_who_hear_of_it_at_once_make_one_claim(world: World) -> None:
    message = announced(world)
    world.ledger.rival = lambda: world.arbitrate(message.detail)
    world.arbitrate(message.detail)
    assert len(world.claims()) == 1


def test_a_claim_says_how_late_it_is(world: World) -> None:
    message = announced(world)
    world.clock.put_on(seconds=1.5)
    world.arbitrate(message.detail)
    (created,) = world.told(claim_id_of(message.detail["subject"]), "claim.created")
    assert created.data["latency_ms"] == 1_500
    assert (created.actor, created.causation_id) == ("arbiter", message.detail["id"])


def test_a_clock_that_is_behind_makes_no_claim_early(world: World) -> None:
    message = announced(world)
    world.clock.put_on(seconds=-5)
    world.arbitrate(message.detail)
    (created,) = world.told(claim_id_of(message.detail["subject"]), "claim.created")
    assert created.data["latency_ms"] == 0


def test_one_message_of_a_claim_waits_for_its_deadline(world: World) -> None:
    claim = world.claim_of(world.post())
    world.bid("Ann", claim, "claim")
    world.run()
    waiting = {event.type: waits(world, event) for event in world.told(claim.id)}
    assert waiting.pop("claim.granted") == world.settings.lease
    assert set(waiting.values()) == {None}


def test_who_waits_comes_when_it_is_time_and_waits_on_where_there_is_more(world: World) -> None:
    world.register("Ann", bidding_strategy="claim")
    claim = world.claim_of(world.post())
    (granted,) = world.told(claim.id, "claim.granted")
    world.clock.put_on(seconds=400)
    assert waits(world, granted) == timedelta(seconds=200)
    world.heartbeat("Ann", claim)
    world.clock.put_on(seconds=200)
    assert waits(world, granted) == timedelta(seconds=400)
    world.clock.put_on(seconds=400)
    assert waits(world, granted) is None  # lost, and given anew: another message waits now
    assert len(world.told(claim.id, "claim.granted")) == 2


def test_what_waits_is_over_with_the_claim(world: World) -> None:
    claim = world.claim_of(world.post())
    created = world.told(claim.id, "claim.created")[0]
    world.terminate(claim)
    assert waits(world, created) is None
    world.run()
    assert world.queue == [message for message in world.queue if message.detail["id"] == created.id]


def test_a_wait_is_never_shorter_than_a_second(world: World) -> None:
    claim = world.claim_of(world.post())
    (created,) = world.told(claim.id, "claim.created")
    world.clock.put_on(seconds=29.5)
    assert waits(world, created) == SHORTEST_WAIT


def test_a_claim_is_made_though_the_artefact_was_announced_late(world: World) -> None:
    message = announced(world)
    world.clock.put_on(days=3)
    world.arbitrate(message.detail)
    (claim,) = world.claims()
    assert claim.deadline_at == world.clock() + world.settings.bidding


def test_one_look_takes_so_many_steps_and_the_next_goes_on(world: World) -> None:
    """More leases run out at once than one look gives out anew."""
    world.remove("Ann")
    names = [f"Agent-{number:02}" for number in range(MOST_STEPS + 4)]
    for name in names:
        world.register(name, bidding_strategy="claim")
    claim = world.claim_of(world.post())
    assert len(claim.active) == len(names)
    world.clock.put_on(seconds=600)
    settled = world.settle(claim)
    assert settled.version == world.now(claim).version
    assert len(world.told(claim.id, "claim.grant_lost")) == MOST_STEPS
    world.run()
    assert len(world.told(claim.id, "claim.grant_lost")) == len(names)
    assert {grant.times for grant in world.now(claim).active} == {2}


@pytest.mark.parametrize("strategy", ["claim", "ignore", None])
def test_an_agent_that_fits_many_claims_that_sleep_wakes_a_lot_of_them_at_a_time(
    world: World, strategy: str | None
) -> None:
    for _ in range(MOST_AT_ONCE * 2 + 5):
        world.post(type="Plan")
    world.wait(seconds=31)
    version = {claim.id: claim.version for claim in world.claims()}
    world.clock.put_on(seconds=1)
    world.register("Bob", bidding_strategy=strategy, target_types=("Plan",), capacity=32)
    registered = next(event for event in reversed(world.events) if event.type == "agent.registered")
    waited, woken = [], []
    for _ in range(3):
        waited.append(waits(world, registered))
        woken.append(sum(claim.version != version[claim.id] for claim in world.claims()))
    assert waited == [SHORTEST_WAIT, SHORTEST_WAIT, None]
    assert woken == [MOST_AT_ONCE, MOST_AT_ONCE * 2, MOST_AT_ONCE * 2 + 5]


def test_the_work_of_an_agent_that_is_gone_goes_to_others_a_lot_at_a_time(world: World) -> None:
    world.register("Ann", bidding_strategy="claim")
    for _ in range(MOST_AT_ONCE + 5):
        world.post()
    world.run()
    world.remove("Ann")
    removed = next(event for event in reversed(world.events) if event.type == "agent.removed")
    assert [waits(world, removed) for _ in range(2)] == [SHORTEST_WAIT, None]
    assert not any(claim.is_open for claim in world.claims())


def test_where_nothing_is_due_nothing_is_written(world: World) -> None:
    claim = world.claim_of(world.post())
    told = len(world.events)
    assert world.settle(claim) == claim
    assert len(world.events) == told


def test_where_others_keep_changing_a_claim_the_message_is_to_come_again(world: World) -> None:
    claim = world.claim_of(world.post())
    tries: list[Agent] = []

    def rival() -> None:
        tries.append(world.register("Ann", target_types=("Draft",), capacity=2 + len(tries)))
        world.ledger.rival = rival

    world.bid("Ann", claim, "claim")
    world.ledger.rival = rival
    with pytest.raises(ConflictError, match="look at it again"):
        world.settle(claim)
    assert len(tries) >= ATTEMPTS
    world.ledger.rival = None
    world.run()
    assert world.now(claim).stage is Stage.PARALLEL


def test_news_of_agents_that_nobody_knows_are_nothing(world: World) -> None:
    detail = to_detail(next(event for event in world.events if event.type == "agent.registered"))
    detail["data"] = {"instance": "default", "agent_name": "Nobody"}
    assert world.arbitrate(detail) is None


def test_news_of_instances_are_nothing(world: World) -> None:
    assert waits(world, next(event for event in world.events if event.type == "instance.changed")) is None


def test_a_question_is_read_before_its_claim_is_made(world: World) -> None:
    message = announced(world, structural_type=StructuralType.QUESTION, type="Question", payload="Which one?")
    world.arbitrate(message.detail)
    assert [claim.question for claim in world.claims()] == ["Which one?"]


class Crowded(LedgerBlackboard):
    """DynamoDB refuses who meets another that is writing the same, though that has not written it yet."""

    def save(self, *_: Any, **__: Any) -> None:
        raise ConflictError("met somebody")


def test_who_meets_another_that_makes_the_claim_comes_again(world: World) -> None:
    message = announced(world)
    world.ports = replace(world.ports, board=Crowded(world.ledger))
    with pytest.raises(ConflictError, match="look again"):
        world.arbitrate(message.detail)


def test_a_sweep_that_meets_another_that_makes_a_claim_goes_on_and_finds_it_next_time(world: World) -> None:
    world.post()
    world.clock.put_on(seconds=61)
    calm, world.ports = world.ports, replace(world.ports, board=Crowded(world.ledger))
    assert world.sweep().opened == 0
    world.ports = calm
    assert world.sweep().opened == 1
