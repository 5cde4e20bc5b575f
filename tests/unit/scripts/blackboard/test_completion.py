"""A goal has come to its end when a Terminal comes of it, or a Failure."""

from typing import Any
from uuid import UUID

import pytest

from scripts.blackboard.completion import Completion, descendants

GOAL = str(UUID(int=0))


def artefact(number: int, *sources: int, kind: str = "Standard", thread: int | None = None) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "logical_id": str(UUID(int=number if thread is None else thread)),
        "structural_type": kind,
        "source_artefacts": [str(UUID(int=source)) for source in sources],
    }


def created(number: int, *sources: int, kind: str = "Standard", thread: int | None = None) -> dict[str, Any]:
    data = artefact(number, *sources, kind=kind, thread=thread)
    return {"type": "artefact.created", "data": {"artefact_id": data.pop("id")} | data}


def code_after(completion: Completion, *events: dict[str, Any]) -> int | None:
    for event in events:
        completion.see(event)
    return completion.code


@pytest.mark.parametrize(("kind", "code"), [("Terminal", 0), ("Failure", 1), ("Standard", None), ("Review", None)])
def test_without_a_goal_whatever_ends_is_the_end(kind: str, code: int | None) -> None:
    assert code_after(Completion(), created(5, 4, kind=kind)) == code


def test_what_came_first_counts() -> None:
    assert code_after(Completion(), created(1, kind="Failure"), created(2, kind="Terminal")) == 1


def test_of_a_goal_only_what_comes_of_it_counts() -> None:
    completion = Completion(GOAL)
    assert code_after(completion, created(7, kind="Terminal"), created(8, 9, kind="Failure")) is None
    assert code_after(completion, created(1, 0), created(2, 7, thread=1), created(3, 2, kind="Terminal")) == 0


def test_what_is_about_something_else_is_not_about_the_goal() -> None:
    completion = Completion(GOAL)
    code_after(completion, created(1, 0), created(2))
    assert completion.is_about_it(str(UUID(int=1)))
    assert not completion.is_about_it(str(UUID(int=2)))
    assert Completion().is_about_it(None)


class Lineage:
    """A chain; what is asked for at once is three deep."""

    def __init__(self, *artefacts: dict[str, Any]) -> None:
        self._artefacts = artefacts

    def get(self, *path: str, **query: str) -> dict[str, Any]:
        assert (path[0], path[2], query) == ("artefacts", "lineage", {"direction": "down"})
        found, ends = list[dict[str, Any]](), {path[1]}
        for _ in range(3):
            fresh = [one for one in self._artefacts if ends & set(one["source_artefacts"])]
            found += [one for one in fresh if one not in found]
            ends = {one["id"] for one in fresh}
        return {
            "artefacts": found,
            "truncated": any(ends & set(one["source_artefacts"]) for one in self._artefacts),
        }


def test_all_that_came_of_it_is_found_however_deep() -> None:
    board: Any = Lineage(*(artefact(number, number - 1) for number in range(1, 20)), artefact(30, 29))
    assert {UUID(one["id"]).int for one in descendants(board, GOAL)} == set(range(1, 20))


@pytest.mark.parametrize(
    ("kinds", "code"),
    [(["Failure", "Terminal"], 0), (["Failure"], 1), (["Standard"], None)],
)
def test_a_goal_may_have_come_to_its_end_before_anybody_watched(kinds: list[str], code: int | None) -> None:
    board: Any = Lineage(*(artefact(number, 0, kind=kind) for number, kind in enumerate(kinds, 1)))
    completion = Completion(GOAL)
    completion.look_back(board)
    assert completion.code == code
    assert completion.is_about_it(str(UUID(int=1)))
