"""A server that answers as the blackboard's API does, as far as the command asks, and remembers what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from tests.support.http_server import PatientServer

KEY: Final = "swy_0123456789abcdef_test"
TIME: Final = "2026-11-20T12:00:00.000000Z"
_PAGE: Final = 2  # small, so that there are several

Answer = tuple[int, Any]


@dataclass
class Api:
    """`refusals`: what is answered first, one request after the other."""

    url: str = ""
    settings: dict[str, Any] = field(default_factory=lambda: {"max_review_iterations": 3, "bidding_seconds": 30})
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    artefacts: list[dict[str, Any]] = field(default_factory=list)  # the newest first
    claims: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)  # method, path, body
    refusals: list[Answer] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def changes(self) -> list[tuple[str, str, Any]]:
        """What was asked that is no look."""
        return [one for one in self.asked if one[0] != "GET"]

    def answer(self, method: str, path: list[str], query: dict[str, list[str]], body: Any) -> Answer:
        if self.refusals:
            return self.refusals.pop(0)
        if method == "GET":
            return self._listed(path[0], query) if len(path) == 1 else self._looked_at(path, query)
        return self._posted(path, body) if method == "POST" else self._put(method, path, body)

    def _listed(self, name: str, query: dict[str, list[str]]) -> Answer:
        match name:
            case "events":
                return 200, self._events(query)
            case "agents":
                return 200, {"agents": list(self.agents.values())}
            case "instance":
                return 200, {"name": query["instance"][0], "settings": self.settings, "version": 1}
            case _:
                return 200, self._page(name, query)

    def _looked_at(self, path: list[str], query: dict[str, list[str]]) -> Answer:
        match path:
            case [name, known]:
                return self._one(getattr(self, name), known)
            case ["artefacts", known, "lineage"]:
                return 200, {"artefacts": self._lineage(known, query["direction"][0]), "truncated": False}
            case _:
                about = [one for one in self.events if one["data"].get("claim_id") == path[1]]
                return 200, _cut("events", about, query)

    def _put(self, method: str, path: list[str], body: Any) -> Answer:
        if method == "DELETE":
            return 200, {"removed": self.agents.pop(path[1], None) is not None}
        if path == ["instance"]:
            self.settings = body
            return 200, {"settings": body}
        self.agents[path[1]] = agent(path[1], **body)
        return 201, self.agents[path[1]] | {"webhook_secret": _secret(body)}

    def _posted(self, path: list[str], body: Any) -> Answer:
        if path == ["artefacts"]:
            self.artefacts.insert(0, artefact(**body))
            return 201, self.artefacts[0]
        _, known, what = path
        if what == "answer":
            return 201, artefact(id=str(UUID(int=9)), type="Answer", payload=body["text"])
        status = "terminated" if what == "terminate" else "complete"
        changed = {"status": status, "termination_reason": body.get("reason")}
        return 200, self._one(self.claims, known)[1] | changed

    def _events(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """What happened up to now; the cursor is how many of them were shown."""
        since, until = query.get("since", [""])[0], query.get("until", ["9"])[0]
        place = int(query["cursor"][0]) if "cursor" in query else 0
        page = self.events[place : place + _PAGE]
        shown = [one for one in page if since <= one["time"] <= until]
        return {"events": shown, "next_cursor": str(place + len(page))}

    def _page(self, name: str, query: dict[str, list[str]]) -> dict[str, Any]:
        return _cut(name, [one for one in getattr(self, name) if _fits(one, query)], query)

    def _one(self, known: list[dict[str, Any]], wanted: str) -> Answer:
        found = [one for one in known if one["id"] == wanted]
        return (200, found[0]) if found else (404, {"title": "Not Found", "detail": f"there is no {wanted}"})

    def _lineage(self, known: str, direction: str) -> list[dict[str, Any]]:
        if direction == "up":
            sources = self._one(self.artefacts, known)[1]["source_artefacts"]
            return [one for one in self.artefacts if one["id"] in sources]
        return [one for one in self.artefacts if known in one["source_artefacts"]]


def _cut(name: str, found: list[dict[str, Any]], query: dict[str, list[str]]) -> dict[str, Any]:
    place = int(query["cursor"][0]) if "cursor" in query else 0
    following = str(place + _PAGE) if place + _PAGE < len(found) else None
    return {name: found[place : place + _PAGE], "next_cursor": following}


def _fits(one: dict[str, Any], query: dict[str, list[str]]) -> bool:
    names = {"role": "produced_by_role", "status": "status", "waits_for": "waits_for", "type": "type"}
    return all(one.get(names[name]) in values for name, values in query.items() if name in names)


def _secret(body: dict[str, Any]) -> str | None:
    return "whsec_abc" if body.get("delivery") == "webhook" else None


def agent(name: str, **other: Any) -> dict[str, Any]:
    return {
        "name": name,
        "role": name,
        "bidding_strategy": None,
        "target_types": [],
        "capacity": 1,
        "delivery": "poll",
        "url": None,
        "queue": None,
        "working_on": [],
        "queue_length": 0,
    } | other


def artefact(**other: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "structural_type": "Standard",
        "type": "Draft",
        "payload": "text",
        "payload_size": len(str(other.get("payload", "text"))),
        "version": 1,
        "summary": None,
        "source_artefacts": [],
        "produced_by_role": "user",
        "produced_by": "key:0123456789abcdef",
        "claim_id": None,
        "created_at": TIME,
    }
    return {"logical_id": other["id"]} | known | other


def claim(**other: Any) -> dict[str, Any]:
    return {
        "artefact_id": str(UUID(int=1)),
        "artefact_type": "Draft",
        "structural_type": "Standard",
        "status": "pending_review",
        "waits_for": "work",
        "asks_for": None,
        "question": None,
        "termination_reason": None,
        "phase_state": {"all_bids": {}},
        "invited": [],
        "grants": [],
        "deadline_at": None,
        "created_at": TIME,
    } | other


@contextmanager
def blackboard_api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            place = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = [unquote(step) for step in place.path.removeprefix("/blackboard/").split("/")]
            with api.lock:
                api.asked.append((self.command, "/".join(path), body))
                status, said = api.answer(self.command, path, parse_qs(place.query), body)
            if self.headers.get("Authorization") != f"Bearer {KEY}":
                status, said = 401, {"title": "Unauthorized", "detail": "a valid API key or signature is needed"}
            text = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _do  # noqa: N815 - so they are called

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    with PatientServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
