"""The agents of the demo."""

import json
from typing import Any

from scripts.agent.samples import checker, editor, writer

GOAL = {
    "id": "1",
    "type": "GoalDefined",
    "payload": json.dumps({"thing": "A camera", "price": "9 GBP", "facts": ["works", "a scratch"]}),
    "source_artefacts": [],
}


def artefact(answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    """As it comes back."""
    known = {"id": "2", "type": answer["artefact_type"], "payload": json.dumps(answer["artefact_payload"])}
    return known | {"source_artefacts": [], "structural_type": answer.get("structural_type", "Standard")} | more


def work(target: dict[str, Any], *context: dict[str, Any], rework: bool = False) -> dict[str, Any]:
    return {"claim_type": "exclusive", "rework": rework, "target_artefact": target, "context_chain": list(context)}


def test_a_goal_goes_over_a_refusal_to_an_offer() -> None:
    draft = artefact(writer.answer(work(GOAL)))
    refusal = checker.answer(work(draft, GOAL))
    assert refusal["artefact_payload"]["missing"] == ["a scratch"]
    review = artefact(refusal, id="3", source_artefacts=[draft["id"]])
    better = artefact(writer.answer(work(draft, GOAL, review, rework=True)), id="4")
    assert checker.answer(work(better, GOAL))["artefact_payload"] == {"status": "approved"}
    offer = writer.answer(work(better, GOAL, review))
    assert (offer["artefact_type"], offer["structural_type"]) == ("Offer", "Terminal")
    assert "a scratch" in offer["artefact_payload"]["text"]


def test_the_editor_wants_it_short() -> None:
    short, long = ({"artefact_type": "Draft", "artefact_payload": {"text": "x" * size}} for size in (300, 301))
    assert editor.answer(work(artefact(short)))["artefact_payload"] == {}
    assert editor.answer(work(artefact(long)))["artefact_payload"]["status"] == "rejected"


def test_the_checker_bids_for_what_has_a_text() -> None:
    assert checker.bid({"payload": '{"text": ""}'}) == "review"
    assert checker.bid(GOAL) == "ignore"
