"""Whether a goal has come to its end: a Terminal artefact that comes of it, or a Failure."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from scripts.blackboard.board import Board

DONE: Final = 0
FAILED: Final = 1
_ENDS: Final = {"Terminal": DONE, "Failure": FAILED}


class Completion:
    """`code` is None until then. Without a goal, whatever ends is the end."""

    def __init__(self, goal_id: str | None = None) -> None:
        self.code: int | None = None
        self.goal_id = goal_id
        self._family = {goal_id} if goal_id else set()

    def look_back(self, board: Board) -> None:
        """At what came of the goal before anybody watched."""
        if self.goal_id is not None:
            self._see_all(descendants(board, self.goal_id))

    def is_about_it(self, about: str | None) -> bool:
        """Whether that artefact came of the goal; without a goal, all is."""
        return self.goal_id is None or about in self._family

    def see(self, event: Mapping[str, Any]) -> None:
        if event["type"] == "artefact.created":
            data = event["data"]
            self._see({"id": data["artefact_id"]} | data)

    def _see_all(self, artefacts: Iterable[Mapping[str, Any]]) -> None:
        """A goal that was reached after a failure was reached."""
        found = list(artefacts)
        for artefact in found:
            self._family |= {artefact["id"], artefact["logical_id"]}
        codes = [_ENDS[one["structural_type"]] for one in found if one["structural_type"] in _ENDS]
        self.code = min(codes, default=None)

    def _see(self, artefact: Mapping[str, Any]) -> None:
        if self.goal_id is not None:
            if self._family.isdisjoint({artefact["id"], artefact["logical_id"], *artefact["source_artefacts"]}):
                return
            self._family |= {artefact["id"], artefact["logical_id"]}
        if self.code is None:
            self.code = _ENDS.get(artefact["structural_type"])


def descendants(board: Board, artefact_id: str) -> list[dict[str, Any]]:
    """All that came of it, as deep as it goes."""
    found: dict[str, dict[str, Any]] = {}
    open_ends = [artefact_id]
    while open_ends:
        page = board.get("artefacts", open_ends.pop(), "lineage", direction="down")
        fresh = [one for one in page["artefacts"] if one["id"] not in found]
        found |= {one["id"]: one for one in fresh}
        if page["truncated"]:
            parents = {source for one in found.values() for source in one["source_artefacts"]}
            open_ends += [one["id"] for one in fresh if one["id"] not in parents]
    return list(found.values())
