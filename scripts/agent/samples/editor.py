"""An editor: a draft is to be short."""

import json
import sys
from collections.abc import Mapping
from typing import Any, Final

MOST: Final = 300  # characters


def main() -> None:
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


def answer(work: Mapping[str, Any]) -> dict[str, Any]:
    text = json.loads(work["target_artefact"]["payload"])["text"]
    if len(text) <= MOST:
        return {"artefact_type": "Review", "artefact_payload": {}, "summary": "Short enough"}
    refusal = {"status": "rejected", "feedback": f"It has to be {len(text) - MOST} characters shorter."}
    return {"artefact_type": "Review", "artefact_payload": refusal, "summary": "Too long"}


if __name__ == "__main__":
    main()
