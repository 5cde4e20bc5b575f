"""Tours of the functions of the control plane: all they do with AWS, at least once."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from socket import socket
from threading import Event as Ending
from typing import Any, Final

import pytest

from functions.run_jobs import app as jobs_app
from functions.run_workflow_step import app as steps_app
from functions.serve_control import app as control_app
from functions.serve_control import overview_routes
from shared.control.jobs.doing import JobFailedError
from shared.control.jobs.known import JOBS
from shared.control.jobs.store import LedgerJobs
from shared.ledger.envelope import Event, to_text
from shared.runtime import configuration, wiring, wiring_letters, wiring_runs
from shared.runtime.circuit import FAILURES
from shared.runtime.clock import system_clock
from shared.runtime.queue_map import QueuePair
from tests.stand_ins.client import StandIns
from tests.support.builders import a_cause
from tests.support.circuits import circuit_item, let_time_pass
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, api_event, json_of
from tests.support.in_process import QUEUE, QUEUE_MAP, client, set_secret, template
from tests.support.letters import a_relay_failure, an_event
from tests.support.queue_events import message_of, queue_batch, replayed_message
from tests.support.raw_server import answer, raw_server
from tests.support.told import told
from tests.support.travel import Travel, travelling

SECRET: Final = "a" * 44
NOBODY: Final = "http://127.0.0.1:9"  # is there
RELAY: Final = "RelayFailureQueue"
# What its server says, whatever it is asked: what a service offers, and what an agent brings.
_SAID: Final = {
    "openapi": "3.1.0",
    "paths": {},
    "documents": [{"id": "readme", "timestamp": "2026-03-01T12:00:00Z", "document": {"content": "A camera"}}],
    "next_cursor": "1",
    "is_last": True,
}
_ADMIN: Final = {"principalId": "key:0123456789abcdef", "role": "admin"}


class InTwoMinutes(LambdaContext):
    """As long as the function has."""

    def get_remaining_time_in_millis(self) -> int:
        return 120_000


class Others:
    """Whatever it is asked, it says all that anybody wants to hear."""

    url = ""
    version = 1

    def changes(self) -> None:
        self.version += 1

    def serve(self, connection: socket, _: Ending) -> None:
        info = {"title": "Prices", "version": str(self.version)}
        connection.sendall(answer(json.dumps(_SAID | {"info": info}).encode()))


def serve_control(__: StandIns) -> Iterator[None]:
    """All is looked at; there is something to register, run, cancel, replay, clear, save, try again, throw away."""
    with _place() as others:
        for pair in wiring.queue_map().pairs:
            _lay(pair)
        lost = _lost_document()
        _forget()
        yield
        _ask("GET", f"/docstore/documents/{lost}", status=404)
        overview_routes.check_health._known = overview_routes.check_ready._known = None
        for path in ("/health", "/ready", "/info", "/health/system", "/metrics", "/config/effective", "/jobs"):
            _ask("GET", path)
        _registry(others)
        _documents()
        _runs()
        _letters()
        _history()
        _traces()
        _ask("POST", "/demo/e2e", {}, status=503)
        for _ in range(FAILURES):
            _ask("POST", "/report/request", {"kind": "generate", "payload": {}}, status=503)
        let_time_pass("reporting")
        _ask("POST", "/report/request", {"kind": "generate", "payload": {}}, status=503)
        _ask("GET", "/jobs/recalc-quality/history")


def run_jobs(__: StandIns) -> Iterator[None]:
    """Each job; a run that begins; one that nobody drives on; a job that somebody else is at, also one replayed."""
    with _place() as others, travelling() as travel, pytest.MonkeyPatch.context() as patch:
        _register(others)
        _lost_document()
        _document("A sketch")
        begun, asked = _begin("document-analysis"), _asked_for("poll-services")
        patch.setenv("NOTIFICATION_URL", NOBODY)
        patch.setenv("LOG_COLLECTOR_URL", others.url)
        _forget()
        yield
        again = replayed_message(asked, to="runs")
        jobs_app.handler(queue_batch(message_of(begun), message_of(asked), again), LambdaContext())
        travel.go_on(timedelta(hours=1))
        for job in JOBS:
            _do(job)
        others.changes()
        _do("poll-openapi")
        for _ in range(FAILURES):
            _do("notify-consolidation")
        let_time_pass("reporting")
        _do("notify-consolidation")


def run_workflow_step(_: StandIns) -> Iterator[None]:
    """Documents are brought, looked at and forgotten again; letters are tried again; events are replayed."""
    with _place() as others, travelling() as travel:
        for pair in wiring.queue_map().pairs:
            _lay(pair)
        _register(others, name="jira-agent")
        _lost_document()
        _document("A sketch")
        runs = [
            _begin("ingestion", sources=["jira"]),
            _begin("ingestion", sources=["jira", "github"], called="github is down"),
            _begin("ingestion", sources=["confluence"], called="confluence"),
            _begin("ingestion", sources=["github"], called="github is still down"),
            _begin("document-analysis"),
            _begin("retry-dead-letters", event_type="nothing.such", called="nothing"),
            _begin("retry-dead-letters"),
            _begin("replay", event_types=["document.saved"]),
            _begin("replay", actor="key:0123456789abcdef", called="actor"),
            _begin("replay", correlation_id="tour", called="correlation"),
        ]
        _forget()
        yield
        for run in runs:
            _drive(run.subject, travel)


@contextmanager
def _place() -> Iterator["Others"]:
    """Queues, secrets, a server for all that others serve; and a peer and a reporting service that are down."""
    with ExitStack() as place:
        for name, one in template()["Resources"].items():
            if one["Type"] == "AWS::SQS::Queue":
                client("sqs").create_queue(QueueName=name)
        set_secret("peers", current=SECRET)
        others = Others()
        others.url = place.enter_context(raw_server(others.serve)).url
        patch = place.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("ORCHESTRATOR_PEERS", NOBODY)
        patch.setenv("REPORTING_URL", NOBODY)
        patch.setenv("CONFLUENCE_URL", NOBODY)
        queue_url = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
        machine = client("stepfunctions").list_state_machines()["stateMachines"][0]["stateMachineArn"]
        place.enter_context(
            told(
                queue_map=QUEUE_MAP,
                queue_url=queue_url,
                workflow_machine=machine,
                peer_secret="peers",
                sources_secret="sources",
                github_secret="github",
                github_repository="switchyard/shop",
                github_api_url=NOBODY,
                allowed_private_origins=f"{others.url},{NOBODY}",
            )
        )
        _forget()
        place.callback(_forget)
        yield others


def _forget() -> None:
    forget()
    for known in (wiring_letters.letter_ports, wiring.queue_map, wiring_runs.machines):
        known.cache_clear()
    configuration.chosen.cache_clear()
    configuration.configuration.cache_clear()


def _ask(method: str, target: str, body: Any = None, *, status: int | None = None) -> Any:
    event = api_event(method, target, body=body, authorizer=_ADMIN)
    said = control_app.handler(event, LambdaContext())
    assert said["statusCode"] == status or (status is None and said["statusCode"] < 300), said
    return json_of(said)


def _registry(others: Others) -> None:
    _register(others)
    _ask("POST", "/registry/prices/heartbeat", {})
    _ask("POST", "/registry/prices/maintenance", {"on": True})
    _ask("POST", "/registry/poll-openapi", {"service": "prices"})
    others.changes()
    _ask("POST", "/registry/poll-openapi", {"service": "prices"})
    for path in ("/registry", "/registry/prices", "/registry/prices/openapi", "/peers"):
        _ask("GET", path)
    _ask("POST", "/registry/sync-peers", {})
    _ask("POST", "/registry/replicate", {}, status=401)  # its secret is read all the same
    for job in ("poll-services", "sync-peers"):
        _ask("POST", f"/jobs/{job}", {})
    _ask("DELETE", "/registry/prices")


def _register(others: Others, *, name: str = "prices") -> None:
    _ask(
        "POST",
        "/registry/register",
        {"name": name, "base_url": others.url, "openapi_url": f"{others.url}/openapi.json", "lease_seconds": 86_400},
    )


def _documents() -> None:
    saved = _document("A camera")
    _document("A camera, boxed", document_id=saved)
    page = _ask("GET", "/docstore/documents?limit=1")
    _ask("GET", f"/docstore/documents/{page['documents'][0]['id']}")
    _ask("GET", "/ingest/findings?correlation_id=nobody", status=404)
    _ask("POST", "/summarization/suggest", {"content": "It works. It is black."})
    _ask("POST", "/jobs/notify-consolidation", {}, status=503)


def _document(content: str, *, document_id: str | None = None) -> str:
    told_of = {"content": content, "metadata": {"title": content}}
    return str(_ask("POST", "/docstore/save", told_of | ({"id": document_id} if document_id else {}))["id"])


def _lost_document() -> str:
    """Somebody has tidied up: its text is not there any more."""
    lost = _document("A lens")
    for kept in client("s3").list_objects_v2(Bucket="files", Prefix="documents/texts/")["Contents"]:
        client("s3").delete_object(Bucket="files", Key=kept["Key"])
    return lost


def _runs() -> None:
    run = _ask("POST", "/workflows/run", {"workflow": "ingestion", "correlation_id": "tour"})["run_id"]
    _ask("POST", "/ingest", {"source": "github"})
    looks = ("workflows", "workflows/history?limit=1", f"workflows/runs/{run}", "infrastructure/saga/stats")
    for path in (*looks, f"infrastructure/saga/{run}"):
        _ask("GET", f"/{path}")
    _ask("POST", f"/workflows/runs/{run}/cancel", {"reason": "for show"})
    _ask("POST", f"/workflows/runs/{run}/redrive", {})
    with travelling() as travel:
        travel.go_on(timedelta(hours=1))
        assert _ask("POST", "/jobs/resume-runs", {})["resumed"]


def _letters() -> None:
    """Each queue is looked into; what can go back does, the others are thrown away."""
    _ask("GET", "/infrastructure/dlq/stats")
    _ask("GET", "/infrastructure/dlq/letters?limit=200")
    for pair in wiring.queue_map().pairs:
        if pair.source or pair.dead == RELAY:
            assert _ask("POST", "/infrastructure/dlq/retry?limit=1", {"queue": pair.dead})["total_events"]
        else:
            _ask("POST", "/infrastructure/dlq/discard", {"queue": pair.dead, "all": True, "reason": "for show"})
    _ask("POST", "/infrastructure/dlq/retry", {}, status=202)


def _lay(pair: QueuePair) -> None:
    url = client("sqs").get_queue_url(QueueName=pair.dead)["QueueUrl"]
    now = system_clock()
    window = to_text(now - timedelta(minutes=1)), to_text(now + timedelta(minutes=1))
    letter = a_relay_failure(*window) if pair.dead == RELAY else an_event()
    client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(letter))


def _history() -> None:
    asked = ("", "?event_type=document.saved", "?actor=key:0123456789abcdef", "?correlation_id=tour", "?subject=tour")
    for query in asked:
        _ask("GET", f"/infrastructure/events/history{query}")
    page = _ask("GET", "/infrastructure/events/history?limit=1")
    _ask("GET", f"/infrastructure/events/history?limit=1&cursor={page['next_cursor']}")
    _ask("POST", "/infrastructure/events/replay", {"event_types": ["document.saved"], "dry_run": True})
    _ask("POST", "/infrastructure/events/replay", {"event_types": ["document.saved"]})
    cleared = {"event_type": "job.started", "before": page["events"][0]["time"], "reason": "noise", "confirm": "clear"}
    _ask("POST", "/infrastructure/events/clear", cleared)


def _traces() -> None:
    page = _ask("GET", "/infrastructure/events/history?limit=1")
    for path in ("stats", f"trace/{page['events'][0]['trace_id']}", "service/serve_control"):
        _ask("GET", f"/infrastructure/tracing/{path}")


def _do(job: str) -> None:
    """One for which nothing is set up here fails, and that is on record."""
    with suppress(JobFailedError):
        jobs_app.handler({"task": job}, LambdaContext())


def _asked_for(job: str) -> Event:
    """While somebody is at it."""
    jobs = LedgerJobs(wiring.ledger())
    jobs.save(jobs.get(job).requested({}, at=system_clock()).started("a" * 32, {}, at=system_clock()), a_cause())
    return next(iter(jobs.history(job)))


def _begin(workflow: str, **parameters: Any) -> Event:
    asked = {"workflow": workflow, "correlation_id": parameters.pop("called", "tour"), "parameters": parameters}
    run_id = _ask("POST", "/workflows/run", asked)["run_id"]
    return next(iter(wiring.ledger().history("SAGA", run_id)))


def _recover(service: str) -> None:
    if circuit_item(service):
        let_time_pass(service)


def _drive(run_id: str, travel: Travel) -> None:
    """As the machine does it."""
    for number in range(500):
        told_to: Mapping[str, Any] = steps_app.handler({"run_id": run_id, "round": number}, InTwoMinutes())
        if told_to["next"] in ("done", "failed"):
            return
        if seconds := told_to.get("seconds"):
            travel.go_on(timedelta(seconds=seconds))
            _recover("github")
        for step in told_to.get("steps", ()):
            steps_app.handler({"run_id": run_id, "step": step}, InTwoMinutes())
    raise AssertionError(f"run {run_id} comes to no end")
