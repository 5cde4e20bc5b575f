"""How a claim ends before all have answered, and that the end is the end."""

import pytest

from shared.blackboard.artefact import ARBITER, StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.handing_on import MOST_RETURNS
from shared.blackboard.stages import Stage
from shared.runtime.errors import DomainError, IllegalTransitionError
from tests.unit.functions.arbitrate_claims.world import World


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("Ann", "Bob"):
        world.register(name, bidding_strategy="claim", target_types=("Draft",))
    world.register("Cleo", bidding_strategy="exclusive", target_types=("Draft",))
    return world


def granted(world: World) -> Claim:
    return world.claim_of(world.post())


@pytest.mark.parametrize(
    ("kind", "stage", "told"),
    [
        (StructuralType.FAILURE, Stage.TERMINATED, "claim.terminated"),
        (StructuralType.TERMINAL, Stage.COMPLETE, "claim.completed"),
    ],
)
def test_a_failure_or_a_terminal_ends_it_whatever_others_are_at(
    world: World, kind: StructuralType, stage: Stage, told: str
) -> None:
    claim = granted(world)
    world.do("Bob", claim, structural_type=kind)
    world.run()
    over = world.now(claim)
    assert over.stage is stage
    assert [(grant.agent, grant.status) for grant in over.grants] == [("Ann", "withdrawn"), ("Bob", "done")]
    assert over.deadline_at is None
    assert len(world.told(claim.id, told)) == 1
    assert all(world.agent(name).working == () for name in ("Ann", "Bob", "Cleo"))


def test_what_failed_says_where_to_look(world: World) -> None:
    claim = granted(world)
    failure = world.do("Ann", claim, structural_type=StructuralType.FAILURE)
    world.run()
    assert world.now(claim).termination_reason == f"Ann failed; see artefact {failure.id}"
    assert [one.type for one in world.artefacts()] == ["Draft", "Result"]  # no other failure beside it


def test_a_failure_that_is_over_work_on_a_failure_is_followed_by_no_other(world: World) -> None:
    """Where Failures start work; else there would be one after the other for ever."""
    world.set(starts_work=("Failure",), dormant_seconds=60)
    world.post(structural_type=StructuralType.FAILURE, type="Broken")
    world.wait(days=1)
    (claim,) = world.claims()
    assert claim.termination_reason is not None
    assert claim.termination_reason.startswith("NobodyBid")
    assert len(world.artefacts()) == 1


def test_what_the_arbiter_says_is_not_by_the_agent_that_gave_it_cause(world: World) -> None:
    """Where Failures start work, too: else the work on one could be sent back to that agent."""
    world.set(starts_work=("Standard", "Failure"))
    claim = granted(world)
    for _ in range(MOST_RETURNS):
        world.give_back("Ann", claim)
        world.run()
    failure = world.artefacts()[-1]
    assert (failure.type, failure.author, world.claim(failure).target.author) == ("GrantLost", None, None)
    assert [event.actor for event in world.told(failure.id)] == [ARBITER]


def test_a_person_ends_it_and_all_are_free_of_it(world: World) -> None:
    claim = world.terminate(granted(world), "ended by a person: not wanted")
    assert (claim.stage, claim.termination_reason) == (Stage.TERMINATED, "ended by a person: not wanted")
    assert {grant.status for grant in claim.grants} == {"withdrawn"}
    assert world.agent("Ann").working == ()


def test_a_reason_is_not_endless(world: World) -> None:
    assert len(world.terminate(granted(world), "x" * 9_999).termination_reason or "") == 1_000


def test_the_end_is_the_end(world: World) -> None:
    claim = world.terminate(granted(world))
    with pytest.raises(IllegalTransitionError):
        world.terminate(claim)
    for say in (world.do, world.heartbeat, world.give_back, world.judge):
        with pytest.raises(DomainError):
            say("Ann", claim)
    world.wait(days=400)
    world.sweep()
    assert world.now(claim) == claim.recorded()
