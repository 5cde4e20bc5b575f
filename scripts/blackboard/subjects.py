"""The artefact that an event is about."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from scripts.blackboard.board import Board

Event = Mapping[str, Any]


class Subject(NamedTuple):
    """An artefact, as far as it is known."""

    type: str | None
    id: str | None


class Subjects:
    """Events of a claim do not all say what it is about: then the claim is asked, once."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._known: dict[str, Subject] = {}

    def of(self, event: Event) -> Subject:
        data = event["data"]
        said, claim = Subject(data.get("artefact_type"), data.get("artefact_id")), data.get("claim_id")
        if event["type"] == "artefact.created" or claim is None:
            return said
        if claim not in self._known:
            self._known[claim] = said if event["type"] == "claim.created" else self._asked(claim)
        return self._known[claim]

    def _asked(self, claim: str) -> Subject:
        known = self._board.find("claims", claim)
        return Subject(known["artefact_type"], known["artefact_id"]) if known else Subject(None, None)
