"""GitHub takes what its own description takes, has runs that go on by themselves, and tells of them, signed."""

import hmac
import time
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests.contract.github.requests import violations, webhook_violations
from tests.integration.stand_ins.receiver import Receiver
from tests.stand_ins.client import StandIns
from tests.stand_ins.github import Github
from tests.support.waiting import eventually

HEADERS = {
    "Authorization": f"Bearer {Github.key}",
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2026-03-10",
    "User-Agent": "switchyard",
}
ACTIONS = f"/repos/{Github.repository}/actions"
DISPATCHES = f"{ACTIONS}/workflows/{Github.workflow}/dispatches"
RUNS = f"{ACTIONS}/workflows/{Github.workflow}/runs"


def inputs(key: str = "ship-staging-1-deploy-0", **changes: str) -> dict[str, str]:
    usual = {"environment": "staging", "strategy": "full", "action": "deploy", "requested_by": "discord:1"}
    return usual | {"correlation_id": key} | changes


def ask(http: httpx.Client, stand_ins: StandIns, method: str, path: str, **request: Any) -> httpx.Response:
    headers = HEADERS | request.pop("headers", {})
    url = f"{stand_ins.addresses['github']}{path}"
    return http.request(method, url, headers=headers, **request)


def dispatch(http: httpx.Client, stand_ins: StandIns, body: Any = None, **headers: str) -> httpx.Response:
    body = {"ref": "main", "inputs": inputs()} if body is None else body
    return ask(http, stand_ins, "POST", DISPATCHES, json=body, headers=headers)


def test_a_dispatch_starts_a_run_that_goes_on_by_itself(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("github", seconds=0.3)
    said = dispatch(http, stand_ins).json()
    assert violations("Dispatched", said) == []
    path = f"{ACTIONS}/runs/{said['workflow_run_id']}"
    seen = []

    def is_over() -> bool:
        run = ask(http, stand_ins, "GET", path).json()
        assert violations("Run", run) == []
        seen.append((run["status"], run["conclusion"]))
        return bool(run["status"] == "completed")

    eventually(is_over)
    assert seen[0] == ("queued", None)
    assert seen[-1] == ("completed", "success")
    assert stand_ins.violations() == []


def test_runs_are_listed_the_newest_first_since_when_it_is_asked(stand_ins: StandIns, http: httpx.Client) -> None:
    for number in range(3):
        dispatch(http, stand_ins, {"ref": "main", "inputs": inputs(f"key-{number}")})
    for path in (RUNS, f"{ACTIONS}/runs"):
        listed = ask(http, stand_ins, "GET", f"{path}?event=workflow_dispatch&per_page=2&page=1").json()
        assert violations("Runs", listed) == []
        assert (listed["total_count"], len(listed["workflow_runs"])) == (3, 2)
        assert "key-2" in listed["workflow_runs"][0]["display_title"]
    later = ask(http, stand_ins, "GET", f"{RUNS}?created=%3E%3D2099-01-01T00:00:00Z").json()
    assert later == {"total_count": 0, "workflow_runs": []}


def test_a_run_may_be_listed_late_and_named_otherwise(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("github", listed_after=3_600.0)
    dispatch(http, stand_ins)
    assert ask(http, stand_ins, "GET", RUNS).json()["total_count"] == 0
    stand_ins.set("github", listed_after=0.0, names_runs=False)
    dispatch(http, stand_ins)
    (run,) = ask(http, stand_ins, "GET", RUNS).json()["workflow_runs"]
    assert run["display_title"] == "Ship"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"inputs": inputs()}, '"ref" is a required property'),
        ({"ref": "main"}, "Required input 'environment' not provided"),
        ({"ref": "main", "inputs": inputs(other="x")}, "Unexpected inputs provided: ['other']"),
        ({"ref": "main", "inputs": inputs(environment="dev")}, "Provided value 'dev' for input 'environment'"),
        ({"ref": "main", "inputs": inputs(), "return_run_details": True}, "return_run_details"),
    ],
)
def test_what_github_does_not_take_is_refused_and_remembered(
    stand_ins: StandIns, http: httpx.Client, body: dict[str, Any], told: str
) -> None:
    answer = dispatch(http, stand_ins, body)
    assert answer.status_code == 422
    assert violations("Error", answer.json()) == []
    assert told in answer.json()["message"]
    assert len(stand_ins.violations()) == 1
    assert stand_ins.state("github")["runs"] == []


def test_a_ref_that_is_not_there_is_no_mistake_of_ours(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("github", refs=["main"])
    answer = dispatch(http, stand_ins, {"ref": "mian", "inputs": inputs()})
    assert (answer.status_code, answer.json()["message"]) == (422, "No ref found for: mian")
    assert stand_ins.violations() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": "Bearer other"}, 401),
        ({"X-GitHub-Api-Version": "2022-11-28"}, 400),
        ({"Accept": "application/json"}, 415),
        ({"User-Agent": ""}, 403),
    ],
)
def test_who_does_not_say_who_they_are_or_what_they_want_is_refused(
    stand_ins: StandIns, http: httpx.Client, headers: dict[str, str], status: int
) -> None:
    assert dispatch(http, stand_ins, **headers).status_code == status
    assert len(stand_ins.violations()) == 1


@pytest.mark.parametrize(
    "path", ["/repos/other/shop/actions/workflows/ship.yml/dispatches", f"{ACTIONS}/runs/7", "/user"]
)
def test_what_is_not_there_is_not_found(stand_ins: StandIns, http: httpx.Client, path: str) -> None:
    method = "POST" if path.endswith("dispatches") else "GET"
    body = {"json": {"ref": "main", "inputs": inputs()}} if method == "POST" else {}
    assert ask(http, stand_ins, method, path, **body).status_code == 404


def test_limits_are_told_as_github_tells_them(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("github", limit_next=1, limit_seconds=60.0)
    spent = dispatch(http, stand_ins)
    assert (spent.status_code, spent.headers["x-ratelimit-remaining"]) == (403, "0")
    assert int(spent.headers["x-ratelimit-reset"]) > time.time()
    stand_ins.set("github", faults={"fail": {"status": 429, "retry_after": 7, "next": 1}})
    secondary = dispatch(http, stand_ins)
    assert (secondary.status_code, secondary.headers["retry-after"]) == (429, "7")
    assert violations("Error", secondary.json()) == []
    assert dispatch(http, stand_ins).status_code == 200


def test_what_failed_after_it_was_done_has_a_run(stand_ins: StandIns, http: httpx.Client) -> None:
    stand_ins.set("github", faults={"fail": {"status": 502, "next": 1, "after_work": True}})
    assert dispatch(http, stand_ins).status_code == 502
    assert len(stand_ins.state("github")["runs"]) == 1
    stand_ins.set("github", faults={"fail": {"status": 502, "next": 1, "after_work": False}})
    assert dispatch(http, stand_ins).status_code == 502
    assert len(stand_ins.state("github")["runs"]) == 1


def test_it_tells_that_there_is_a_run_that_it_goes_on_and_that_it_is_over(
    stand_ins: StandIns, http: httpx.Client, receiver: Receiver
) -> None:
    stand_ins.set("github", seconds=0.3, conclusion="failure")
    dispatch(http, stand_ins)
    stand_ins.settle("github")
    told = [one.body for one in receiver.received]
    assert [one["action"] for one in told] == ["requested", "in_progress", "completed"]
    assert [webhook_violations("workflow_run", one) for one in told] == [[], [], []]
    assert told[-1]["workflow_run"]["conclusion"] == "failure"
    assert told[-1]["repository"]["full_name"] == Github.repository
    for one in receiver.received:
        digest = hmac.digest(b"hush", one.content, sha256).hex()
        assert one.path == "/api/webhooks/github"
        assert one.headers["x-hub-signature-256"] == f"sha256={digest}"
        assert one.headers["x-github-event"] == "workflow_run"
    assert len({one.headers["x-github-delivery"] for one in receiver.received}) == 3


def test_a_run_can_be_ended_by_hand_and_told_of_again(
    stand_ins: StandIns, http: httpx.Client, receiver: Receiver
) -> None:
    stand_ins.set("github", seconds=-1.0)
    dispatch(http, stand_ins)
    stand_ins.act("github", "finish", conclusion="cancelled")
    stand_ins.act("github", "tell", webhook="in_progress")
    assert [one.body["action"] for one in receiver.received] == ["completed", "in_progress"]
    assert [one.body["workflow_run"]["conclusion"] for one in receiver.received] == ["cancelled", None]


def test_it_may_be_silent(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    stand_ins.set("github", seconds=0.0, tells=False)
    dispatch(http, stand_ins)
    stand_ins.settle("github")
    assert receiver.received == []


def test_a_ping_is_called_one(stand_ins: StandIns, receiver: Receiver) -> None:
    stand_ins.act("github", "ping")
    (one,) = receiver.received
    assert one.headers["x-github-event"] == "ping"
    assert webhook_violations("ping", one.body) == []


def test_the_shop_answers_as_it_is_told(stand_ins: StandIns, http: httpx.Client) -> None:
    url = f"{stand_ins.addresses['github']}/shop/staging"
    assert http.get(url).status_code == 200
    stand_ins.set("github", page_status=503)
    assert http.get(url).status_code == 503
