"""What the demo tells of the blackboard: events in words, and what reviews and drafts say."""

import json
from collections.abc import Mapping
from typing import Any, Final

from scripts.blackboard.story import told

_WORTH_A_LINE: Final = (
    "artefact.created",
    "claim.created",
    "claim.bid_submitted",
    "claim.granted",
    "claim.rework_requested",
    "claim.completed",
    "claim.terminated",
)


class Told:
    """Events of the goal, each told once, as they come."""

    def __init__(self, goal_id: str) -> None:
        self._ours = {goal_id}  # artefacts and claims
        self._seen: set[str] = set()
        self._open: set[str] = set()

    @property
    def is_over(self) -> bool:
        """No claim of it is open."""
        return not self._open

    def hear(self, event: Mapping[str, Any]) -> None:
        data = event["data"]
        about = {data.get("artefact_id"), data.get("claim_id"), *data.get("source_artefacts", ())}
        if event["id"] in self._seen or not about & self._ours:
            return
        self._seen.add(event["id"])
        self._note(event["type"], data)
        if event["type"] in _WORTH_A_LINE:
            print(f"   {event['time'][11:23]}  {event['type']:24} {told(event)}", flush=True)

    def _note(self, kind: str, data: Mapping[str, Any]) -> None:
        self._ours |= {data[name] for name in ("artefact_id", "claim_id", "feedback_claim_id") if data.get(name)}
        if kind == "claim.created":
            self._open.add(data["claim_id"])
        if kind in ("claim.completed", "claim.terminated"):
            self._open.discard(data["claim_id"])


def verdict_of(review: Mapping[str, Any]) -> str:
    said = json.loads(review["payload"])
    return f"rejects: {said['feedback']}" if said.get("feedback") else "approves"


def text_of(artefact: Mapping[str, Any]) -> str:
    return str(json.loads(artefact["payload"])["text"])


def short(name: str) -> str:
    """Of an id."""
    return name[:8]
