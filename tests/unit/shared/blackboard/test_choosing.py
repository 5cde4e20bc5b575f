"""Who works alone: least load, then longest idle, then by name; who has a free hand before who has none."""

import pytest

from shared.blackboard.claim import Claim
from shared.blackboard.grant import GrantStatus
from tests.unit.functions.arbitrate_claims.world import World


def wanted_alone(world: World, type: str = "Draft") -> Claim:
    artefact = world.post(type=type)
    world.run()
    return world.claim(artefact)


def holder(claim: Claim) -> str:
    (grant,) = claim.active
    return grant.agent


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("Cleo", "Bob", "Ann"):
        world.register(name, bidding_strategy="exclusive", capacity=3)
    return world


def test_where_all_are_alike_the_name_decides(world: World) -> None:
    assert [holder(wanted_alone(world)) for _ in range(4)] == ["Ann", "Bob", "Cleo", "Ann"]


def test_the_one_with_the_least_to_do_is_chosen(world: World) -> None:
    first = [wanted_alone(world) for _ in range(3)]
    world.do("Bob", first[1], structural_type="Failure")
    world.run()
    assert holder(wanted_alone(world)) == "Bob"


def test_of_those_with_the_same_load_the_one_that_was_idle_longest(world: World) -> None:
    claims = [wanted_alone(world) for _ in range(3)]
    for name in ("Cleo", "Ann", "Bob"):
        world.clock.put_on(seconds=1)
        claim = next(one for one in claims if holder(one) == name)
        world.do(name, claim, structural_type="Failure")
        world.run()
    assert [holder(wanted_alone(world)) for _ in range(3)] == ["Cleo", "Ann", "Bob"]


def test_a_free_hand_comes_before_a_small_load(world: World) -> None:
    world.register("Ann", bidding_strategy="exclusive", capacity=1)
    world.remove("Cleo")
    world.register("Bob", bidding_strategy="exclusive", capacity=3)
    assert [holder(wanted_alone(world)) for _ in range(4)] == ["Ann", "Bob", "Bob", "Bob"]
    full = wanted_alone(world)
    assert (holder(full), full.active[0].status) == ("Ann", GrantStatus.QUEUED)


def test_who_only_bid_for_something_else_is_not_chosen(world: World) -> None:
    world.register("Ann", bidding_strategy="review", target_types=("Other",))
    assert holder(wanted_alone(world)) == "Bob"
