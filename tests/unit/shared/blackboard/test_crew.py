"""The agents of an instance, as a claim is looked at with them."""

from collections.abc import Collection
from datetime import timedelta

import pytest

from shared.blackboard.agent import new_agent
from shared.blackboard.instance import MAX_AGENTS
from shared.ledger.ledger import Aggregate
from shared.runtime.errors import InvalidInputError
from tests.support.builders import a_cause
from tests.unit.functions.arbitrate_claims.world import INSTANCE, World


def test_agents_that_are_gone_are_not_read_for_ever() -> None:
    world = World()
    for number in range(40):
        world.register(f"Pod-{number}", target_types=("Never",))
        world.remove(f"Pod-{number}")
    world.register("Ann", bidding_strategy="exclusive")
    claim = world.claim_of(world.post())
    read: list[int] = []
    get_many = world.ledger.get_many

    def counted(kind: str, aggregate_ids: Collection[str]) -> dict[str, Aggregate]:
        read.append(len(aggregate_ids))
        return get_many(kind, aggregate_ids)

    world.ledger.get_many = counted  # type: ignore[method-assign]
    world.clock.now += timedelta(seconds=120)
    world.heartbeat("Ann", claim)
    assert sum(read) == 1


def test_of_those_that_are_gone_the_ones_are_known_that_a_claim_names() -> None:
    """They have it in hand still, and are to be free of it."""
    world = World()
    world.register("Ann", bidding_strategy="exclusive")
    claim = world.claim_of(world.post())
    world.remove("Ann")
    assert list(world.board.crew(world.board.instance(INSTANCE))) == []
    assert list(world.board.crew(world.board.instance(INSTANCE), claim.named)) == ["Ann"]
    world.run()
    assert world.agent("Ann").working == ()


def test_one_that_comes_back_is_in_the_crew_again_and_keeps_its_history() -> None:
    world = World()
    world.register("Ann")
    world.remove("Ann")
    world.register("Ann")
    assert list(world.board.crew(world.board.instance(INSTANCE))) == ["Ann"]
    assert world.agent("Ann").version == 3


def test_no_more_take_part_than_fit_and_who_leaves_makes_room() -> None:
    world = World()
    names = [f"Ann-{number}" for number in range(MAX_AGENTS)]
    for name in names:
        world.register(name)
    with pytest.raises(InvalidInputError, match=f"at most {MAX_AGENTS} agents"):
        world.register("Bob")
    assert list(world.board.agents(INSTANCE, ["Bob"])) == []
    world.register(names[0], role="Writer")  # who takes part already may do it in another way
    world.remove(names[0])
    world.register("Bob")
    assert set(world.board.crew(world.board.instance(INSTANCE))) == {*names[1:], "Bob"}


def test_of_all_instances_those_are_known_that_are_told_at_a_url() -> None:
    world = World()
    world.register("Ann", delivery="webhook", url="https://ann.example/work")
    world.register("Ben")
    world.register("Cleo", delivery="webhook", url="https://cleo.example/work")
    world.remove("Cleo")
    dora = new_agent("other", "Dora", at=world.clock()).registered({"url": "https://dora.example"}, at=world.clock())
    world.board.begin("other", a_cause(), at=world.clock())
    world.board.save(a_cause(), agents=[dora])
    assert {agent.id for agent in world.board.told_at_urls()} == {world.agent("Ann").id, dora.id}
