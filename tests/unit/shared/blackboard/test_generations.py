"""Work that follows from work: not without end, where no person has a say in it."""

import pytest

from shared.blackboard.artefact import Artefact, StructuralType
from shared.blackboard.results import Author
from tests.unit.functions.arbitrate_claims.world import World

BRIDGE = Author(role="Ann", by="key:bridge", holder="")


@pytest.fixture
def world() -> World:
    """Two that work on all that the other makes."""
    world = World(max_generations=5)
    for name in ("Ann", "Bob"):
        world.register(name, bidding_strategy="exclusive")
    return world


def worked_off(world: World) -> int:
    """How many pieces of work that was."""
    done = 0
    while work := [(name, one) for name in ("Ann", "Bob") for one in world.work(name)]:
        for name, one in work:
            world.do(name, one.claim)
            world.run()
            done += 1
        assert done < 20
    return done


def last_but_failure(world: World) -> Artefact:
    return [one for one in world.artefacts() if one.structural_type is not StructuralType.FAILURE][-1]


def test_two_agents_that_answer_one_another_come_to_an_end_that_says_why(world: World) -> None:
    world.posted(type="Goal")
    assert worked_off(world) == 6
    last, failure = last_but_failure(world), world.artefacts()[-1]
    claim = world.claim(last)
    assert (last.generation, claim.status, claim.grants, claim.invited) == (6, "terminated", (), ())
    assert claim.termination_reason == "TooManyGenerations: 5 pieces of work followed from one another before it"
    assert (failure.type, failure.source_artefacts) == ("TooManyGenerations", (last.id,))


def test_it_is_ended_once_however_often_it_is_announced(world: World) -> None:
    world.posted(type="Goal")
    worked_off(world)
    told = len(world.events)
    world.clock.put_on(seconds=61)
    world.sweep()
    assert len(world.events) == told


def test_with_what_a_person_says_it_begins_anew(world: World) -> None:
    goal = world.posted(type="Goal")
    worked_off(world)
    assert world.post(source_artefacts=(last_but_failure(world).id,)).generation == 0
    question = world.ask(source_artefacts=(goal.id,))
    world.run()
    assert world.answer(world.claim(question), "the red one").generation == 0
    world.run()
    assert worked_off(world) == 12


def test_what_is_done_over_is_no_further_from_where_it_began(world: World) -> None:
    world.register("Ann", bidding_strategy="exclusive", target_types=("Goal",))
    world.register("Bob", bidding_strategy="review", target_types=("Draft",))
    draft = world.do("Ann", world.claim(world.posted(type="Goal")), type="Draft")
    world.run()
    world.judge("Bob", world.claim(draft), "shorter")
    world.run()
    (work,) = world.work("Ann")
    assert (draft.generation, world.redo("Ann", work.claim).generation) == (1, 1)


def test_what_is_posted_for_agents_carries_on_what_these_have_begun(world: World) -> None:
    first = world.post(BRIDGE)
    second = world.post(BRIDGE, source_artefacts=(first.id,))
    assert [first.generation, second.generation, world.post(BRIDGE).generation] == [0, 1, 0]
