"""Claims that nobody bid for: they wait for an agent that fits, and not for ever."""

import pytest

from shared.blackboard.claim import Claim
from shared.blackboard.stages import Stage
from shared.ledger.envelope import to_detail
from tests.unit.functions.arbitrate_claims.world import World


@pytest.fixture
def world() -> World:
    return World(dormant_seconds=3_600)


def dormant(world: World) -> Claim:
    artefact = world.post()
    world.wait(seconds=30)
    claim = world.claim(artefact)
    assert claim.stage is Stage.DORMANT
    return claim


def test_where_nobody_is_there_to_bid_it_waits(world: World) -> None:
    claim = world.claim_of(world.post())
    assert (claim.stage, claim.waits_for, claim.invited) == (Stage.DORMANT, "agents", ())
    assert claim.deadline_at == world.clock() + world.settings.dormant


def test_after_a_while_it_has_come_to_nothing(world: World) -> None:
    claim = dormant(world)
    world.wait(hours=1)
    over = world.now(claim)
    assert over.stage is Stage.TERMINATED
    assert over.termination_reason is not None
    assert over.termination_reason.startswith("NobodyBid: no agent bid for Draft until ")
    assert world.artefacts()[-1].type == "NobodyBid"


def test_an_agent_that_registers_and_fits_is_asked(world: World) -> None:
    claim = dormant(world)
    world.register("Ann")
    world.run()
    again = world.now(claim)
    assert (again.stage, again.invited, again.waits_for) == (Stage.BIDDING, ("Ann",), "bids")
    assert again.deadline_at == world.clock() + world.settings.bidding
    (told,) = world.told(claim.id, "claim.reopened")
    assert told.data["invited"] == ["Ann"]
    world.bid("Ann", claim, "claim")
    world.run()
    assert world.now(claim).stage is Stage.PARALLEL


def test_one_that_always_bids_the_same_is_granted_at_once(world: World) -> None:
    claim = dormant(world)
    world.register("Ann", bidding_strategy="exclusive")
    world.run()
    assert [grant.agent for grant in world.now(claim).active] == ["Ann"]


def test_one_that_does_not_fit_is_not_asked(world: World) -> None:
    claim = dormant(world)
    world.register("Ann", target_types=("Plan",))
    world.register("Bob", role="user")
    world.run()
    assert world.now(claim) == claim


def test_one_that_ignores_it_is_asked_once(world: World) -> None:
    claim = dormant(world)
    world.register("Ann", bidding_strategy="ignore")
    world.run()
    version = world.now(claim).version
    assert world.now(claim).stage is Stage.DORMANT
    world.register("Ann", bidding_strategy="ignore")  # nothing new
    world.settle(claim)
    world.run()
    assert world.now(claim).version == version


def test_one_that_registers_in_another_way_is_asked_anew(world: World) -> None:
    world.register("Ann")
    claim = dormant(world)
    assert world.now(claim).bids == {"Ann": "ignore"}
    world.register("Ann", capacity=2)
    world.run()
    assert (world.now(claim).stage, world.now(claim).missing) == (Stage.BIDDING, ("Ann",))


def test_only_who_is_new_is_asked_again(world: World) -> None:
    world.register("Ann")
    claim = dormant(world)
    world.register("Bob")
    world.run()
    assert (world.now(claim).invited, world.now(claim).missing) == (("Ann", "Bob"), ("Bob",))


def test_one_that_registered_while_others_were_asked_is_asked_behind_them(world: World) -> None:
    """Its news came when the claim was not waiting yet."""
    world.register("Ann")
    artefact = world.post()
    claim = world.claim_of(artefact)
    world.register("Bob")
    world.run()
    assert world.now(claim).invited == ("Ann",)
    world.bid("Ann", claim, "ignore")
    world.run()
    assert (world.now(claim).stage, world.now(claim).missing) == (Stage.BIDDING, ("Bob",))


def test_a_removed_one_that_is_back_is_asked_anew(world: World) -> None:
    world.register("Ann")
    claim = dormant(world)
    world.remove("Ann")
    world.clock.put_on(seconds=1)
    world.register("Ann")
    world.run()
    assert world.now(claim).missing == ("Ann",)


def test_each_time_it_waits_for_as_long(world: World) -> None:
    claim = dormant(world)
    world.wait(seconds=3_000)
    world.register("Ann", bidding_strategy="ignore")
    world.wait(seconds=3_000)
    assert world.now(claim).stage is Stage.DORMANT
    world.wait(seconds=600)
    assert world.now(claim).stage is Stage.TERMINATED


def test_a_claim_that_it_was_asked_about_already_costs_nothing(world: World) -> None:
    dormant(world)
    world.register("Ann")
    world.run()
    world.wait(seconds=30)  # it says nothing
    news = next(event for event in world.events if event.type == "agent.registered")
    read: list[str] = []
    world.board.claim = lambda claim_id: read.append(claim_id)  # type: ignore[method-assign, assignment, return-value]
    world.arbitrate(to_detail(news))
    assert read == []
