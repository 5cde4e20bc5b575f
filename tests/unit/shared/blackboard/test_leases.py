"""Leases: an agent that is silent loses its grant, one that gives it back, too; somebody else has it then."""

from datetime import timedelta

import pytest

from shared.blackboard.artefact import StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.handing_on import MOST_RETURNS
from shared.blackboard.stages import Stage
from shared.runtime.errors import ContradictionError, NotFoundError
from tests.unit.functions.arbitrate_claims.world import World


@pytest.fixture
def world() -> World:
    return World()


def granted(world: World, bid: str, *names: str) -> Claim:
    for name in names:
        world.register(name, bidding_strategy=bid)
    artefact = world.post()
    world.run()
    return world.claim(artefact)


def given(world: World, claim: Claim) -> list[tuple[str, str, int]]:
    return [(grant.agent, grant.status, grant.times) for grant in world.now(claim).grants]


@pytest.mark.parametrize("bid", ["review", "claim", "exclusive"])
def test_a_lease_runs_out_and_where_nobody_else_has_bid_it_is_given_again(world: World, bid: str) -> None:
    claim = granted(world, bid, "Ann")
    assert claim.deadline_at == world.clock() + world.settings.lease
    world.wait(seconds=599)
    assert given(world, claim) == [("Ann", "live", 1)]
    world.wait(seconds=1)
    assert given(world, claim) == [("Ann", "lost", 1), ("Ann", "live", 2)]
    (lost,) = world.told(claim.id, "claim.grant_lost")
    assert "was silent until" in lost.data["why"]
    assert world.agent("Ann").working == (claim.id,)


def test_what_is_for_one_alone_is_given_to_another_that_bid(world: World) -> None:
    claim = granted(world, "exclusive", "Ann", "Bob")
    world.wait(seconds=600)
    assert given(world, claim) == [("Ann", "lost", 1), ("Bob", "live", 2)]
    assert (world.agent("Ann").working, world.agent("Bob").working) == ((), (claim.id,))


def test_given_out_too_often_it_has_failed(world: World) -> None:
    claim = granted(world, "exclusive", "Ann", "Bob")
    world.wait(seconds=1_800)
    over = world.now(claim)
    assert [one[1:] for one in given(world, claim)] == [("lost", 1), ("lost", 2), ("lost", 3)]
    assert over.stage is Stage.TERMINATED
    assert over.termination_reason is not None
    assert over.termination_reason.startswith("GrantLost: Ann was silent until ")
    assert over.termination_reason.endswith("it was given out 3 times")
    failure = world.artefacts()[-1]
    assert (failure.type, failure.structural_type) == ("GrantLost", StructuralType.FAILURE)
    assert all(world.agent(name).working == () for name in ("Ann", "Bob"))


def test_the_limit_is_one_of_the_instance(world: World) -> None:
    world.set(max_grants=1)
    claim = granted(world, "claim", "Ann")
    world.wait(seconds=600)
    assert world.now(claim).stage is Stage.TERMINATED


def test_each_of_many_has_its_own_lease(world: World) -> None:
    claim = granted(world, "claim", "Ann", "Bob")
    world.wait(seconds=300)
    world.heartbeat("Bob", claim)
    world.wait(seconds=300)
    assert sorted(given(world, claim)) == [("Ann", "live", 2), ("Ann", "lost", 1), ("Bob", "live", 1)]


def test_a_heartbeat_makes_the_lease_longer(world: World) -> None:
    claim = granted(world, "claim", "Ann")
    for _ in range(5):
        world.wait(seconds=500)
        world.heartbeat("Ann", claim)
    world.wait(seconds=599)
    assert given(world, claim) == [("Ann", "live", 1)]
    world.do("Ann", claim)
    world.run()
    assert world.now(claim).stage is Stage.COMPLETE


def test_a_heartbeat_makes_no_lease_shorter(world: World) -> None:
    claim = granted(world, "claim", "Ann")
    before = world.now(claim).deadline_at
    world.set(lease_seconds=5)
    assert world.heartbeat("Ann", claim).deadline_at == before
    assert world.told(claim.id, "claim.lease_extended") == []


def test_when_its_lease_is_over_nothing_is_taken_of_an_agent_also_where_nobody_has_noticed(world: World) -> None:
    claim = granted(world, "claim", "Ann")
    world.clock.put_on(seconds=600)
    for say in (world.do, world.heartbeat, world.give_back):
        with pytest.raises(ContradictionError, match="holds no live grant"):
            say("Ann", claim)
    assert [artefact.claim_id for artefact in world.artefacts()] == [None]


def test_who_lost_it_to_another_is_not_heard_any_more(world: World) -> None:
    claim = granted(world, "exclusive", "Ann", "Bob")
    world.wait(seconds=600)
    with pytest.raises(ContradictionError):
        world.do("Ann", claim)
    world.do("Bob", claim)
    world.run()
    assert world.now(claim).stage is Stage.COMPLETE


def test_a_person_who_is_not_asked_answers_nothing(world: World) -> None:
    claim = granted(world, "claim", "Ann")
    with pytest.raises(ContradictionError):
        world.do("user", claim)


@pytest.mark.parametrize("name", ["Bob", "Nobody"])
def test_whose_business_it_is_not_hears_not_even_that_it_is_there(world: World, name: str) -> None:
    claim = granted(world, "claim", "Ann")
    world.register("Bob", target_types=("Plan",))
    for say in (world.do, world.heartbeat, world.give_back):
        with pytest.raises(NotFoundError, match=f"^there is no claim {claim.id} in default$"):
            say(name, claim)


def test_one_that_is_gone_says_nothing_more_also_where_nobody_has_noticed(world: World) -> None:
    claim = granted(world, "claim", "Ann")
    world.remove("Ann")
    for say in (world.do, world.heartbeat, world.give_back):
        with pytest.raises(NotFoundError):
            say("Ann", claim)


def test_an_answer_is_given_once(world: World) -> None:
    claim = granted(world, "claim", "Ann", "Bob")
    world.do("Ann", claim)
    for say in (world.do, world.heartbeat, world.give_back):
        with pytest.raises(ContradictionError):
            say("Ann", claim)


def test_given_back_it_goes_to_another_at_once(world: World) -> None:
    claim = granted(world, "exclusive", "Ann", "Bob")
    world.give_back("Ann", claim)
    assert given(world, claim) == [("Ann", "lost", 1), ("Bob", "live", 2)]
    (lost,) = world.told(claim.id, "claim.grant_lost")
    assert lost.data["why"] == "Ann: it is broken"


@pytest.mark.parametrize("bid", ["review", "claim", "exclusive"])
def test_to_give_work_back_is_not_to_lose_it(world: World, bid: str) -> None:
    """As an agent does each time it is ended."""
    claim = granted(world, bid, "Ann")
    for _ in range(5):
        world.give_back("Ann", claim)
    world.wait(seconds=1_200)
    assert given(world, claim)[-3:] == [("Ann", "lost", 6), ("Ann", "lost", 7), ("Ann", "live", 8)]
    world.wait(seconds=600)
    assert str(world.now(claim).termination_reason).startswith("GrantLost: Ann was silent until ")


def test_given_back_without_end_it_has_failed(world: World) -> None:
    claim = granted(world, "exclusive", "Ann", "Bob")
    for number in range(MOST_RETURNS):
        assert world.now(claim).is_open
        world.give_back(("Ann", "Bob")[number % 2], claim)
    assert world.now(claim).stage is Stage.TERMINATED
    assert all(world.agent(name).working == () for name in ("Ann", "Bob"))


def test_an_agent_that_is_gone_has_lost_what_it_had(world: World) -> None:
    claim = granted(world, "exclusive", "Ann", "Bob")
    world.remove("Ann")
    world.run()
    assert given(world, claim) == [("Ann", "lost", 1), ("Bob", "live", 2)]
    world.remove("Bob")
    world.run()
    over = world.now(claim)
    assert (over.stage, over.termination_reason) == (Stage.TERMINATED, "AgentVanished: Bob is gone")


def test_an_agent_that_was_back_before_anybody_looked_has_lost_nothing(world: World) -> None:
    claim = granted(world, "claim", "Ann")
    world.remove("Ann")
    world.register("Ann", bidding_strategy="claim")
    world.run()
    assert given(world, claim) == [("Ann", "live", 1)]


def test_a_heartbeat_that_adds_next_to_nothing_leaves_no_trace(world: World) -> None:
    """Events are kept for ever, and an agent may say it as often as it likes."""
    claim = granted(world, "claim", "Ann")
    for _ in range(100):
        world.clock.put_on(seconds=1)
        until = world.heartbeat("Ann", claim).grants[-1].until
    assert len(world.told(claim.id, "claim.lease_extended")) == 1
    assert until == claim.grants[-1].until + timedelta(seconds=60)
