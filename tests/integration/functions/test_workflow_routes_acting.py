"""/workflows over HTTP, the ledger in DynamoDB: runs are started, cancelled and tried again, by those who may."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.control.runs.run import Status
from shared.control.runs.shipped import workflows
from shared.control.runs.store import LedgerRuns
from shared.runtime import wiring_runs
from shared.runtime.auth import Role
from tests.integration.functions.test_workflow_routes import KEY, UNKNOWN, ask, get
from tests.support.http_events import json_of
from tests.support.in_process import aws_in_process
from tests.unit.shared.control.runs.samples import in_status
from tests.unit.shared.control.runs.test_store import keep


@pytest.fixture
def runs() -> Iterator[LedgerRuns]:
    with aws_in_process():
        yield wiring_runs.runs()


# starting


def test_a_run_is_started_once_and_is_seen_where_the_answer_says(runs: LedgerRuns) -> None:
    wanted = {"workflow": "document-analysis", "correlation_id": "order 7", "scope": {"shop": "leeds", "share": 0.5}}
    first, second = (ask("POST", "/workflows/run", wanted) for _ in range(2))
    assert (first["statusCode"], second["statusCode"]) == (202, 202)
    said = json_of(first)
    assert (said["status"], json_of(second)["status"]) == ("started", "known")
    assert said["run_id"] == said["saga_id"] == json_of(second)["run_id"]
    assert said["steps"][0].keys() == {"op", "name"}
    (location,) = first["multiValueHeaders"]["Location"]
    shown = get(location)
    assert (shown["run_id"], shown["status"], shown["correlation_id"]) == (said["run_id"], "pending", "order 7")
    assert (shown["scope"], shown["created_by"]) == ({"shop": "leeds", "share": "0.5"}, KEY)
    assert shown["progress"] == {"done": 0, "total": len(shown["steps"])}
    assert len(list(runs.lines())) == 1


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"workflow": "nobody"}, 404, "there is no workflow nobody"),
        ({"workflow": "../x"}, 422, "see errors"),
        ({"colour": "red"}, 422, "see errors"),
        ({"scope": []}, 422, "see errors"),
        ({"correlation_id": ""}, 422, "see errors"),
        ({"correlation_id": "ä"}, 422, "see errors"),
        ({"parameters": {"sources": ["gitlab"], "colour": "red"}}, 422, "colour: there is no such parameter"),
        ({"parameters": {"sources": ["gitlab"]}}, 422, "sources[1]: one of"),
        ({"workflow": "document-analysis", "scope": {"x": "x" * 5_000}}, 422, "scope: at most 4,096 bytes"),
        ({"workflow": "document-analysis", "scope": {"": 1}}, 422, "scope: a key"),
        ({"scope": {"shop": "leeds"}}, 422, "scope: there is no shop"),
        ({"scope": {"projects": "SHOP"}}, 422, "scope.projects is a list of names"),
        ({"scope": {"spaces": ["a b"]}, "parameters": {"sources": ["confluence"]}}, 422, "scope.spaces: a b is no key"),
        ({"workflow": "replay"}, 422, "say what is to be replayed"),
        ({"workflow": "replay", "parameters": {"start_time": "yesterday"}}, 422, "start_time: a time like"),
        ("[]", 422, "see errors"),
        ("{", 400, "not JSON"),
    ],
)
def test_what_cannot_be_used_starts_nothing(runs: LedgerRuns, body: Any, status: int, reason: str) -> None:
    said = ask("POST", "/workflows/run", body)
    assert (said["statusCode"], reason in json_of(said)["detail"]) == (status, True)
    assert list(runs.lines()) == []


def test_the_same_correlation_id_for_something_else_is_a_contradiction(runs: LedgerRuns) -> None:
    ask("POST", "/workflows/run", {"correlation_id": "order 7"})
    said = ask("POST", "/workflows/run", {"correlation_id": "order 7", "scope": {"projects": ["YORK"]}})
    assert said["statusCode"] == 409


@pytest.mark.parametrize("role", [*Role, ""])
@pytest.mark.parametrize("workflow", sorted(workflows()))
def test_only_who_may_start_a_workflow_does(workflow: str, role: str) -> None:
    """Looked at before anything that is given."""
    said = ask("POST", "/workflows/run", {"workflow": workflow, "parameters": {"nonsense": 1}}, role=role)
    may = role == Role.ADMIN or (role == Role.OPERATOR and workflows()[workflow].role == Role.OPERATOR)
    assert said["statusCode"] == (422 if may else 403)


# acting


def test_a_run_is_cancelled_and_what_was_taken_back_begins_anew(runs: LedgerRuns) -> None:
    said = ask("POST", "/workflows/run", {"workflow": "replay", "parameters": {"subject": "7"}})
    run_id = json_of(said)["run_id"]
    for _ in range(2):
        said = ask("POST", f"/workflows/runs/{run_id}/cancel", {"reason": "not wanted"})
        assert said["statusCode"] == 202
        assert (json_of(said)["status"], json_of(said)["cancelled_by"]) == ("compensated", KEY)
    news = [ask("POST", f"/workflows/runs/{run_id}/redrive") for _ in range(2)]
    (new,) = {json_of(said)["run_id"] for said in news}
    assert [said["statusCode"] for said in news] == [202, 202]
    assert news[0]["multiValueHeaders"]["Location"] == [f"/workflows/runs/{new}"]
    assert (get(f"/workflows/runs/{new}")["redrive_of"], new != run_id) == (run_id, True)


def test_what_is_parked_is_tried_again(runs: LedgerRuns) -> None:
    run = keep(runs, in_status(Status.FAILED), workflow="replay")
    said = ask("POST", f"/workflows/runs/{run.id}/redrive")
    assert (said["statusCode"], json_of(said)["status"]) == (202, "compensating")
    assert ask("POST", f"/workflows/runs/{run.id}/redrive")["statusCode"] == 409


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("cancel", {}, 422),
        ("cancel", {"reason": ""}, 422),
        ("cancel", {"reason": "a\nb"}, 422),
        ("cancel", {"reason": "x" * 301}, 422),
        ("cancel", {"reason": "x", "force": True}, 422),
        ("cancel", {"reason": "x"}, 409),
        ("redrive", None, 409),
    ],
)
def test_what_cannot_be_done_changes_nothing(runs: LedgerRuns, act: str, body: Any, status: int) -> None:
    run = keep(runs, in_status(Status.COMPLETED), workflow="replay")
    assert ask("POST", f"/workflows/runs/{run.id}/{act}", body)["statusCode"] == status
    assert runs.get(run.id) == run


@pytest.mark.parametrize("act", ["cancel", "redrive"])
@pytest.mark.parametrize("role", ["viewer", "service", "agent", ""])
def test_only_who_may_start_a_workflow_steers_its_runs(runs: LedgerRuns, act: str, role: str) -> None:
    run = keep(runs, in_status(Status.RUNNING if act == "cancel" else Status.FAILED), workflow="replay")
    said = ask("POST", f"/workflows/runs/{run.id}/{act}", {"reason": "x"} if act == "cancel" else None, role=role)
    assert said["statusCode"] == 403
    assert runs.get(run.id) == run


@pytest.mark.parametrize(("act", "body"), [("cancel", {"reason": "x"}), ("redrive", None)])
def test_a_run_that_is_not_there_is_not_steered(runs: LedgerRuns, act: str, body: Any) -> None:
    assert ask("POST", f"/workflows/runs/{UNKNOWN}/{act}", body)["statusCode"] == 404
    assert ask("POST", f"/workflows/runs/nobody/{act}", body)["statusCode"] == 404
