"""The control plane of the deployed stack: what may be seen, repaired and started, by those who may and no others."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from scripts.stack import Stack, environment
from shared.runtime.auth import Role, new_key
from shared.runtime.clock import system_clock
from tests.stand_ins.client import StandIns
from tests.support.api import Api
from tests.support.cloud import Cloud
from tests.support.command import switchyard
from tests.support.posting import Posting, a_message
from tests.support.traces import sampled_trace_id
from tests.support.waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
OPEN = ("pending", "running", "compensating")
CONTROL = "config demo docstore health infrastructure ingest jobs metrics peers registry report summarization workflows"


def described() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / "functions" / "serve_admin" / "openapi.json").read_text())
    return document


def protected() -> Iterator[tuple[str, str]]:
    """Each method and path of the control plane that wants a key, with something in the places of names."""
    for path, operations in described()["paths"].items():
        for method, operation in operations.items():
            if path.split("/")[1] in CONTROL.split() and {"api_key": []} in operation.get("security", []):
                yield method.upper(), path.replace("{", "").replace("}", "")


def run_of(api: Api, workflow: str, **body: Any) -> dict[str, Any]:
    answer = api.call("POST", "/workflows/run", json={"workflow": workflow, **body})
    assert answer.status_code == 202, answer.text
    return ended(api, answer.json()["run_id"])


def ended(api: Api, run_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        run: dict[str, Any] = api.call("GET", f"/workflows/runs/{run_id}", role="viewer").json()
        return None if run["status"] in OPEN else run

    found = eventually(look)
    assert found
    return found


def test_a_role_that_is_too_weak_is_refused_at_every_path(api: Api, make_key: Any) -> None:
    made = {
        Role.VIEWER: api.stack.keys["viewer"],
        Role.OPERATOR: api.stack.keys["operator"],
        Role.SERVICE: make_key("--role", "service", "--source", "scraper").split()[0],
        Role.AGENT: make_key("--role", "agent", "--agent", "default/Nobody").split()[0],
    }
    may = {role: new_key("x", role, at=system_clock())[1].may for role in made}
    asked = [(made[role], *way) for way in protected() for role in made if not may[role](*way)]
    assert len(asked) > 100
    headers = [({"x-api-key": key}, method, path) for key, method, path in asked]
    found = {api.call(method, path, role=None, headers=shown, json={}).status_code for shown, method, path in headers}
    assert found == {403}


def test_without_a_key_nothing_is_seen(api: Api) -> None:
    with ThreadPoolExecutor(8) as callers:
        found = callers.map(lambda way: api.call(*way, role=None, json={}).status_code, protected())
    assert set(found) == {401}


def test_all_of_it_is_seen_at_one_look(api: Api) -> None:
    for path in ("/health", "/ready", "/info"):
        assert api.call("GET", path, role=None).status_code == 200
    system = api.call("GET", "/health/system", role="viewer").json()
    assert system["backends"] == {"database": "connected", "bus": "connected", "state": "connected"}
    assert {"NotionQueue", "JobQueue"} <= system["queues"].keys()
    assert "unread" not in str(system)
    figures = api.call("GET", "/metrics", role="viewer").json()
    assert figures["unread"] == {}
    assert {"listings", "deliveries", "claims", "queue_messages", "dead_letters", "events_24h"} <= figures[
        "metrics"
    ].keys()
    text = api.call("GET", "/metrics", role="viewer", headers={"Accept": "text/plain;version=0.0.4"})
    assert text.headers["content-type"].startswith("text/plain")
    assert 'switchyard_listings{state="FOUND"}' in text.text
    settings = api.call("GET", "/config/effective").json()["settings"]
    assert settings["stage"] == {"value": "local", "source": "environment"}
    assert settings["jira_jql"]["source"] in ("file", "default")


def test_a_run_that_is_asked_for_twice_is_one(api: Api, services: StandIns) -> None:
    correlation_id = uuid4().hex
    asked = {"workflow": "document-analysis", "correlation_id": correlation_id, "parameters": {"check_links": False}}
    answers = [api.call("POST", "/workflows/run", json=asked).json() for _ in range(2)]
    assert [one["status"] for one in answers] == ["started", "known"]
    run = ended(api, answers[0]["run_id"])
    assert (run["status"], [step["status"] for step in run["steps"]]) == ("completed", ["completed", "completed"])
    other = api.call("POST", "/workflows/run", json=asked | {"parameters": {}})
    assert other.status_code == 409
    (item,) = api.call("GET", f"/workflows/history?correlation_id={correlation_id}", role="viewer").json()["items"]
    assert item["run_id"] == run["run_id"]
    saga = api.call("GET", f"/infrastructure/saga/{run['saga_id']}", role="viewer").json()
    assert saga["events"][0]["type"] == "saga.created"
    wrong = api.call("POST", "/workflows/run", json={"workflow": "ingestion", "parameters": {"sources": ["x"], "y": 1}})
    assert wrong.status_code == 422
    assert all(word in wrong.text for word in ("sources", "y"))


def test_a_dead_letter_is_seen_with_its_cause_and_goes_back(api: Api, cloud: Cloud, posting: Posting) -> None:
    event_id = posting.posted(a_message())
    posting.until(event_id, "notion", "delivered")
    event = api.call("GET", f"/infrastructure/events/history?subject={event_id.split(':')[1]}", role="viewer").json()[
        "events"
    ][0]
    cloud.put("NotionDeadLetters", {"detail-type": event["type"], "source": event["source"], "detail": event})
    query = f"/infrastructure/dlq/letters?queue=NotionDeadLetters&event_type={event['type']}"
    letters = eventually(lambda: api.call("GET", query, role="viewer").json()["letters"])
    assert letters
    (letter,) = letters
    assert (letter["event_id"], letter["is_retryable"], letter["source"]) == (event_id, True, "NotionQueue")
    asked = {"queue": "NotionDeadLetters", "event_type": event["type"]}
    forecast = api.call("POST", "/infrastructure/dlq/retry", json=asked | {"dry_run": True}).json()
    assert (forecast["would_retry"], forecast["total_events"]) == (1, 1)
    started = api.call("POST", "/infrastructure/dlq/retry", json=asked)
    assert started.status_code == 202, started.text
    run = ended(api, started.json()["run_id"])
    assert (run["status"], run["steps"][0]["output"]["retried"]) == ("completed", 1)
    stats = {one["queue"]: one for one in api.call("GET", "/infrastructure/dlq/stats", role="viewer").json()["queues"]}
    assert stats["NotionDeadLetters"]["messages"] == 0
    cloud.settle("NotionQueue")
    assert posting.deliveries(event_id)["notion"]["status"] == "delivered"  # and once: the stand-in has seen it all


def test_what_is_replayed_reaches_its_consumer_and_does_nothing_twice(
    api: Api, cloud: Cloud, posting: Posting, services: StandIns
) -> None:
    event_id = posting.posted(a_message())
    posting.until(event_id, "notion", "delivered")
    before = len(services.pages())
    filters = {"event_types": ["message.created"], "subject": event_id.split(":")[1]}
    dry = api.call("POST", "/infrastructure/events/replay", json=filters | {"to": "notion", "dry_run": True}).json()
    assert (dry["would_replay"], dry["first"]) == (1, [event_id])
    started = api.call("POST", "/infrastructure/events/replay", json=filters | {"to": "notion", "name": "again"})
    assert started.status_code == 202, started.text
    run = ended(api, started.json()["run_id"])
    assert (run["status"], run["steps"][0]["output"]["published"]) == ("completed", 1)
    (again,) = [one for one in cloud.on_the_bus(event_id.split(":")[1], number=2) if "replay" in one]
    assert (again["id"], again["replay"]) == (event_id, {"name": "again", "to": "notion"})
    cloud.settle("NotionQueue")
    assert len(services.pages()) == before


def test_what_is_cleared_is_hidden_and_still_there(api: Api, posting: Posting) -> None:
    subject = posting.posted(a_message()).split(":")[1]
    asked = f"/infrastructure/events/history?subject={subject}"
    (event,) = api.call("GET", asked, role="viewer").json()["events"]
    body = {"correlation_id": event["correlation_id"], "before": system_clock().isoformat(), "reason": "a test"}
    assert api.call("POST", "/infrastructure/events/clear", role="admin", json=body).status_code == 422
    cleared = api.call("POST", "/infrastructure/events/clear", role="admin", json=body | {"confirm": "clear"})
    assert cleared.status_code == 200, cleared.text
    assert api.call("GET", asked, role="viewer").json()["events"] == []
    assert api.call("GET", f"{asked}&include_cleared=true", role="viewer").json()["events"] == [event]


def test_one_trace_leads_from_the_request_to_the_call_outside(api: Api, posting: Posting) -> None:
    trace_id = sampled_trace_id()
    headers = {"traceparent": f"00-{trace_id}-b7ad6b7169203331-01"}
    posted = api.call("POST", "/messages", json=a_message(), headers=headers).raise_for_status().json()
    posting.until(posted["messages"][0]["event_id"], "notion", "delivered")
    path = f"/infrastructure/tracing/trace/{trace_id}"

    def services_of() -> set[str] | None:
        found = api.call("GET", path, role="viewer")
        names = set(found.json()["services"]) if found.status_code == 200 else set()
        return names if {"receive_messages", "relay_events", "deliver_events", "notion"} <= names else None

    assert eventually(services_of)
    text = api.call("GET", f"{path}?format=text", role="viewer")
    assert text.headers["content-type"].startswith("text/plain")
    assert "POST /messages" in text.text


def test_a_job_is_done_and_on_record(api: Api) -> None:
    done = api.call("POST", "/jobs/poll-services")
    assert (done.status_code, done.json()["unhealthy"]) == (200, 0)
    (job,) = [one for one in api.call("GET", "/jobs", role="viewer").json()["jobs"] if one["name"] == "poll-services"]
    assert job["last"]["result"]["services"] == done.json()["services"]
    assert api.call("POST", "/jobs/send-logs").status_code == 503


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "https://2852039166/", "file:///etc/passwd", "https://localhost/"]
)
def test_nobody_has_us_call_what_is_not_of_the_public_internet(api: Api, url: str) -> None:
    answer = api.call("POST", "/registry/register", json={"name": "inside", "base_url": url})
    assert answer.status_code == 422
    assert api.call("GET", "/registry/inside", role="viewer").status_code == 404


def test_the_command_shows_it_too(stack: Stack) -> None:
    known = environment(stack) | {"SWITCHYARD_API": stack.api_url, "SWITCHYARD_KEY": stack.keys["operator"]}
    assert "ingestion" in switchyard(known, "workflows", "list")
    assert json.loads(switchyard(known, "dead-letters", "stats", "--json"))["queues"]
    assert "poll-services" in switchyard(known, "jobs", "list")
    found = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "runs", "show", "nothing"],
        env=known,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, "Traceback" in found.stderr) == (4, False)
