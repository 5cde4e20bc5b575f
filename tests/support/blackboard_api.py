"""A small server that answers as the blackboard's API does, as far as an agent sees it; what it does, a test says."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from threading import Condition, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from tests.support.http_server import PatientServer

KEY = "swy_0123456789abcdef_" + "k" * 43
Answer = tuple[int, dict[str, Any]]


@dataclass
class Fault:
    """Answers the next `times` requests to a place instead; `is_done` does first what was asked for."""

    place: str
    status: int
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    is_done: bool = False


@dataclass
class BlackboardApi:
    """`work` are the items that are told of; a granted one is told of until it is answered, given back or lost."""

    url: str = ""
    lease: float = 600.0  # seconds
    work: dict[str, dict[str, Any]] = field(default_factory=dict)  # by claim
    calls: list[tuple[str, str]] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)  # each time something is posted
    artefacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    bids: dict[str, str] = field(default_factory=dict)
    beats: list[str] = field(default_factory=list)
    releases: dict[str, str] = field(default_factory=dict)
    payloads: dict[str, str] = field(default_factory=dict)  # of artefacts that are told of without
    faults: list[Fault] = field(default_factory=list)
    is_well: bool = True
    answers_late: float = 0.0  # seconds that a list of work is on its way
    changed: Condition = field(default_factory=Condition)

    def grant(self, claim_type: str = "exclusive", **more: Any) -> str:
        """The claim's id."""
        claim_id = str(uuid4())
        item = {
            "kind": "grant",
            "claim_id": claim_id,
            "claim_type": claim_type,
            "rework": False,
            "lease_until": self.until(),
            "target_artefact": artefact(type="GoalDefined", payload="A camera shop"),
            "context_chain": [],
        }
        self._tell(claim_id, item | more)
        return claim_id

    def ask(self, **more: Any) -> str:
        """For a bid."""
        claim_id = str(uuid4())
        self._tell(
            claim_id,
            {
                "kind": "bid",
                "claim_id": claim_id,
                "until": self.until(),
                "target_artefact": artefact(type="Draft"),
                **more,
            },
        )
        return claim_id

    def lose(self, claim_id: str) -> None:
        with self.changed:
            del self.work[claim_id]

    def until(self) -> str:
        return (datetime.now(UTC) + timedelta(seconds=self.lease)).isoformat()

    def _tell(self, claim_id: str, item: dict[str, Any]) -> None:
        with self.changed:
            self.work[claim_id] = item
            self.changed.notify_all()

    # What follows is asked by agents.

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> Answer:
        match method, path.strip("/").split("/"):
            case "GET", ["blackboard", "work"]:
                return self._work(float(query["wait"][0]))
            case "GET", ["blackboard", "artefacts", known]:
                return 200, artefact(id=known, payload=self.payloads[known])
            case "POST", ["blackboard", "artefacts"]:
                return self._post(body)
            case "POST", ["blackboard", "claims", claim_id, deed]:
                return self._claim(claim_id, deed, body)
        return 404, {"detail": "there is no such place"}

    def _work(self, wait: float) -> Answer:
        until = time.monotonic() + min(wait, 2.0)
        with self.changed:
            while not self.work and time.monotonic() < until:
                self.changed.wait(0.05)
            found = list(self.work.values())
        time.sleep(self.answers_late)
        return 200, {"work": found}

    def _post(self, body: dict[str, Any]) -> Answer:
        self.posts.append(body)
        if known := self.artefacts.get(body["id"]):
            return (200, known) if known == body else (409, {"detail": "something else has this id"})
        if body["claim_id"] not in self.work:
            return 409, {"detail": "no live grant"}
        self.artefacts[body["id"]] = body
        del self.work[body["claim_id"]]
        return 201, body

    def _claim(self, claim_id: str, deed: str, body: dict[str, Any]) -> Answer:
        if claim_id not in self.work:
            return 409, {"detail": "no live grant"}
        if deed == "heartbeat":
            self.beats.append(claim_id)
            return 200, {"lease_until": self.until()}
        if deed == "bids":
            self.bids[claim_id] = body["bid"]
        if deed == "release":
            self.releases[claim_id] = body["reason"]
        del self.work[claim_id]
        return 200, {"id": claim_id}


def artefact(**more: Any) -> dict[str, Any]:
    known = {
        "id": str(uuid4()),
        "instance": "tests",
        "version": 1,
        "structural_type": "Standard",
        "type": "Draft",
        "payload": "",
        "source_artefacts": [],
        "produced_by_role": "user",
    }
    return known | more


class _Handler(BaseHTTPRequestHandler):
    api: BlackboardApi  # each server has a class of its own

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def _serve(self, method: str) -> None:
        where, body = urlsplit(self.path), self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.api.calls.append((method, where.path))
        if where.path == "/healthz":
            self._say(200 if self.api.is_well else 503, {"status": "healthy" if self.api.is_well else "unhealthy"})
        elif self.headers.get("Authorization") != f"Bearer {KEY}":
            self._say(401, {"detail": "a key is needed"})
        else:
            query = parse_qs(where.query)
            assert query["instance"] == ["tests"]
            self._answer(method, where.path, query, json.loads(body or b"{}"))

    def _answer(self, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> None:
        fault = next((one for one in self.api.faults if one.times and one.place in path), None)
        if fault is None:
            return self._say(*self.api.answer(method, path, query, body))
        if fault.is_done:
            self.api.answer(method, path, query, body)
        fault.times -= 1
        return self._say(fault.status, {"detail": "as the test wants it"}, fault.headers)

    def _say(self, status: int, told: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Tests say what they want to know."""

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # agents end when they like
            self.close_connection = True


class _Server(PatientServer):
    block_on_close = False


@contextmanager
def blackboard_api() -> Iterator[BlackboardApi]:
    api = BlackboardApi()
    handler = type("Handler", (_Handler,), {"api": api})
    with _Server(("127.0.0.1", 0), handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield api
        server.shutdown()
