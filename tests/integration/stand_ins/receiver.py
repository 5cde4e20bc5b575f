"""The other end of the webhooks: takes what it is sent and answers as it is told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

from tests.support.ends import FOR_EVER
from tests.support.http_server import PatientServer


@dataclass(frozen=True, kw_only=True)
class Received:
    path: str
    headers: dict[str, str]  # names in lower case
    content: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.content)


@dataclass
class Receiver:
    """`statuses` are given one after the other, then 200; with a `barrier` calls wait for each other."""

    address: str
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    barrier: Barrier | None = None
    met: int = 0  # calls that were here at once

    @property
    def paths(self) -> list[str]:
        return [one.path for one in self.received]

    def take(self, one: Received) -> int:
        self.received.append(one)
        if self.barrier:
            self._meet(self.barrier)
        return self.statuses.pop(0) if self.statuses else 200

    def _meet(self, barrier: Barrier) -> None:
        try:
            barrier.wait(FOR_EVER)
        except BrokenBarrierError:
            return
        self.met += 1


@contextmanager
def listening() -> Iterator[Receiver]:
    with PatientServer(("127.0.0.1", 0), _Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
        server.receiver = receiver  # type: ignore[attr-defined]
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield receiver
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        self.send_response(receiver.take(Received(path=self.path, headers=headers, content=content)))
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""
