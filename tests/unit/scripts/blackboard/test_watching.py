"""Watching: what is told, and that no end is missed."""

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from scripts.blackboard.watching import watch
from shared.ledger.envelope import to_text

GOAL = str(UUID(int=0))


class Board:
    """What happened `before` is there from the beginning, the `end` comes once somebody has looked back."""

    def __init__(self, *before: dict[str, Any], end: dict[str, Any] | None = None) -> None:
        self.events = list(before)
        self.agents = [{"name": "Ann", "role": "Writer"}, {"name": "Cleo", "role": "Editor"}]
        self._end = end

    def all(self, name: str) -> list[dict[str, Any]]:
        return []

    def get(self, *path: str, **query: Any) -> dict[str, Any]:
        match path:
            case ("artefacts", _, "lineage"):
                self.events += [self._end] if self._end else []
                return {"artefacts": [], "truncated": False}
            case ("agents",):
                return {"agents": self.agents}
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
    data: dict[str, Any] = {
        "artefact_id": known,
        "logical_id": known,
        "version": 1,
        "structural_type": kind,
        "artefact_type": "Draft",
    }
    data |= {"source_artefacts": list(sources), "produced_by_role": "Writer", "summary": None}
    return event("artefact.created", **data)


def event(kind: str, **data: Any) -> dict[str, Any]:
    return {"id": "x:1", "type": kind, "time": to_text(datetime.now(UTC) - timedelta(seconds=1)), "data": data}


@pytest.mark.parametrize(("kind", "code"), [("Terminal", 0), ("Failure", 1)])
def test_a_goal_whose_end_comes_while_one_looks_back_is_over(kind: str, code: int) -> None:
    board: Any = Board(end=created(1, GOAL, kind=kind))
    assert watch(board, options(goal_id=GOAL)) == code


def test_of_a_role_is_told_what_its_agents_are_asked_also_of_those_that_come_later(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Bids and grants name agents, and no role."""
    board: Any = Board(
        event("claim.grant_lost", claim_id="1", agent_name="Ann", why="it was silent"),
        event("claim.grant_lost", claim_id="2", agent_name="Bob", why="it is nobody yet"),
        event("claim.grant_lost", claim_id="3", agent_name="Cleo", why="it is of another role"),
        event("agent.registered", agent_name="Bob", role="Writer"),
        event("claim.grant_lost", claim_id="4", agent_name="Bob", why="it was silent"),
        created(1, kind="Terminal"),
    )
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert watch(board, options(agent="Writer", since=since, exit_on_completion=True)) == 0
    told = [line.split()[1:3] for line in capsys.readouterr().out.splitlines()]
    assert told == [
        ["claim.grant_lost", "1"],
        ["agent.registered", "Bob"],
        ["claim.grant_lost", "4"],
        ["artefact.created", "Writer"],
    ]
