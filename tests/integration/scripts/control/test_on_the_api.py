"""The commands against the functions that answer them: what is asked is understood, and what is answered is shown."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any, Final

import pytest

from functions.serve_control import app as serve_control
from tests.integration.scripts.control.api import KEY
from tests.integration.scripts.control.conftest import Done, Run
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext, api_event
from tests.support.http_server import PatientServer
from tests.support.in_process import QUEUE_MAP, aws_in_process, client, queue_map
from tests.support.outside import forget_connections
from tests.support.told import told

DEAD: Final = "NotionDeadLetters"
ADMIN: Final = {"principalId": "key:0123456789abcdef", "role": "admin"}


@contextmanager
def serving() -> Iterator[str]:
    """As API Gateway hands requests over."""

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode() or None
            event = api_event(self.command, self.path, body=body, headers=dict(self.headers), authorizer=ADMIN)
            with redirect_stdout(io.StringIO()):  # its log; who asks is waiting
                answer = serve_control.handler(event, LambdaContext())
            text = answer["body"].encode()
            self.send_response(answer["statusCode"])
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _do  # noqa: N815 - so they are called

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    with PatientServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            forget_connections()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with aws_in_process(), serving() as url, told(queue_map=QUEUE_MAP, allowed_private_origins=url):
        forget()
        for dead, source in queue_map()["dead"].items():
            for name in filter(None, (dead, source)):
                client("sqs").create_queue(QueueName=name)
        yield url
        forget()


@pytest.fixture
def ask(run: Run, address: str) -> Run:
    """What is done well; its code is told where it is not."""

    def asked(typed: str, *more: str, code: int = 0) -> Done:
        done = run(*typed.split(), *more, "--api", address)
        assert done.returncode == code, done.stderr
        return done

    return asked


def test_services_come_and_go(ask: Run, address: str) -> None:
    assert "docs" in ask(f"services register docs {address} --lease 600 --metadata team=a").stdout
    assert "healthy" in ask("services list").stdout or "unknown" in ask("services list").stdout
    for typed in ("show docs", "heartbeat docs", "maintenance docs on", "openapi docs", "peers"):
        ask(f"services {typed}")
    assert "maintenance" in ask("services list --status maintenance").stdout
    ask("services poll-openapi")
    ask("services sync-peers")
    assert ask("services deregister docs").stdout == "docs is off the list\n"
    ask("services show docs", code=4)


def test_workflows_run_and_are_cancelled_and_redriven(ask: Run) -> None:
    listed = json.loads(ask("workflows list --json").stdout)["workflows"]
    assert all(name in ask("workflows list").stdout for name in listed)
    for name in listed:
        ask(f"workflows show {name}")
    typed = "workflows run replay --param event_types=listing --param rate=5 --param dry=1 --correlation-id again"
    assert "dry" in ask(typed, code=4).stderr
    typed = typed.replace(" --param dry=1", "")
    started = ask(typed).stdout
    run_id = started.split()[-1]
    assert ask(typed).stdout == f"replay was started before: run {run_id}\n"
    assert run_id in ask("runs list --workflow replay --correlation-id again --since 1d").stdout
    assert "event_types=listing" in ask(f"runs show {run_id}").stdout
    assert ask(f"runs cancel {run_id}", "--reason", "not now").stdout.endswith("not now\n")
    assert ask(f"runs watch {run_id}", code=1).stdout.splitlines()[-1].startswith("the run is compensated")
    assert ask(f"runs redrive {run_id}").stdout.split()[1] != run_id
    assert "by workflow  replay=" in ask("runs stats").stdout


def test_dead_letters_are_looked_at_and_thrown_away(ask: Run) -> None:
    url = client("sqs").get_queue_url(QueueName=DEAD)["QueueUrl"]
    client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"what": "a letter"}))
    assert DEAD in ask("dead-letters stats").stdout
    assert "RelayFailureQueue" not in ask("dead-letters stats").stdout
    listed = json.loads(ask(f"dead-letters list --queue {DEAD} --json").stdout)
    (letter,) = listed["letters"]
    assert letter["letter_id"] in ask(f"dead-letters list --queue {DEAD}").stdout
    ask(f"dead-letters retry --queue {DEAD} --dry-run")
    typed = f"dead-letters discard --queue {DEAD} --letter {letter['letter_id']} --reason nothing --yes"
    assert ask(typed).stdout == "1 are thrown away\n"


def test_events_are_listed_replayed_and_cleared(ask: Run, address: str) -> None:
    ask(f"services register logs {address}")
    listed = ask("events list --type service.registered").stdout
    assert "service:logs:1" in listed
    trace = json.loads(ask("events list --subject service:logs --json").stdout)["events"][0]["trace_id"]
    assert trace in ask(f"traces show {trace}").stdout
    assert "  service.registered" in ask("replay --type service --to log --dry-run").stdout
    run_id = ask("replay --type service --to log --name again").stdout.split()[-1]
    assert run_id in ask(f"replay --cancel {run_id}").stdout
    ask("events clear --before 0s --type service --reason test --confirm")
    assert ask("events list --type service.registered").stdout == "there are no such events\n"
    assert "service:logs:1" in ask("events list --type service.registered --include-cleared").stdout


def test_what_happens_is_followed(ask: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scripts.control.tailing.time.sleep", stop)
    ask("events tail --type service")
    ask("events tail --since 1h --json")


def test_traces_jobs_and_health_are_shown(ask: Run) -> None:
    ask("traces stats --since 1h")
    ask("traces service serve_control --errors --since 1h")
    listed = json.loads(ask("jobs list --json").stdout)["jobs"]
    for job in listed:
        assert job["name"] in ask("jobs list").stdout
        ask(f"jobs history {job['name']}")
    ask("jobs run resume-runs")
    assert "job.completed" in ask("jobs history resume-runs").stdout
    assert "status" in ask("health").stdout
    ask("health --system")
    assert KEY not in ask("health --system --json").stdout
