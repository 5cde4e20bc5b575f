"""A server that answers as it is told to, and remembers what it was asked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Lock, Thread
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.support.http_server import PatientServer

KEY: Final = "swy_0123456789abcdef_0123456789012345678901234567890123456789012"
TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"

Said = tuple[int, Any]  # status and body: JSON values, or bytes as they are


class Asked(NamedTuple):
    what: str  # `POST /jobs/x`, as it stands in the request
    query: Mapping[str, list[str]]
    body: Any
    key: str | None


@dataclass
class Api:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)  # of every answer
    _answers: dict[str, list[Said]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def forget(self) -> None:
        for known in (self.asked, self.headers, self._answers):
            known.clear()

    def says(self, what: str, *answers: Any) -> None:
        """One after the other, the last one again and again. An answer is a body, or a status and a body."""
        self._answers[what] = [one if isinstance(one, tuple) else (200, one) for one in answers]

    def answer(self, asked: Asked) -> Said:
        with self._lock:
            self.asked.append(asked)
            known = self._answers.get(asked.what)
            if known is None:
                return problem(404, f"there is no {asked.what}")
            return known.pop(0) if len(known) > 1 else known[0]

    def bodies(self) -> list[Any]:
        """Of what was asked for that is no look."""
        return [one.body for one in self.asked if not one.what.startswith("GET")]

    def queries(self) -> list[dict[str, str]]:
        return [{name: ",".join(values) for name, values in one.query.items()} for one in self.asked]


def problem(status: int, detail: str, **more: Any) -> Said:
    return status, {"type": "about:blank", "title": "No", "status": status, "detail": detail, "trace_id": TRACE, **more}


@contextmanager
def scripted_api() -> Iterator[Api]:
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            place = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            what, query = f"{self.command} {place.path}", parse_qs(place.query)
            status, said = api.answer(Asked(what, query, body, self.headers.get("Authorization")))
            text = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in api.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_DELETE = _do  # noqa: N815 - so they are called

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
