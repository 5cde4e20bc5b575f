"""A writer: makes a draft of a goal, a better one of a draft that was sent back, and an end of one that is approved."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

Artefact = Mapping[str, Any]


def main() -> None:
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


def answer(work: Mapping[str, Any]) -> dict[str, Any]:
    target, context = work["target_artefact"], work["context_chain"]
    if work["rework"]:
        return _better(target, context)
    return _draft(json.loads(target["payload"])) if target["type"] == "GoalDefined" else _offer(target)


def _draft(goal: Mapping[str, Any]) -> dict[str, Any]:
    """Of the good sides only, as writers do."""
    text = f"{goal['thing']}: {goal['facts'][0]}. {goal['price']}."
    return {
        "artefact_type": "Draft",
        "artefact_payload": {"text": text},
        "summary": f"A first draft for {goal['thing']}",
    }


def _better(draft: Artefact, context: Sequence[Artefact]) -> dict[str, Any]:
    """With what the reviews of it say is missing."""
    reviews = [json.loads(one["payload"]) for one in context if draft["id"] in one["source_artefacts"]]
    missing = [fact for review in reviews for fact in review.get("missing", ())]
    text = f"{json.loads(draft['payload'])['text']} To be told: {'; '.join(missing)}."
    return {
        "artefact_type": "Draft",
        "artefact_payload": {"text": text},
        "summary": "The same, with all there is to tell",
    }


def _offer(draft: Artefact) -> dict[str, Any]:
    return {
        "artefact_type": "Offer",
        "artefact_payload": json.loads(draft["payload"]),
        "summary": "Approved, and ready to be put on the market",
        "structural_type": "Terminal",
    }


if __name__ == "__main__":
    main()
