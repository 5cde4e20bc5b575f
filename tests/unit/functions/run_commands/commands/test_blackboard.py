"""/blackboard: goals, claims, what people are asked; answered once, whoever repeats it, and by who may."""

from typing import Any

import pytest

from functions.run_commands import registry
from shared.blackboard.artefact import claim_id_of
from shared.blackboard.claim import Claim
from shared.blackboard.stages import Stage
from shared.discord.answers import Reply
from shared.discord.question_card import ANSWER, APPROVE, REJECT
from shared.runtime.auth import Role
from shared.runtime.errors import ContradictionError, DomainError, InvalidInputError, NotFoundError
from tests.support.ports import ANNA, MemoryPorts
from tests.unit.functions.arbitrate_claims.world import World
from tests.unit.functions.run_commands.commands.hands import Hands, button, labels
from tests.unit.functions.run_commands.desk import ODD, text_of

ID = "1290000000000000042"
BY = f"discord:{ANNA}"


class Desk(World):
    """A blackboard, and somebody on Discord."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.discord = MemoryPorts()
        self.discord.ledger = self.ledger
        self.discord.board = self.board
        self.hands = Hands(self.discord)

    def use(self, name: str, *, use_id: str | None = None, is_repeated: bool = False, **options: Any) -> Reply:
        self.discord.now = self.clock()
        return self.hands.type(f"blackboard {name}", options, id=use_id, is_repeated=is_repeated)

    def question(self, text: str = "Which colour?") -> Claim:
        return self.claim_of(self.ask(text))

    def draft(self) -> Claim:
        self.set(review_by_people=["Draft"])
        return self.claim_of(self.post(payload="a draft"))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_goal_is_put_there_once_however_often_it_is_carried_out(desk: Desk) -> None:
    told = desk.use("goal", text="Sell the camera", use_id=ID)
    again = desk.use("goal", text="Sell the camera", use_id=ID, is_repeated=True)
    (goal,) = desk.artefacts()
    assert (goal.type, goal.payload, goal.produced_by_role, goal.produced_by) == (
        "GoalDefined",
        "Sell the camera",
        "user",
        BY,
    )
    assert text_of(told) == text_of(again)
    assert claim_id_of(goal.id) in text_of(told)
    desk.use("goal", text="Sell the camera")
    assert len(desk.artefacts()) == 2


def test_a_goal_of_another_blackboard_is_put_there(desk: Desk) -> None:
    desk.use("goal", text="Sell it", instance="demo")
    desk.discord.instance = "prod"
    desk.use("goal", text="Sell it")
    assert sorted(one.instance for one in desk.artefacts()) == ["demo", "prod"]
    with pytest.raises(InvalidInputError):
        desk.use("goal", text="Sell it", instance="Not a name")


def test_claims_are_listed_with_what_they_wait_for(desk: Desk) -> None:
    desk.register("Ann", target_types=("Goal",))
    desk.posted(type="Goal")
    ended = desk.posted(type="Draft")
    question = desk.question()
    desk.terminate(desk.claim(ended))
    told = desk.use("claims")
    assert all(words in text_of(told) for words in ("Goal", "waits for bids", "waits for people", "terminated"))
    assert told.menu
    assert len(told.menu.items) == 3
    assert question.id not in text_of(desk.use("claims", status="complete"))
    assert "There are none" in text_of(desk.use("claims", instance="demo"))


def test_more_than_a_list_holds_is_said(desk: Desk) -> None:
    for _ in range(11):
        desk.question()
    told = desk.use("questions")
    assert "There are more" in text_of(told)
    assert told.menu
    assert len(told.menu.items) == 10


def test_what_waits_for_people_is_listed_and_opened_with_its_buttons(desk: Desk) -> None:
    desk.posted(type="Goal")
    claim = desk.question()
    told = desk.use("questions")
    assert told.menu
    assert [one.value for one in told.menu.items] == [claim.id]
    opened = desk.hands.press(told.menu.custom_id, values=(claim.id,))
    assert opened.private
    assert labels(opened) == ["Answer"]
    assert "Which colour?" in text_of(opened)


def test_a_claim_is_shown_with_who_works_on_it(desk: Desk) -> None:
    desk.register("Ann", bidding_strategy="exclusive")
    claim = desk.claim_of(desk.post())
    told = text_of(desk.use("claim", id=claim.id))
    assert "Ann: exclusive" in told
    assert "is worked on" in told


@pytest.mark.parametrize("name", ["answer", "button"])
def test_a_question_is_answered_once_and_its_claim_complete(desk: Desk, name: str) -> None:
    claim = desk.question()
    for is_repeated in (False, True):
        if name == "answer":
            told = desk.use("answer", id=claim.id, text="The black one", use_id=ID, is_repeated=is_repeated)
        else:
            fields = {"text": "The black one"}
            told = desk.hands.fill_in(f"{ANSWER}:{claim.id}", fields, id=ID, is_repeated=is_repeated)
        assert "Answered" in text_of(told)
    desk.run()
    answers = [one for one in desk.artefacts() if one.type == "Answer"]
    assert [(one.payload, one.produced_by, one.produced_by_role) for one in answers] == [("The black one", BY, "user")]
    assert desk.now(claim).stage is Stage.COMPLETE


@pytest.mark.parametrize("name", ["approve", "button"])
def test_a_draft_is_approved_once(desk: Desk, name: str) -> None:
    claim = desk.draft()
    for _ in range(2):
        told = desk.use("approve", id=claim.id) if name == "approve" else desk.hands.press(f"{APPROVE}:{claim.id}")
        assert "Approved" in text_of(told)
    desk.run()
    assert len(desk.told(claim.id, "claim.review_approved")) == 1


@pytest.mark.parametrize("name", ["reject", "button"])
def test_a_draft_is_sent_back_with_what_has_to_be_better(desk: Desk, name: str) -> None:
    claim = desk.draft()
    if name == "reject":
        told = desk.use("reject", id=claim.id, feedback="shorter")
    else:
        told = desk.hands.fill_in(f"{REJECT}:{claim.id}", {"feedback": "shorter"})
    assert "Sent back" in text_of(told)
    desk.run()
    (event,) = desk.told(claim.id, "claim.review_rejected")
    assert event.data["feedback"] == "shorter"
    rework = desk.claims()[-1]  # people made it, so they do it over
    desk.use("answer", id=rework.id, text="a shorter draft")
    assert [one.payload for one in desk.artefacts() if one.version == 2] == ["a shorter draft"]


def test_a_button_on_what_one_person_was_shown_shows_it_anew(desk: Desk) -> None:
    claim = desk.draft()
    approve = button(desk.use("claim", id=claim.id), "Approve")
    told = desk.hands.press(approve.custom_id)
    assert not told.private
    assert labels(told) == []
    assert "complete" in text_of(told) or "Approved" in text_of(told)


def test_a_press_on_a_card_is_answered_to_one_person_alone(desk: Desk) -> None:
    claim = desk.draft()
    assert desk.hands.press(f"{APPROVE}:{claim.id}").private


def test_who_comes_too_late_is_told_what_has_become_of_it(desk: Desk) -> None:
    answered, ended = desk.question(), desk.question()
    desk.answer(answered, "The black one")
    desk.terminate(ended, "it is sold")
    desk.run()
    with pytest.raises(ContradictionError, match=r"^this was answered before$"):
        desk.hands.fill_in(f"{ANSWER}:{answered.id}", {"text": "The red one"})
    with pytest.raises(ContradictionError, match="it is sold"):
        desk.hands.fill_in(f"{ANSWER}:{ended.id}", {"text": "The red one"})
    agents = desk.claim_of(desk.post())
    with pytest.raises(ContradictionError, match="people are asked nothing there"):
        desk.use("answer", id=agents.id, text="The red one")


def test_a_claim_is_ended_with_a_reason_once(desk: Desk) -> None:
    claim = desk.question()
    for _ in range(2):
        assert "it is sold" in text_of(desk.use("terminate", id=claim.id, reason=" it is\n sold "))
    assert len(desk.told(claim.id, "claim.terminated")) == 1
    with pytest.raises(DomainError):
        desk.use("terminate", id=claim.id, reason="something else")


@pytest.mark.parametrize(
    ("name", "said"), [("answer", {"text": " "}), ("reject", {"feedback": "\n"}), ("terminate", {"reason": " "})]
)
def test_who_says_nothing_is_told_so(desk: Desk, name: str, said: dict[str, Any]) -> None:
    claim = desk.draft() if name == "reject" else desk.question()
    with pytest.raises(InvalidInputError, match="has to say something"):
        desk.use(name, id=claim.id, **said)
    assert desk.now(claim).is_open


def test_what_is_no_claim_or_another_blackboard_s_is_not_found(desk: Desk) -> None:
    claim = desk.question()
    with pytest.raises(InvalidInputError, match="no id of a claim"):
        desk.use("claim", id="x")
    with pytest.raises(NotFoundError):
        desk.use("claim", id=claim.id, instance="demo")
    with pytest.raises(NotFoundError):
        desk.hands.press(f"{APPROVE}:{claim_id_of('x')}")


@pytest.mark.parametrize("odd", [*ODD, "👩‍👩‍👧" * 3_000], ids=range(len(ODD) + 1))
def test_what_strangers_write_does_nothing_and_fits(desk: Desk, odd: str) -> None:
    claims = [desk.question(odd) for _ in range(10)]
    replies = [desk.use("questions"), desk.use("claim", id=claims[0].id), desk.use("answer", id=claims[0].id, text=odd)]
    for told in map(text_of, replies):  # which checks Discord's limits
        assert "@everyone" not in told
        assert "[click](" not in told


def test_looking_is_for_viewers_and_all_else_for_operators() -> None:
    looking = {"claims", "claim", "questions"}
    runnables = {name: one.needs for name, one in registry.runnables().items() if name.startswith("blackboard ")}
    assert {name.partition(" ")[2] for name, needs in runnables.items() if needs is Role.VIEWER} == looking
    assert {needs for name, needs in runnables.items()} == {Role.VIEWER, Role.OPERATOR}
    components = {one: known.needs for one, known in registry.components().items() if one.startswith("blackboard.")}
    assert {one for one, needs in components.items() if needs is not Role.OPERATOR} == {"blackboard.open"}
