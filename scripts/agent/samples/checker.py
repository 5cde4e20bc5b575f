"""A checker: a draft has to tell every fact of its goal. With `bid` as its argument it says what it wants to do."""

import json
import sys
from collections.abc import Mapping
from typing import Any


def main() -> None:
    said = json.load(sys.stdin)
    if sys.argv[1:] == ["bid"]:
        print(bid(said))
    else:
        json.dump(answer(said), sys.stdout)


def bid(artefact: Mapping[str, Any]) -> str:
    return "review" if "text" in json.loads(artefact["payload"]) else "ignore"


def answer(work: Mapping[str, Any]) -> dict[str, Any]:
    text = json.loads(work["target_artefact"]["payload"])["text"]
    goal = next(one for one in work["context_chain"] if one["type"] == "GoalDefined")
    missing = [fact for fact in json.loads(goal["payload"])["facts"] if fact not in text]
    if not missing:
        return {"artefact_type": "Review", "artefact_payload": {"status": "approved"}, "summary": "All is told"}
    feedback = f"It does not tell: {'; '.join(missing)}."
    refusal = {"status": "rejected", "feedback": feedback, "missing": missing}
    return {"artefact_type": "Review", "artefact_payload": refusal, "summary": "Not all is told"}


if __name__ == "__main__":
    main()
