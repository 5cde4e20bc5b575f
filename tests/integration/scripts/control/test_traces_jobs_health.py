"""`switchyard traces`, `jobs` and `health`, as people see them."""

from typing import Any

import pytest

from tests.integration.scripts.control.api import TRACE, Api, problem
from tests.integration.scripts.control.conftest import Run

HEALTHY = {"status": "healthy", "database": "connected", "service": "switchyard", "uptime_seconds": 5.0}
UNWELL = {"status": "unhealthy", "database": "disconnected", "error": "the ledger cannot be reached"}


def test_a_trace_is_shown_as_the_api_writes_it_out(run: Run, api: Api) -> None:
    api.says(f"GET /infrastructure/tracing/trace/{TRACE}", "a \x1b[2J tree ├ é\n  b\n".encode())
    done = run("traces", "show", TRACE)
    assert (done.returncode, done.stdout) == (0, "a ·[2J tree ├ é\n  b\n")
    assert api.queries() == [{"format": "text"}]


def test_services_are_shown_in_figures(run: Run, api: Api) -> None:
    figures = {"spans": 5, "errors": 1, "sampled": 4, "error_rate": 0.25, "p50_ms": 12, "p95_ms": 80, "is_all": True}
    services = {"doc-store": figures, "api": figures | {"spans": 500, "is_all": False}}
    stats = {"since": "2026-11-30T00:00:00Z", "until": "2026-11-30T01:00:00Z", "sample_rate": 0.1}
    api.says("GET /infrastructure/tracing/stats", stats | {"services": services, "traces": 3, "is_all": False})
    assert run("traces", "stats", "--since", "2026-11-30T00:00Z").stdout.splitlines() == [
        "since    2026-11-30 00:00:00",
        "until    2026-11-30 01:00:00",
        "traces   3",
        "sampled  0.1",
        "",
        "service    spans  errors  error rate  p50 ms  p95 ms",
        "doc-store  5      1       0.25        12      80",
        "api        500+   1       0.25        12      80",
    ]
    assert api.queries() == [{"since": "2026-11-30T00:00:00.000000Z"}]


def test_what_a_service_did_is_listed(run: Run, api: Api) -> None:
    span = {
        "trace_id": TRACE,
        "name": "GET /x",
        "began_at": "2026-11-30T00:00:00Z",
        "duration_ms": 12.5,
        "status": "error",
    }
    api.says("GET /infrastructure/tracing/service/doc-store", {"spans": [span], "next_cursor": "x"})
    done = run("traces", "service", "doc-store", "--limit", "1", "--errors", "--since", "2026-11-30T00:00Z")
    assert done.stdout.splitlines()[1] == f"2026-11-30 00:00:00  {TRACE}  GET /x  12.5  error"
    assert api.queries() == [{"errors": "true", "since": "2026-11-30T00:00:00.000000Z", "limit": "1"}]


def test_jobs_are_listed_with_what_came_of_them(run: Run, api: Api) -> None:
    last = {"status": "completed", "ended_at": "2026-11-30T03:00:05Z", "seconds": 5.2, "result": {"looked_at": 12}}
    jobs = [
        {"name": "recalc-quality", "schedule": "daily at 03:00 UTC", "is_running": False, "last": last},
        {
            "name": "sync-peers",
            "schedule": None,
            "is_running": True,
            "last": {"status": "failed", "error": "it is away"},
        },
        {"name": "poll-openapi", "schedule": "hourly", "is_running": False, "last": None},
    ]
    api.says("GET /jobs", {"jobs": jobs})
    assert run("jobs", "list").stdout.splitlines() == [
        "job             schedule            now      last                 status     took   result",
        "recalc-quality  daily at 03:00 UTC  -        2026-11-30 03:00:05  completed  5.2 s  looked_at=12",
        "sync-peers      -                   running  -                    failed     -      it is away",
        "poll-openapi    hourly              -        -                    -          -      -",
    ]


def test_a_job_is_done_now(run: Run, api: Api) -> None:
    api.says("POST /jobs/poll-services", {"looked_at": 3, "expired": []}, {})
    assert run("jobs", "run", "poll-services").stdout == "looked_at  3\nexpired    -\n"
    assert run("jobs", "run", "poll-services").stdout == "it is done\n"
    api.says("POST /jobs/notify-consolidation", {"sent": 2})
    done = run(
        *("jobs", "run", "notify-consolidation", "--min-confidence", "0.5", "--webhook-url", "https://x.example"),
        *("--limit", "5"),
    )
    assert done.stdout == "sent  2\n"
    assert api.bodies()[-1] == {"min_confidence": 0.5, "webhook_url": "https://x.example", "limit": 5}


def test_what_was_done_of_a_job_is_listed(run: Run, api: Api) -> None:
    event = {"time": "2026-11-30T03:00:05Z", "type": "job.failed", "actor": "timer", "data": {"error": "it is away"}}
    api.says("GET /jobs/sync-peers/history", {"job": "sync-peers", "events": [event]})
    done = run("jobs", "history", "sync-peers", "--limit", "5")
    assert done.stdout.splitlines()[1] == "2026-11-30 03:00:05  job.failed  timer  error=it is away"
    assert api.queries() == [{"limit": "5"}]


@pytest.mark.parametrize(
    ("answer", "code", "shown"),
    [
        (HEALTHY, 0, "status          healthy\n"),
        ((503, UNWELL), 1, "error     the ledger cannot be reached\n"),
        ({"status": "starting"}, 1, "status  starting\n"),
    ],
)
def test_health_is_good_where_it_is_said_to_be(run: Run, api: Api, answer: Any, code: int, shown: str) -> None:
    api.says("GET /health", answer)
    done = run("health")
    assert (done.returncode, done.stderr) == (code, "")
    assert shown in done.stdout
    assert run("health", "--json").returncode == code


@pytest.mark.parametrize(
    "answer",
    [(503, b"<html>"), (503, {"message": "Service Unavailable"}), problem(503, "no"), (500, {}), {}, {"status": 5}],
)
def test_who_does_not_say_how_it_is_is_not_unhealthy_but_away(run: Run, api: Api, answer: Any) -> None:
    api.says("GET /health", answer)
    done = run("health")
    assert (done.returncode, done.stdout) == (3, "")


def test_the_whole_system_is_shown_with_its_troubles(run: Run, api: Api) -> None:
    system = {
        "overall_healthy": False,
        "troubles": ["3 dead letters in NotionDeadLetters", "1 runs wait for a person"],
        "backends": {"database": "connected"},
        "services": {"unread": "no answer in time"},
        "queues": {"ListingQueue": 0, "NotionQueue": 2, "ClaimQueue": None},
        "dead_letters": {"NotionDeadLetters": 3, "ClaimDeadLetters": 0},
        "stream_lag_seconds": 0.2,
        "circuits": {"notion": "open"},
        "parked_runs": 1,
        "timestamp": "2026-11-30T12:00:00+00:00",
    }
    api.says("GET /health/system", system, system | {"overall_healthy": True, "troubles": [], "stream_lag_seconds": {}})
    done = run("health", "--system")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "not all is well",
        "  3 dead letters in NotionDeadLetters",
        "  1 runs wait for a person",
        "",
        "backends      database=connected",
        "services      unread=no answer in time",
        "queues        NotionQueue=2 ClaimQueue=-",
        "dead letters  NotionDeadLetters=3",
        "stream lag    0.2 s",
        "circuits      notion=open",
        "parked runs   1",
    ]
    done = run("health", "--system")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "all is well")
