"""/runs: the runs that began last, of all or of some, and one of them beside the list."""

from typing import Any

import pytest

from shared.control.runs.run import Status
from shared.discord.answers import Reply
from shared.runtime.auth import Role
from shared.runtime.errors import InvalidInputError, NotFoundError
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.control import keep_run
from tests.unit.functions.run_commands.commands.hands import Hands, labels
from tests.unit.functions.run_commands.desk import choices, text_of


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def listed(ports: MemoryPorts, **options: Any) -> Reply:
    return Hands(ports).type("runs", options, role=Role.VIEWER)


def test_runs_are_listed_the_last_first(ports: MemoryPorts) -> None:
    first, second = keep_run(ports, 1), keep_run(ports, 2, "replay", Status.COMPLETED)
    reply = listed(ports)
    assert choices(reply) == [second.id, first.id]
    told = text_of(reply)
    assert "✅ **replay** completed, 4 of 4 steps done" in told
    assert "🔵 **ingestion** running, 0 of 4 steps done" in told
    assert first.id in told
    assert "There are more." not in told


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"workflow": "ingestion"}, [3, 1]),
        ({"status": "failed"}, [3]),
        ({"workflow": "replay", "status": "failed"}, []),
        ({"workflow": "replay", "status": "completed"}, [2]),
        ({"limit": 2}, [3, 2]),
    ],
    ids=str,
)
def test_they_may_be_of_one_workflow_and_of_one_status(
    ports: MemoryPorts, options: dict[str, Any], numbers: list[int]
) -> None:
    keep_run(ports, 1)
    keep_run(ports, 2, "replay", Status.COMPLETED)
    keep_run(ports, 3, "ingestion", Status.FAILED)
    reply = listed(ports, **options)
    assert choices(reply) == [f"{number:032x}" for number in numbers]
    assert ("There are more." in text_of(reply)) is ("limit" in options)


def test_where_there_are_none_that_is_said(ports: MemoryPorts) -> None:
    assert "There are none." in text_of(listed(ports))


def test_of_many_as_many_are_shown_as_fit(ports: MemoryPorts) -> None:
    for number in range(30):
        keep_run(ports, number, "ingestion")
    assert len(choices(listed(ports, limit=25))) == 25
    assert len(choices(listed(ports))) == 10


def test_one_is_opened_beside_the_list(ports: MemoryPorts) -> None:
    run = keep_run(ports, 1)
    hands = Hands(ports)
    reply = hands.press("runs.open", values=(run.id,), role=Role.OPERATOR)
    assert reply.private
    assert run.id in text_of(reply)
    assert labels(reply) == ["Refresh", "Cancel"]


@pytest.mark.parametrize("values", [(), ("nonsense",), ("",)])
def test_forged_choices_open_nothing(ports: MemoryPorts, values: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInputError):
        Hands(ports).press("runs.open", values=values)


def test_a_workflow_there_is_not_is_not_found(ports: MemoryPorts) -> None:
    with pytest.raises(NotFoundError, match="there are document-analysis"):
        listed(ports, workflow="dance")
