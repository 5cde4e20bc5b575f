"""Reviews: all are waited for, one veto is enough, and what was sent back is done over by who made it."""

from typing import Any

import pytest

from shared.blackboard.artefact import PERSON, Artefact, StructuralType
from shared.blackboard.claim import Claim
from shared.blackboard.results import Author
from shared.blackboard.stages import Stage
from shared.runtime.errors import ContradictionError, InvalidInputError
from tests.unit.functions.arbitrate_claims.world import APPROVED, World

NO = '{"feedback": "shorter"}'
WRITERS = Author(role="Writer", by="key:bridge", holder="")


@pytest.fixture
def world() -> World:
    """Ann writes what Cleo and Dave review."""
    world = World()
    for name in ("Ann", "Bob"):
        world.register(name, role="Writer", target_types=("Goal",))
    for name in ("Cleo", "Dave"):
        world.register(name, bidding_strategy="review", target_types=("Draft",), capacity=9)
    return world


def written(world: World, name: str = "Ann") -> Artefact:
    """A Draft by that agent, asked for by a Goal."""
    goal = world.post(type="Goal")
    world.run()
    for one in world.claim(goal).invited:
        world.bid(one, world.claim(goal), "exclusive" if one == name else "ignore")
    world.run()
    draft = world.do(name, world.claim(goal), type="Draft", payload="a draft")
    world.run()
    return draft


def judged(world: World, claim: Claim, *verdicts: str) -> Claim:
    for name, verdict in zip(("Cleo", "Dave"), verdicts, strict=True):
        world.judge(name, claim, verdict)
    world.run()
    return world.now(claim)


def sent_back(world: World, draft: Artefact) -> Claim:
    """The claim to do it over."""
    judged(world, world.claim(draft), NO, APPROVED)
    return world.claims()[-1]


def test_approved_by_all_it_is_complete_where_nothing_else_was_bid_for(world: World) -> None:
    claim = judged(world, world.claim(written(world)), APPROVED, "{}")
    assert claim.stage is Stage.COMPLETE
    assert [event.data["reviewer_role"] for event in world.told(claim.id, "claim.review_approved")] == ["Cleo", "Dave"]


@pytest.mark.parametrize("verdicts", [(NO, APPROVED), (APPROVED, NO), (NO, "no")])
def test_one_veto_is_enough(world: World, verdicts: tuple[str, str]) -> None:
    claim = judged(world, world.claim(written(world)), *verdicts)
    assert claim.stage is Stage.TERMINATED
    assert claim.termination_reason is not None
    assert claim.termination_reason.startswith("Terminated due to negative review feedback. See artefacts: [")
    assert world.told(claim.id, "claim.review_rejected")


def test_all_reviews_are_waited_for_and_all_of_them_go_along(world: World) -> None:
    claim = world.claim(written(world))
    first = world.judge("Dave", claim, NO)
    world.run()
    assert world.now(claim).stage is Stage.REVIEW
    second = world.judge("Cleo", claim, APPROVED)
    world.run()
    rework = world.claims()[-1]
    assert rework.is_rework
    assert set(rework.context_ids) == {first.id, second.id}
    assert (rework.target, rework.iteration) == (claim.target, 1)


def test_what_was_rejected_is_told_in_one_line(world: World) -> None:
    claim = judged(world, world.claim(written(world)), NO, APPROVED)
    (event,) = world.told(claim.id, "claim.review_rejected")
    assert event.data["feedback"] == "shorter"
    (event,) = world.told(claim.id, "claim.rework_requested")
    rework = world.claims()[-1]
    assert (event.data["feedback_claim_id"], event.data["target_agent_role"]) == (rework.id, "Writer")


def test_who_made_it_does_it_over_past_the_bidding(world: World) -> None:
    rework = sent_back(world, written(world, "Bob"))
    assert (rework.stage, rework.status) == (Stage.ASSIGNMENT, "pending_assignment")
    assert [grant.agent for grant in rework.active] == ["Bob"]


def test_what_is_better_is_the_next_version_in_the_same_thread(world: World) -> None:
    draft = written(world)
    rework = sent_back(world, draft)
    better = world.redo("Ann", rework)
    assert (better.logical_id, better.version, better.iteration) == (draft.logical_id, 2, 1)
    assert (better.type, better.structural_type) == (draft.type, draft.structural_type)
    assert better.source_artefacts == (draft.id, *rework.context_ids)
    (event,) = world.told(rework.id, "claim.artefact_reworked")
    assert (event.data["new_version"], event.data["previous_version_id"]) == (2, draft.id)
    world.run()
    assert world.now(rework).stage is Stage.COMPLETE
    assert world.claim(better).stage is Stage.REVIEW


@pytest.mark.parametrize(
    "said", [{"type": "Poem"}, {"structural_type": StructuralType.ANSWER}, {"structural_type": StructuralType.REVIEW}]
)
def test_what_is_no_version_of_it_is_refused(world: World, said: dict[str, Any]) -> None:
    rework = sent_back(world, written(world))
    with pytest.raises(InvalidInputError):
        world.do("Ann", rework, **{"type": "Draft", **said})
    assert world.now(rework).active


def test_a_rework_may_fail_or_ask_something_and_that_is_no_version(world: World) -> None:
    draft = written(world)
    rework = sent_back(world, draft)
    failure = world.do("Ann", rework, structural_type=StructuralType.FAILURE)
    world.run()
    assert (failure.logical_id, failure.version) == (failure.id, 1)
    assert world.now(rework).stage is Stage.TERMINATED
    assert world.board.thread("default", draft.logical_id) == [draft.id]


def test_a_version_that_somebody_else_has_posted_meanwhile_is_not_in_its_way(world: World) -> None:
    draft = written(world)
    rework = sent_back(world, draft)
    between = world.post(type="Draft", logical_id=draft.logical_id)
    better = world.redo("Ann", rework)
    assert (between.version, better.version) == (2, 3)
    assert world.board.thread("default", draft.logical_id) == [draft.id, between.id, better.id]


@pytest.mark.parametrize("kind", [StructuralType.REVIEW, StructuralType.QUESTION])
def test_where_other_things_start_work_they_are_done_over_as_well(world: World, kind: StructuralType) -> None:
    world.set(starts_work=("Review", "Question"))
    claim = world.claim_of(world.post(WRITERS, structural_type=kind, type="Draft"))
    judged(world, claim, NO, NO)
    (rework,) = (one for one in world.claims() if one.is_rework)
    better = world.redo("Ann", rework, payload=NO)
    world.run()
    assert (better.version, better.logical_id) == (2, claim.target.logical_id)
    assert world.now(rework).stage is Stage.COMPLETE


def test_another_of_its_role_does_it_where_the_author_is_gone(world: World) -> None:
    draft = written(world)
    world.remove("Ann")
    assert [grant.agent for grant in sent_back(world, draft).active] == ["Bob"]


def test_the_author_that_has_another_role_by_now_may_lose_it_as_often_as_others(world: World) -> None:
    draft = written(world)
    world.remove("Bob")
    world.register("Ann", role="Editor", target_types=("Goal",))
    rework = sent_back(world, draft)
    world.give_back("Ann", rework)
    world.wait(minutes=11)
    assert [(grant.agent, grant.times) for grant in world.now(rework).active] == [("Ann", 3)]


def test_where_nobody_of_its_role_is_left_it_has_failed(world: World) -> None:
    draft = written(world)
    world.remove("Ann")
    world.remove("Bob")
    claim = judged(world, world.claim(draft), NO, NO)
    assert claim.termination_reason == "MissingAgentConfiguration: no agent of role Writer is there to do it over"
    failure = world.artefacts()[-1]
    assert (failure.type, failure.structural_type) == ("MissingAgentConfiguration", StructuralType.FAILURE)
    assert (failure.produced_by_role, failure.claim_id) == ("orchestrator", claim.id)
    assert failure.source_artefacts == (draft.id,)


@pytest.mark.parametrize("most", [1, 2])
def test_what_is_sent_back_too_often_has_failed(world: World, most: int) -> None:
    world.set(max_review_iterations=most)
    artefact = written(world)
    for _ in range(most):
        artefact = world.redo("Ann", sent_back(world, artefact))
        world.run()
    assert (artefact.version, artefact.iteration) == (most + 1, most)
    claim = judged(world, world.claim(artefact), NO, APPROVED)
    assert claim.termination_reason is not None
    assert claim.termination_reason.startswith("MaxIterationsExceeded")
    assert world.artefacts()[-1].type == "MaxIterationsExceeded"


def test_without_a_limit_it_is_sent_back_again_and_again(world: World) -> None:
    world.set(max_review_iterations=0)
    artefact = written(world)
    for _ in range(6):
        artefact = world.redo("Ann", sent_back(world, artefact))
        world.run()
    assert artefact.version == 7


def test_what_a_person_made_is_done_over_by_a_person(world: World) -> None:
    rework = sent_back(world, world.posted(type="Draft"))
    assert ([grant.agent for grant in rework.active], rework.waits_for, rework.asks_for) == (
        [PERSON],
        "person",
        "rework",
    )
    better = world.answer(rework, "a better one")
    world.run()
    assert (better.version, better.payload, better.type) == (2, "a better one", "Draft")
    assert world.now(rework).stage is Stage.COMPLETE
    assert world.answer(rework, "a better one") == better
    with pytest.raises(ContradictionError):
        world.answer(rework, "another")


def test_a_reviewer_answers_with_a_review_or_a_failure_and_others_with_no_review(world: World) -> None:
    claim = world.claim(written(world))
    for kind in set(StructuralType) - {StructuralType.REVIEW, StructuralType.FAILURE}:
        with pytest.raises(InvalidInputError, match="a review is granted"):
            world.do("Cleo", claim, structural_type=kind)
    goal = world.post(type="Goal")
    world.run()
    for name in ("Ann", "Bob"):
        world.bid(name, world.claim(goal), "claim")
    world.run()
    with pytest.raises(InvalidInputError, match="no review is granted"):
        world.judge("Ann", world.claim(goal))


def test_a_reviewer_that_fails_ends_it_for_all(world: World) -> None:
    claim = world.claim(written(world))
    world.do("Cleo", claim, structural_type=StructuralType.FAILURE)
    world.run()
    assert world.now(claim).stage is Stage.TERMINATED
    assert world.agent("Dave").working == ()


def test_a_reviewer_that_is_lost_for_good_leaves_it_to_the_others(world: World) -> None:
    claim = world.claim(written(world))
    world.judge("Cleo", claim)
    world.remove("Dave")
    world.run()
    assert world.now(claim).stage is Stage.COMPLETE
