"""Watching: what is told, and that no end is missed."""

from argparse import Namespace
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from scripts.blackboard.watching import watch
from shared.ledger.envelope import to_text

GOAL = str(UUID(int=0))


class Board:
    """What happened `before` is there from the beginning, the `end` comes once somebody has looked back."""

    def __init__(self, before: Iterable[dict[str, Any]] = (), end: dict[str, Any] | None = None) -> None:
        self.events = list(before)
        self._end = end

    def all(self, name: str) -> list[dict[str, Any]]:
        return []

    def get(self, *path: str, **query: Any) -> dict[str, Any]:
        match path:
            case ("artefacts", _, "lineage"):
                self.events += [self._end] if self._end else []
                return {"artefacts": [], "truncated": False}
            case ("events",):
                return self._page(query)
        raise AssertionError(path)

    def _page(self, query: dict[str, Any]) -> dict[str, Any]:
        place = int(query["cursor"] or 0)
        found = [one for one in self.events if one["time"] >= query["since"]][place:]
        assert found, "whoever asks here waits for ever"
        return {"events": found, "next_cursor": str(place + len(found))}


def options(**said: Any) -> Namespace:
    untold: dict[str, Any] = dict.fromkeys(("since", "until", "type", "agent", "goal_id"))
    return Namespace(**{**untold, "exit_on_completion": False, "output": "text", **said})


def created(number: int, *sources: str, kind: str = "Standard") -> dict[str, Any]:
    """A second ago: its time is from before it was written."""
    known = str(UUID(int=number))
    data = {"artefact_id": known, "logical_id": known, "version": 1, "structural_type": kind, "artefact_type": "Draft"}
    data |= {"source_artefacts": list(sources), "produced_by_role": "Writer", "summary": None}
    time = to_text(datetime.now(UTC) - timedelta(seconds=1))
    return {"id": f"artefact:{known}:1", "type": "artefact.created", "time": time, "data": data}


@pytest.mark.parametrize(("kind", "code"), [("Terminal", 0), ("Failure", 1)])
def test_a_goal_whose_end_comes_while_one_looks_back_is_over(kind: str, code: int) -> None:
    board: Any = Board(end=created(1, GOAL, kind=kind))
    assert watch(board, options(goal_id=GOAL)) == code
