"""What an event of the blackboard says on the channels of Redis, in the words of those who listen there."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from shared.blackboard.artefact import Artefact
from shared.blackboard.claim import Claim
from shared.blackboard.views import ArtefactView, ClaimView
from shared.state.channel import Message

# Those after which a claim is shown in another way.
SHOWN: Final = frozenset(
    {
        "claim.created",
        "claim.phase_changed",
        "claim.dormant",
        "claim.reopened",
        "claim.granted",
        "claim.grant_lost",
        "claim.completed",
        "claim.terminated",
    }
)
WORKFLOW: Final[Mapping[str, str]] = {
    "claim.bid_submitted": "bid_submitted",
    "claim.granted": "claim_granted",
    "claim.review_approved": "review_approved",
    "claim.review_rejected": "review_rejected",
    "claim.rework_requested": "feedback_claim_created",
    "claim.artefact_reworked": "artefact_reworked",
    "claim.input_required": "human_input_required",
}
_OF_ARTEFACT: Final = {
    "id",
    "logical_id",
    "version",
    "structural_type",
    "type",
    "payload",
    "source_artefacts",
    "produced_by_role",
    "created_at_ms",
}
_OF_CLAIM: Final = {
    "id",
    "artefact_id",
    "status",
    "granted_review_agents",
    "granted_parallel_agents",
    "granted_exclusive_agent",
    "additional_context_ids",
    "termination_reason",
}


class Board(Protocol):
    def claim(self, claim_id: str) -> Claim: ...
    def artefact(self, artefact_id: str) -> Artefact: ...


def messages_of(event: Mapping[str, Any], *, board: Board, read: Callable[[Artefact], Artefact]) -> list[Message]:
    """Claims as they are by now. `read` gives an artefact with its payload. Raises NotFoundError, DependencyError."""
    kind, said = event["type"], event["data"]
    place = f"sett:{said['instance']}"
    messages = []
    if kind == "artefact.created":
        artefact = ArtefactView.of(read(board.artefact(said["artefact_id"])))
        messages.append((f"{place}:artefact_events", artefact.model_dump_json(include=_OF_ARTEFACT)))
    if kind in SHOWN:
        claim = ClaimView.of(board.claim(said["claim_id"]))
        messages.append((f"{place}:claim_events", claim.model_dump_json(include=_OF_CLAIM)))
    if kind in WORKFLOW:
        text = json.dumps({"event": WORKFLOW[kind], "data": dict(said)}, ensure_ascii=False)
        messages.append((f"{place}:workflow_events", text))
    return messages
