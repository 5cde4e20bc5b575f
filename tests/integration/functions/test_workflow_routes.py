"""/workflows and /infrastructure/saga over HTTP, the ledger in DynamoDB: what is shown of runs, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.serve_control import workflow_routes
from shared.control.runs.run import Status
from shared.control.runs.shipped import workflows
from shared.control.runs.store import LedgerRuns
from shared.ledger.envelope import to_text
from shared.runtime import wiring_runs
from shared.runtime.api import answer, resolver
from shared.runtime.observability import observed
from shared.runtime.request import principal
from tests.support.builders import NOON
from tests.support.http_events import LambdaContext, api_event, json_of
from tests.support.in_process import aws_in_process
from tests.unit.shared.control.runs.samples import in_status
from tests.unit.shared.control.runs.test_store import keep

app = resolver()
app.include_router(workflow_routes.router)
UNKNOWN = "0" * 32
KEY = "key:0123456789abcdef"


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal)


@pytest.fixture(scope="module")
def known() -> Iterator[LedgerRuns]:
    """One run of each status, an hour after the other. Of these tests none changes anything."""
    with aws_in_process():
        runs = wiring_runs.runs()
        for number, status in enumerate(Status):
            at = NOON + timedelta(hours=number)
            changes: dict[str, Any] = {"id": f"{number + 1:032x}", "created_at": at, "changed_at": at}
            keep(runs, in_status(status), correlation_id=f"order {number}", workflow="replay", **changes)
        yield runs


def ask(method: str, path: str, body: Any = None, *, role: str = "operator", **query: Any) -> dict[str, Any]:
    target = path + (f"?{urlencode(query)}" if query else "")
    who = {"principalId": KEY, "role": role}
    return dict(handler(api_event(method, target, body=body, authorizer=who), LambdaContext()))


def get(path: str, **query: Any) -> Any:
    said = ask("GET", path, **query)
    assert said["statusCode"] == 200, said["body"]
    return json_of(said)


def ids(page: Any) -> list[int]:
    return [int(run["run_id"], 16) for run in page["items"]]


def test_what_can_run_is_shown_with_all_it_takes() -> None:
    said = get("/workflows", role="viewer")
    assert said["count"] == len(workflows()) == len(said["workflows"])
    shown = said["workflows"]["ingestion"]
    assert shown["role"] == "operator"
    assert {"type", "default", "description", "required", "allowed"} <= shown["parameters"]["sources"].keys()
    assert {"name", "does", "after", "undo"} == shown["steps"][0].keys()


def test_runs_are_listed_the_last_first_page_by_page(known: LedgerRuns) -> None:
    assert ids(get("/workflows/history")) == [6, 5, 4, 3, 2, 1]
    first = get("/workflows/history", limit=4)
    rest = get("/workflows/history", limit=4, cursor=first["next_cursor"])
    assert (ids(first), ids(rest), rest["next_cursor"]) == ([6, 5, 4, 3], [2, 1], None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "failed"}, [6]),
        ({"status": "failed", "workflow": "ingestion"}, []),
        ({"workflow": "replay", "since": to_text(NOON + timedelta(hours=4))}, [6, 5]),
        ({"until": "2026-03-01T13:00:00Z"}, [2, 1]),
        ({"until": "2026-03-01T15:00:00+02:00"}, [2, 1]),
        ({"correlation_id": "order 3"}, [4]),
        ({"correlation_id": "order 3", "status": "failed"}, []),
    ],
)
def test_what_is_looked_for_is_found(known: LedgerRuns, query: dict[str, Any], found: list[int]) -> None:
    assert ids(get("/workflows/history", **query)) == found


@pytest.mark.parametrize(
    "query",
    [
        {"status": "lost"},
        {"since": "yesterday"},
        {"since": "1772366400"},
        {"since": "2026-03-01T12:00:00"},
        {"until": "0001-01-01T00:00:00+14:00"},
        {"limit": 0},
        {"limit": 201},
        {"cursor": "made-up"},
        {"workflow": "Not A Name"},
    ],
)
def test_what_cannot_be_looked_for_is_refused(known: LedgerRuns, query: dict[str, Any]) -> None:
    assert ask("GET", "/workflows/history", **query)["statusCode"] == 422


def test_lists_are_without_what_steps_gave_and_one_run_is_with_it(known: LedgerRuns) -> None:
    (listed,) = get("/workflows/history", status="completed")["items"]
    whole = get(f"/workflows/runs/{listed['run_id']}")
    assert [step["output"] for step in listed["steps"]] == [None] * 4
    assert [step["output"] for step in whole["steps"]] == [{"by": step["name"]} for step in whole["steps"]]
    assert listed | {"steps": None} == whole | {"steps": None}
    assert (whole["seconds"], whole["progress"]) == (0, {"done": 4, "total": 4}) or whole["seconds"] >= 0


def test_a_saga_is_a_run_with_all_that_happened_in_it(known: LedgerRuns) -> None:
    said = get(f"/infrastructure/saga/{6:032x}")
    assert (said["status"], said["is_all"]) == ("failed", True)
    assert [event["version"] for event in said["events"]] == list(range(1, len(said["events"]) + 1))
    assert [said["events"][0]["type"], said["events"][-1]["type"]] == ["saga.created", "saga.failed"]
    assert said["steps"][0]["status"] == "parked"


def test_of_a_very_long_story_the_beginning_is_shown(known: LedgerRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow_routes, "MOST_EVENTS", 3)
    said = get(f"/infrastructure/saga/{6:032x}")
    assert (len(said["events"]), said["is_all"]) == (3, False)


def test_runs_are_shown_in_figures(known: LedgerRuns) -> None:
    said = get("/infrastructure/saga/stats")
    assert (said["total"], said["by_status"], said["is_all"]) == (6, {str(status): 1 for status in Status}, True)
    assert said["by_workflow"] == {"replay": 6}
    assert said["oldest_open_seconds"] > 0
    (parked,) = said["parked"]
    assert parked == {"run_id": f"{6:032x}", "workflow": "replay", "step": "first", "error": "no"}


@pytest.mark.parametrize("path", ["/workflows/runs/{}", "/infrastructure/saga/{}"])
@pytest.mark.parametrize("run_id", [UNKNOWN, "7", "x" * 300, "F" * 32, f"{UNKNOWN}0"])
def test_a_run_that_is_not_there_is_not_found(known: LedgerRuns, path: str, run_id: str) -> None:
    assert ask("GET", path.format(run_id))["statusCode"] == 404
