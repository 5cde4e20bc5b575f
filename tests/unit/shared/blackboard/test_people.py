"""People: questions they are asked, reviews they are waited for, and how long."""

import json

import pytest

from shared.blackboard.artefact import INLINE_BYTES, PERSON, StructuralType
from shared.blackboard.stages import Stage
from shared.runtime.errors import ContradictionError, InvalidInputError
from tests.unit.functions.arbitrate_claims.world import World


@pytest.fixture
def world() -> World:
    world = World(review_by_people=("Plan*",), person_seconds=86_400)
    world.register("Ann", target_types=("Draft", "Question"))
    return world


def test_a_question_to_people_is_theirs_at_once(world: World) -> None:
    claim = world.claim_of(world.ask("Which\none?"))
    assert (claim.stage, claim.waits_for, claim.asks_for) == (Stage.ASSIGNMENT, "person", "answer")
    assert (claim.question, claim.invited) == ("Which one?", ())
    assert claim.deadline_at == world.clock() + world.settings.person
    (asked,) = world.told(claim.id, "claim.input_required")
    assert (asked.data["asks_for"], asked.data["question"]) == ("answer", "Which one?")


def test_a_question_that_is_as_long_as_a_book_is_one_to_people_too(world: World) -> None:
    """Its payload is a file."""
    payload = json.dumps({"routing": "human", "question_text": "x" * INLINE_BYTES})
    question = world.post(structural_type=StructuralType.QUESTION, type="Question", payload=payload)
    claim = world.claim_of(question)
    assert question.payload_key
    assert claim.waits_for == "person"
    assert len(claim.question or "") == 1_000


def test_the_answer_is_an_artefact_that_starts_work(world: World) -> None:
    question = world.ask()
    claim = world.claim_of(question)
    answer = world.answer(claim, "the blue one")
    world.run()
    assert (answer.structural_type, answer.type, answer.payload) == ("Answer", "Answer", "the blue one")
    assert (answer.source_artefacts, answer.produced_by_role) == ((question.id,), PERSON)
    assert world.now(claim).stage is Stage.COMPLETE
    assert world.claim(answer).stage is Stage.DORMANT


def test_an_answer_is_given_once_and_known_when_it_is_said_again(world: World) -> None:
    claim = world.claim_of(world.ask())
    answer = world.answer(claim, "the blue one")
    assert world.answer(claim, "the blue one") == answer
    with pytest.raises(ContradictionError):
        world.answer(claim, "the red one")


def test_a_question_that_no_agent_is_at_anybody_may_answer(world: World) -> None:
    question = world.post(structural_type=StructuralType.QUESTION, type="Question", payload="Which?")
    claim = world.claim_of(question)
    assert claim.stage is Stage.BIDDING
    world.answer(claim, "the blue one")
    world.run()
    assert world.now(claim).stage is Stage.COMPLETE
    assert [event.data["agent_name"] for event in world.told(claim.id, "claim.granted")] == [PERSON]


def test_a_question_that_waits_for_agents_may_be_answered_too(world: World) -> None:
    question = world.post(structural_type=StructuralType.QUESTION, type="Question", payload="Which?")
    claim = world.claim_of(question)
    world.wait(seconds=30)
    assert world.now(claim).stage is Stage.DORMANT
    world.answer(claim, "the blue one")
    world.run()
    assert world.now(claim).stage is Stage.COMPLETE


def test_a_question_that_an_agent_is_at_is_its_own(world: World) -> None:
    question = world.post(structural_type=StructuralType.QUESTION, type="Question", payload="Which?")
    claim = world.claim_of(question)
    world.bid("Ann", claim, "claim")
    world.run()
    with pytest.raises(ContradictionError):
        world.answer(claim, "the blue one")


def test_what_is_no_question_is_not_answered(world: World) -> None:
    claim = world.claim_of(world.post())
    with pytest.raises(ContradictionError):
        world.answer(claim, "well")


def test_people_who_do_not_answer_are_asked_again_and_then_it_has_failed(world: World) -> None:
    claim = world.claim_of(world.ask())
    world.wait(days=2)
    assert [(one.agent, one.times) for one in world.now(claim).active] == [(PERSON, 3)]
    world.wait(days=1)
    assert world.now(claim).stage is Stage.TERMINATED
    assert len(world.told(claim.id, "claim.input_required")) == 3


@pytest.mark.parametrize(("type", "is_asked"), [("Plan", True), ("PlanOfAll", True), ("Draft", False)])
def test_an_instance_says_what_people_review(world: World, type: str, is_asked: bool) -> None:
    claim = world.claim_of(world.post(type=type))
    assert (PERSON in claim.invited) == is_asked


def test_a_persons_review_is_waited_for_beside_those_of_agents(world: World) -> None:
    world.register("Ann", bidding_strategy="review")
    claim = world.claim_of(world.post(type="Plan"))
    assert [grant.agent for grant in claim.active] == ["Ann", PERSON]
    assert (claim.waits_for, claim.asks_for) == ("person", "review")
    (asked,) = world.told(claim.id, "claim.input_required")
    assert asked.data["asks_for"] == "review"
    world.judge("Ann", claim)
    world.run()
    assert world.now(claim).stage is Stage.REVIEW
    review = world.review(claim, approved=True)
    world.run()
    assert (review.structural_type, review.produced_by_role) == ("Review", PERSON)
    assert world.now(claim).stage is Stage.COMPLETE


def test_a_persons_veto_counts_as_much(world: World) -> None:
    claim = world.claim_of(world.post(type="Plan"))
    world.review(claim, approved=False, feedback="shorter")
    world.run()
    (rejected,) = world.told(claim.id, "claim.review_rejected")
    assert (rejected.data["feedback"], rejected.data["reviewer_role"]) == ("shorter", PERSON)
    assert world.now(claim).stage is Stage.TERMINATED


def test_a_review_is_given_once_and_known_when_it_is_said_again(world: World) -> None:
    claim = world.claim_of(world.post(type="Plan"))
    review = world.review(claim, approved=True)
    assert world.review(claim, approved=True) == review
    with pytest.raises(ContradictionError):
        world.review(claim, approved=False, feedback="no")


def test_a_review_is_no_answer_and_an_answer_no_review(world: World) -> None:
    reviewed, asked = world.claim_of(world.post(type="Plan")), world.claim_of(world.ask())
    with pytest.raises(InvalidInputError):
        world.answer(reviewed, "well")
    with pytest.raises(InvalidInputError):
        world.review(asked, approved=True)


def test_where_only_people_are_asked_they_need_not_bid(world: World) -> None:
    claim = world.claim_of(world.post(type="Plan"))
    assert (claim.stage, claim.invited) == (Stage.REVIEW, (PERSON,))
