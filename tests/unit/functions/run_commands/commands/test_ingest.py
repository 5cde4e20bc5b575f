"""/ingest: a run of ingestion for one source or for all, once for each use."""

import pytest

from shared.control.runs.run import Run
from shared.control.runs.shipped import workflows
from shared.runtime.auth import Role
from shared.runtime.errors import ForbiddenError, InvalidInputError
from tests.support.ports import MemoryPorts
from tests.unit.functions.run_commands.commands.hands import Hands, labels
from tests.unit.functions.run_commands.desk import text_of

ID = "1290000000000000077"
SOURCES = ["github", "jira", "confluence", "swagger"]


@pytest.fixture
def ports() -> MemoryPorts:
    return MemoryPorts()


def all_runs(ports: MemoryPorts) -> list[Run]:
    return [run for _, run in ports.runs.begun()]


def test_what_is_offered_is_what_the_workflow_takes() -> None:
    assert list(workflows()["ingestion"].parameters["sources"].allowed) == SOURCES


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_brought_and_its_run_is_shown(ports: MemoryPorts, source: str) -> None:
    reply = Hands(ports).type("ingest", {"source": source}, id=ID)
    (run,) = all_runs(ports)
    assert (run.workflow, run.correlation_id, run.parameters["sources"]) == ("ingestion", ID, [source])
    assert run.id in text_of(reply)
    assert "`/findings`" in text_of(reply)
    assert labels(reply) == ["Refresh", "Cancel"]


def test_without_a_source_all_are_brought(ports: MemoryPorts) -> None:
    Hands(ports).type("ingest", {})
    assert all_runs(ports)[0].parameters["sources"] == SOURCES


def test_carried_out_again_it_is_the_same_run(ports: MemoryPorts) -> None:
    for is_repeated in (False, True):
        Hands(ports).type("ingest", {"source": "jira"}, id=ID, is_repeated=is_repeated)
    assert len(all_runs(ports)) == 1


def test_who_may_not_and_what_there_is_not_bring_nothing(ports: MemoryPorts) -> None:
    with pytest.raises(ForbiddenError):
        Hands(ports).type("ingest", {"source": "jira"}, role=Role.VIEWER)
    with pytest.raises(InvalidInputError, match="sources"):
        Hands(ports).type("ingest", {"source": "fax"})
    assert all_runs(ports) == []
