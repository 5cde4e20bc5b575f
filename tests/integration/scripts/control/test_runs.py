"""`switchyard workflows` and `switchyard runs`, as people see them."""

import json
from typing import Any

import pytest

from tests.integration.scripts.control.api import TRACE, Api, problem
from tests.integration.scripts.control.conftest import Run

RUN = "0123456789abcdef0123456789abcdef"
WATCHED = f"GET /workflows/runs/{RUN}"
INGESTION = {
    "name": "ingestion",
    "description": "Documents are brought",
    "role": "operator",
    "parameters": {
        "sources": {"type": "list", "of": "string", "allowed": ["github", "jira"], "default": ["github"]},
        "rate": {"type": "integer", "of": None, "minimum": "1", "maximum": "500", "required": True},
    },
    "steps": [
        {"name": "github", "does": "ingest", "after": [], "undo": "forget"},
        {"name": "analysis", "does": "analyse", "after": ["github"], "undo": None},
    ],
}
WORKFLOWS = {"workflows": {"ingestion": INGESTION, "bare": {"name": "bare", "steps": [], "parameters": {}}}, "count": 2}
STARTED = {
    "status": "started",
    "run_id": RUN,
    "saga_id": RUN,
    "workflow": "ingestion",
    "correlation_id": "c",
    "steps": [{"op": "ingest", "name": "github"}],
}


def run_view(status: str, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "run_id": RUN,
        "saga_id": RUN,
        "workflow": "ingestion",
        "status": status,
        "scope": {},
        "parameters": {"rate": 50},
        "correlation_id": "c",
        "trace_id": TRACE,
        "created_by": "key:0123456789abcdef",
        "created_at": "2026-11-30T12:00:00.000000Z",
        "started_at": None,
        "ended_at": None,
        "seconds": None,
        "progress": {"done": 1, "total": 2},
        "steps": list(steps),
        "error": None,
        "cancelled_by": None,
        "cancelled_at": None,
        "cancel_reason": None,
        "redrive_of": None,
    } | more


def step(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "does": "ingest", "status": status, "attempts": 1, "seconds": None, "error": None} | more


def test_workflows_are_listed(run: Run, api: Api) -> None:
    api.says("GET /workflows", WORKFLOWS)
    assert run("workflows", "list").stdout.splitlines() == [
        "workflow   for       steps             description",
        "ingestion  operator  github, analysis  Documents are brought",
        "bare       -         -                 -",
    ]


def test_one_is_shown_with_its_steps_and_parameters(run: Run, api: Api) -> None:
    api.says("GET /workflows", WORKFLOWS)
    assert run("workflows", "show", "ingestion").stdout.splitlines() == [
        "workflow     ingestion",
        "description  Documents are brought",
        "for          operator",
        "",
        "step      does     after   undone by",
        "github    ingest   -       forget",
        "analysis  analyse  github  -",
        "",
        "parameter  type            default  needed  least  most  one of        description",
        "sources    list of string  github   -       -      -     github, jira  -",
        "rate       integer         -        yes     1      500   -             -",
    ]
    assert run("workflows", "show", "bare").stdout.endswith("\nit has no steps\n\nit takes no parameters\n")
    assert json.loads(run("workflows", "show", "ingestion", "--json").stdout) == INGESTION
    done = run("workflows", "show", "other")
    assert (done.returncode, done.stderr) == (
        4,
        "switchyard: there is no workflow other; there are ingestion, bare\n",
    )


def test_a_workflow_is_started_with_parameters_of_the_right_kinds(run: Run, api: Api) -> None:
    api.says("GET /workflows", WORKFLOWS)
    api.says("POST /workflows/run", (202, STARTED), (202, STARTED | {"status": "known"}))
    typed = (
        *("workflows", "run", "ingestion", "--param", "sources=github,jira", "--param", "rate=50"),
        *("--scope", "team=a", "--scope", '{"since": 5}', "--correlation-id", "c"),
    )
    assert run(*typed).stdout == f"ingestion is started: run {RUN}\n"
    assert run(*typed).stdout == f"ingestion was started before: run {RUN}\n"
    assert api.bodies()[0] == {
        "workflow": "ingestion",
        "scope": {"team": "a", "since": 5},
        "parameters": {"sources": ["github", "jira"], "rate": 50},
        "correlation_id": "c",
    }
    assert json.loads(run(*typed, "--json").stdout)["run_id"] == RUN


def test_what_the_api_does_not_start_is_told_in_its_words(run: Run, api: Api) -> None:
    api.says("GET /workflows", WORKFLOWS)
    api.says("POST /workflows/run", problem(422, "rate: a whole number is wanted"))
    done = run("workflows", "run", "other", "--param", "rate=fast")
    assert (done.returncode, done.stderr) == (4, f"switchyard: 422 rate: a whole number is wanted [trace {TRACE}]\n")
    assert api.bodies() == [{"workflow": "other", "scope": {}, "parameters": {"rate": "fast"}}]


@pytest.mark.parametrize(("status", "code"), [("completed", 0), ("compensated", 1), ("failed", 1)])
def test_who_waits_sees_how_it_goes_on_until_it_ends(
    run: Run, api: Api, pauses: list[float], status: str, code: int
) -> None:
    api.says("GET /workflows", WORKFLOWS)
    api.says("POST /workflows/run", (202, STARTED))
    api.says(
        WATCHED,
        run_view("pending", step("github", "pending"), step("analysis", "pending")),
        run_view("running", step("github", "running", progress={"documents": 5})),
        (503, {"detail": "later"}),
        run_view("running", step("github", "running", progress={"documents": 5})),
        run_view(status, step("github", "completed", seconds=3), seconds=34, error="it broke" if code else None),
    )
    done = run("workflows", "run", "ingestion", "--wait", "--interval", "0.5")
    assert done.returncode == code
    assert done.stdout.splitlines() == [
        f"ingestion is started: run {RUN}",
        "github: running, documents 5",
        "github: completed, 3 s",
        f"the run is {status} after 34 s{': it broke' if code else ''}",
    ]
    assert pauses.count(0.5) == 3
    done = run("runs", "watch", RUN, "--json")
    assert (done.returncode, json.loads(done.stdout)["status"]) == (code, status)


def test_who_does_not_want_to_wait_for_ever_says_so(run: Run, api: Api, pauses: list[float], monkeypatch: Any) -> None:
    moments = iter(range(0, 1_000, 30))
    monkeypatch.setattr("scripts.control.following.monotonic", lambda: float(next(moments)))
    api.says(WATCHED, run_view("running"))
    done = run("runs", "watch", RUN, "--timeout", "60")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"it is not over: the run is running, and goes on: switchyard runs watch {RUN}\n"
    assert pauses == [2.0, 2.0]


def test_who_stops_looking_does_not_stop_the_run(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", stop)
    api.says(WATCHED, run_view("running", step("github", "running")))
    done = run("runs", "watch", RUN)
    assert (done.returncode, done.stdout) == (130, "github: running\n")
    assert done.stderr.endswith(f"nobody looks any more, and the run goes on: switchyard runs watch {RUN}\n")


def test_a_run_that_is_not_there_is_not_watched(run: Run, api: Api) -> None:
    assert run("runs", "watch", RUN).returncode == 4


def test_runs_are_listed_by_what_is_asked_for(run: Run, api: Api) -> None:
    api.says(
        "GET /workflows/history", {"items": [run_view("failed", seconds=200, error="it broke")], "next_cursor": "n"}
    )
    done = run(
        *("runs", "list", "--workflow", "ingestion", "--status", "failed", "--correlation-id", "c", "--limit", "1"),
        *("--since", "2026-11-01T00:00Z", "--until", "2026-12-01T00:00Z", "--cursor", "m"),
    )
    assert done.stdout.splitlines()[1] == (
        f"{RUN}  ingestion  failed  1/2    2026-11-30 12:00:00  3 min  c            it broke"
    )
    assert done.stderr == "there is more: --cursor n\n"
    assert api.queries() == [
        {
            "workflow": "ingestion",
            "status": "failed",
            "correlation_id": "c",
            "since": "2026-11-01T00:00:00.000000Z",
            "until": "2026-12-01T00:00:00.000000Z",
            "limit": "1",
            "cursor": "m",
        }
    ]
    api.says("GET /workflows/history", {"items": [], "next_cursor": None})
    assert run("runs", "list").stdout == "there are no such runs\n"


def test_several_pages_are_one_document(run: Run, api: Api) -> None:
    pages = [
        {"items": [run_view("completed")] * 200, "next_cursor": "x"},
        {"items": [run_view("failed")], "next_cursor": "y"},
    ]
    api.says("GET /workflows/history", *pages)
    told = json.loads(run("runs", "list", "--limit", "201", "--json").stdout)
    assert len(told["items"]) == 201
    assert told["next_cursor"] == "y"
    assert [query["limit"] for query in api.queries()] == ["200", "1"]


def test_a_run_is_shown_with_its_steps(run: Run, api: Api) -> None:
    api.says(
        WATCHED,
        run_view(
            "compensated",
            step("github", "compensated", seconds=3, output={"documents": 5}, started_at="2026-11-30T12:00:01Z"),
            cancelled_by="key:a",
            cancelled_at="2026-11-30T12:01:00Z",
            cancel_reason="not now",
        ),
    )
    shown = run("runs", "show", RUN).stdout
    assert f"trace         {TRACE}\n" in shown
    assert "cancelled     2026-11-30 12:01:00\ncancelled by  key:a\nbecause       not now\n" in shown
    assert shown.endswith("github  compensated  1         2026-11-30 12:00:01  3 s   -         documents=5  -\n")


def test_runs_are_cancelled_and_redriven(run: Run, api: Api) -> None:
    api.says(f"POST /workflows/runs/{RUN}/cancel", (202, run_view("compensating", cancel_reason="not now")))
    assert run("runs", "cancel", RUN, "--reason", "not now").stdout == f"run {RUN} is compensating: not now\n"
    api.says(f"POST /workflows/runs/{RUN}/redrive", (202, run_view("pending", run_id="f" * 32, redrive_of=RUN)))
    assert run("runs", "redrive", RUN).stdout == f"run {'f' * 32} is pending\n"


def test_runs_in_figures_with_what_waits_for_a_person(run: Run, api: Api) -> None:
    stats = {"total": 5, "by_status": {"completed": 4, "failed": 1}, "by_workflow": {"ingestion": 5}}
    parked = {"run_id": RUN, "workflow": "ingestion", "step": "github", "error": "it is away"}
    api.says("GET /infrastructure/saga/stats", stats | {"oldest_open_seconds": 90, "parked": [parked]})
    assert run("runs", "stats").stdout.splitlines() == [
        "runs         5",
        "by status    completed=4 failed=1",
        "by workflow  ingestion=5",
        "oldest open  90 s",
        "",
        "run                               workflow   step    error",
        f"{RUN}  ingestion  github  it is away",
    ]
