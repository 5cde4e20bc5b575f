"""The sockets of the stand-ins: one port of 127.0.0.1 for each service, which can be closed and opened again."""

import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from threading import Lock, Thread
from time import sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stand_ins.control import control
from tests.stand_ins.http import CONTROL, Answer, Request
from tests.stand_ins.stand_in import StandIn
from tests.support.http_server import PatientServer

HOST = "127.0.0.1"


class Door:
    """Where one stand-in is to be found."""

    def __init__(self, stand_in: StandIn, doors: "dict[str, Door]", port: int) -> None:
        """Opens at `port`, or at a free one where it is 0 or taken. `doors` are those of all services."""
        self.stand_in = stand_in
        self.doors = doors
        self._lock = Lock()
        try:
            self._server: _Server | None = _Server(port, self)
        except OSError:
            self._server = _Server(0, self)
        self.port: int = self._server.server_address[1]
        self._listen(self._server)

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    def obey(self) -> None:
        """Be open or closed, as the settings say."""
        with self._lock:
            closed = self.stand_in.settings["faults"]["down"] == "closed"
            if closed and self._server:
                self._close(self._server)
            if not closed and not self._server:
                self._server = _Server(self.port, self)
                self._listen(self._server)

    def close(self) -> None:
        with self._lock:
            if self._server:
                self._close(self._server)

    def _close(self, server: "_Server") -> None:
        server.shutdown()
        server.server_close()
        self._server = None

    def _listen(self, server: "_Server") -> None:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()


class _Server(PatientServer):
    def __init__(self, port: int, door: Door) -> None:
        self.door = door
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to talk about; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        door = self.server.door
        request = self._request()
        if f"{request.path}/".startswith(f"{CONTROL}/"):
            self._give(self._controlled(request))
            return
        answer = door.stand_in.serve(request)
        early = answer.silent or answer.pause > 0
        if early:
            self._begin(answer)
            sleep(answer.pause)
        self._give(answer)
        if not early:
            self._begin(answer)

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def do_PATCH(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *arguments: Any) -> None:
        """The control page tells; the log is for what goes wrong."""

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )

    def _controlled(self, request: Request) -> Answer:
        door = self.server.door
        answer = control(door.stand_in, {name: one.stand_in for name, one in door.doors.items()}, request)
        for one in door.doors.values():
            one.obey()
        return answer

    @staticmethod
    def _begin(answer: Answer) -> None:
        for task in answer.afterwards:
            Thread(target=task, daemon=True).start()

    def _give(self, answer: Answer) -> None:
        if answer.silent:
            self.close_connection = True
            return
        content = answer.content()
        described = {"Content-Type": "application/json", "Content-Length": str(len(content))}
        headers = ({} if answer.status == 204 else described) | dict(answer.headers)
        with suppress(ConnectionError):  # who asked has gone; what was to be done is done
            self.send_response(answer.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
