"""The phases: reviews, then work beside others, then work alone; each is over when all in it have answered."""

import pytest

from shared.blackboard.claim import Claim
from shared.blackboard.stages import Stage
from tests.unit.functions.arbitrate_claims.world import World


def bid_for(world: World, **bids: str) -> Claim:
    for name in bids:
        world.register(name)
    artefact = world.post()
    world.run()
    claim = world.claim(artefact)
    for name, bid in bids.items():
        world.bid(name, claim, bid)
    world.run()
    return world.now(claim)


def answered(world: World, claim: Claim, name: str) -> Claim:
    (world.judge if world.now(claim).stage is Stage.REVIEW else world.do)(name, claim)
    world.run()
    return world.now(claim)


def test_one_phase_comes_after_the_other_and_then_it_is_complete() -> None:
    world = World()
    claim = bid_for(world, Ann="exclusive", Bob="claim", Cleo="review", Dave="ignore")
    assert (claim.stage, [grant.agent for grant in claim.active]) == (Stage.REVIEW, ["Cleo"])
    claim = answered(world, claim, "Cleo")
    assert (claim.stage, [grant.agent for grant in claim.active]) == (Stage.PARALLEL, ["Bob"])
    claim = answered(world, claim, "Bob")
    assert (claim.stage, [grant.agent for grant in claim.active]) == (Stage.EXCLUSIVE, ["Ann"])
    claim = answered(world, claim, "Ann")
    assert (claim.stage, claim.status, claim.waits_for) == (Stage.COMPLETE, "complete", None)
    phases = [event.data["phase"] for event in world.told(claim.id, "claim.phase_changed")]
    assert phases == ["review", "parallel", "exclusive"]


@pytest.mark.parametrize(
    ("bids", "phases"),
    [
        ({"Ann": "review"}, ["review"]),
        ({"Ann": "claim"}, ["parallel"]),
        ({"Ann": "exclusive"}, ["exclusive"]),
        ({"Ann": "review", "Bob": "exclusive"}, ["review", "exclusive"]),
        ({"Ann": "claim", "Bob": "exclusive"}, ["parallel", "exclusive"]),
        ({"Ann": "review", "Bob": "claim"}, ["review", "parallel"]),
    ],
)
def test_a_phase_that_nobody_bid_for_is_passed_over(bids: dict[str, str], phases: list[str]) -> None:
    world = World()
    claim = bid_for(world, **bids)
    while claim.is_open:
        claim = answered(world, claim, claim.active[0].agent)
    assert claim.stage is Stage.COMPLETE
    assert [event.data["phase"] for event in world.told(claim.id, "claim.phase_changed")] == phases


def test_all_that_bid_review_and_all_that_bid_claim_are_granted_it() -> None:
    world = World()
    claim = bid_for(world, Ann="review", Bob="review", Cleo="claim", Dave="claim")
    assert [grant.agent for grant in claim.active] == ["Ann", "Bob"]
    answered(world, claim, "Bob")
    assert world.now(claim).stage is Stage.REVIEW
    claim = answered(world, claim, "Ann")
    assert [grant.agent for grant in claim.active] == ["Cleo", "Dave"]
    answered(world, claim, "Dave")
    assert answered(world, claim, "Cleo").stage is Stage.COMPLETE


def test_alone_means_one_of_those_that_bid() -> None:
    world = World()
    claim = bid_for(world, Ann="exclusive", Bob="exclusive", Cleo="exclusive")
    assert len(claim.active) == 1
    assert answered(world, claim, claim.active[0].agent).stage is Stage.COMPLETE


def test_where_everybody_ignores_it_it_waits_for_agents() -> None:
    claim = bid_for(World(), Ann="ignore", Bob="ignore")
    assert (claim.stage, claim.status, claim.waits_for) == (Stage.DORMANT, "pending_review", "agents")


def test_what_comes_of_it_hangs_on_it_and_starts_its_own_work() -> None:
    world = World()
    claim = bid_for(world, Ann="claim")
    made = world.do("Ann", claim)
    world.run()
    assert (made.source_artefacts, made.claim_id, made.version) == ((claim.target.id,), claim.id, 1)
    assert (made.produced_by, made.produced_by_role, made.logical_id) == ("agent:Ann", "Ann", made.id)
    assert world.claim(made).target.author == "Ann"
    assert world.board.children(claim.target.id, 9) == [made.id]


def test_of_many_agents_all_are_granted_in_one_write() -> None:
    """As many as take part in an instance at most: with all their events it fits DynamoDB's transaction."""
    world = World(review_by_people=("*",))
    claim = bid_for(world, **{f"Agent-{number:02}": "review" for number in range(25)})
    assert len(claim.active) == 26
    granting = world.told(claim.id, "claim.granted")
    engaged = [event for event in world.events if event.type == "agent.engaged"]
    assert len(granting) == 26
    assert len(engaged) == 25
    aggregates = 1 + 25
    assert aggregates + len(granting) + len(engaged) + len(["claim.phase_changed", "claim.input_required"]) <= 100
