"""How much an agent takes in hand, and what waits until a hand is free."""

import pytest

from shared.blackboard import agent
from shared.blackboard.claim import Claim
from shared.blackboard.grant import GrantStatus
from shared.blackboard.stages import Stage
from shared.runtime.errors import ContradictionError
from tests.unit.functions.arbitrate_claims.world import World


@pytest.fixture
def world() -> World:
    world = World(queued_seconds=3_600)
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",))
    return world


def granted(world: World) -> Claim:
    artefact = world.post()
    world.run()
    return world.claim(artefact)


def status(world: World, claim: Claim) -> GrantStatus:
    return world.now(claim).grants[-1].status


def test_what_is_beyond_its_capacity_waits(world: World) -> None:
    one, two, three = (granted(world) for _ in range(3))
    ann = world.agent("Ann")
    assert (ann.working, ann.waiting) == ((one.id,), (two.id, three.id))
    assert [status(world, claim) for claim in (one, two, three)] == ["live", "queued", "queued"]
    assert two.deadline_at == world.clock() + world.settings.queued
    queued = [world.told(claim.id, "claim.granted")[0].data["queued"] for claim in (one, two, three)]
    assert queued == [False, True, True]


def test_the_first_that_waits_is_the_first_that_is_taken(world: World) -> None:
    one, two, three = (granted(world) for _ in range(3))
    world.clock.put_on(seconds=60)
    world.do("Ann", one)
    world.run()
    assert world.agent("Ann").working == (two.id,)
    assert [status(world, claim) for claim in (two, three)] == ["live", "queued"]
    lease = world.now(two).grants[-1].until
    assert lease == world.clock() + world.settings.lease
    world.do("Ann", two)
    world.run()
    assert world.agent("Ann").working == (three.id,)
    assert [event.data["queued"] for event in world.told(two.id, "claim.granted")] == [True, False]


def test_what_waits_may_not_be_answered_yet(world: World) -> None:
    _, two = granted(world), granted(world)
    with pytest.raises(ContradictionError):
        world.do("Ann", two)
    with pytest.raises(ContradictionError):
        world.heartbeat("Ann", two)


def test_what_waited_too_long_is_given_out_again_and_at_last_has_failed(world: World) -> None:
    world.set(queued_seconds=300, lease_seconds=86_400)
    _, two = granted(world), granted(world)
    world.wait(seconds=300)
    grants = world.now(two).grants
    assert [(grant.status, grant.times) for grant in grants] == [("lost", 1), ("queued", 2)]
    assert "no free hand" in world.told(two.id, "claim.grant_lost")[0].data["why"]
    world.wait(seconds=600)
    over = world.now(two)
    assert over.stage is Stage.TERMINATED
    assert over.termination_reason is not None
    assert over.termination_reason.startswith("GrantLost")
    assert world.agent("Ann").waiting == ()


def test_another_takes_what_waited_too_long_where_it_is_for_one_alone(world: World) -> None:
    world.set(queued_seconds=300, lease_seconds=86_400)
    world.register("Ann", bidding_strategy="exclusive", capacity=1)
    world.register("Bob", bidding_strategy="exclusive", capacity=1)
    claims = [granted(world) for _ in range(3)]
    assert claims[2].active[0].agent == "Ann"
    world.do("Bob", claims[1], structural_type="Failure")
    world.wait(seconds=300)
    assert [(one.agent, one.status) for one in world.now(claims[2]).grants] == [("Ann", "lost"), ("Bob", "live")]


def test_with_more_hands_all_that_waits_is_taken_as_far_as_they_go(world: World) -> None:
    claims = [granted(world) for _ in range(4)]
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=3)
    world.run()
    assert world.agent("Ann").working == tuple(claim.id for claim in claims[:3])
    assert world.agent("Ann").waiting == (claims[3].id,)


def test_with_fewer_hands_what_is_in_them_stays_there_and_nothing_is_added(world: World) -> None:
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=2)
    one, two, three = (granted(world) for _ in range(3))
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=1)
    world.do("Ann", one)
    world.run()
    assert (world.agent("Ann").working, world.agent("Ann").waiting) == ((two.id,), (three.id,))
    world.do("Ann", two)
    world.run()
    assert world.agent("Ann").working == (three.id,)


def test_what_ends_while_it_waits_leaves_the_queue(world: World) -> None:
    one, two, three = (granted(world) for _ in range(3))
    world.terminate(two)
    assert world.agent("Ann").waiting == (three.id,)
    assert world.now(two).grants[0].status is GrantStatus.WITHDRAWN
    world.terminate(one)
    world.run()
    assert (world.agent("Ann").working, world.agent("Ann").waiting) == ((three.id,), ())


def test_nothing_overtakes_what_waits(world: World) -> None:
    """A hand that is free for a moment belongs to the first in the queue."""
    one, two = granted(world), granted(world)
    world.do("Ann", one)
    three = world.post()
    world.deliver(next(message for message in world.queue if message.detail["subject"] == three.id))
    assert world.agent("Ann").waiting == (two.id, world.claim(three).id)
    world.run()
    assert (world.agent("Ann").working, world.agent("Ann").waiting) == ((two.id,), (world.claim(three).id,))


def test_an_agent_that_is_gone_has_lost_also_what_waited_for_it(world: World) -> None:
    one, two = granted(world), granted(world)
    world.remove("Ann")
    world.run()
    assert [world.now(claim).stage for claim in (one, two)] == [Stage.TERMINATED] * 2
    assert (world.agent("Ann").working, world.agent("Ann").waiting) == ((), ())


def test_an_agent_is_idle_since_its_last_work_was_done(world: World) -> None:
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=2)
    claims = [granted(world) for _ in range(2)]
    before = world.agent("Ann").idle_since
    for claim, is_idle in zip(claims, (False, True), strict=True):
        world.clock.put_on(seconds=60)
        world.do("Ann", claim)
        assert world.agent("Ann").idle_since == (world.clock() if is_idle else before)


@pytest.fixture
def a_short_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "MAX_WAITING", 2)


@pytest.mark.usefixtures("a_short_queue")
def test_where_the_queue_of_an_agent_is_full_a_claim_waits_for_a_place_in_it(world: World) -> None:
    one, two, three, four, five = (granted(world) for _ in range(5))
    assert (world.agent("Ann").working, world.agent("Ann").waiting) == ((one.id,), (two.id, three.id))
    for claim in (four, five):
        assert (status(world, claim), claim.waits_for) == ("queued", "work")
        assert claim.deadline_at == world.clock() + world.settings.queued
    world.do("Ann", one)
    world.run()
    world.clock.put_on(seconds=61)
    assert world.sweep().resumed == 1
    assert (world.agent("Ann").working, world.agent("Ann").waiting) == ((two.id,), (three.id, four.id))
    for claim in (two, three, four):
        world.do("Ann", claim)
        world.run()
    world.clock.put_on(seconds=61)
    world.sweep()
    assert (world.agent("Ann").working, world.agent("Ann").waiting) == ((five.id,), ())
    assert status(world, five) == "live"


@pytest.mark.usefixtures("a_short_queue")
def test_what_found_no_place_in_a_queue_has_its_deadline_all_the_same(world: World) -> None:
    world.set(queued_seconds=300, lease_seconds=86_400)
    claims = [granted(world) for _ in range(4)]
    world.wait(seconds=900)
    assert [world.now(claim).stage for claim in claims] == [Stage.PARALLEL] + [Stage.TERMINATED] * 3
    assert world.agent("Ann").waiting == ()


@pytest.mark.usefixtures("a_short_queue")
def test_what_ends_before_it_finds_a_place_in_a_queue_leaves_nothing_there(world: World) -> None:
    one, two, _, four = (granted(world) for _ in range(4))
    world.do("Ann", one)
    world.run()
    world.ledger.rival = lambda: world.terminate(four)
    world.settle(four)
    assert world.now(four).stage is Stage.TERMINATED
    assert four.id not in world.agent("Ann").waiting
    world.do("Ann", two)
    world.run()
    assert len(world.agent("Ann").working) == 1


@pytest.mark.usefixtures("a_short_queue")
def test_what_is_for_one_alone_goes_to_one_whose_queue_takes_more(world: World) -> None:
    world.register("Ann", bidding_strategy="exclusive", target_types=("Draft",))
    for _ in range(3):
        granted(world)
    world.register("Bob", bidding_strategy="exclusive", target_types=("Draft",))
    assert [granted(world).active[0].agent for _ in range(3)] == ["Bob"] * 3
    assert [len(world.agent(name).waiting) for name in ("Ann", "Bob")] == [2, 2]


def test_two_hands_that_come_free_at_once_are_both_filled(world: World) -> None:
    world.register("Ann", bidding_strategy="claim", target_types=("Draft",), capacity=2)
    one, two, three, four = (granted(world) for _ in range(4))
    world.queue.clear()
    for claim in (one, two):
        world.do("Ann", claim)
    first, second = (message for message in world.queue if message.detail["type"] == "agent.released")
    world.ledger.rival = lambda: world.arbitrate(second.detail)
    world.arbitrate(first.detail)
    assert world.agent("Ann").working == (three.id, four.id)
    assert world.agent("Ann").waiting == ()
