"""GET /healthz on this machine: whether the agent reaches the API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from scripts.agent.api import Api
from scripts.agent.settings import SetupError

_LIMIT: Final = 3.0  # seconds for the API to answer


@contextmanager
def serving_health(port: int, api: Api) -> Iterator[int]:
    """The port. Raises SetupError where it is taken."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5.0

        def do_GET(self) -> None:
            if self.path.partition("?")[0] == "/healthz":
                self._say(*_health(api))
            else:
                self._say(404, {"error": "there is only /healthz"})

        def _say(self, status: int, told: dict[str, str]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Who asks is not told."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise SetupError(f"--health-port {port}: {error.strerror or error}") from None
    with server:
        Thread(target=server.serve_forever, name="health", daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def _health(api: Api) -> tuple[int, dict[str, str]]:
    if error := api.trouble(limit=_LIMIT):
        return 503, {"status": "unhealthy", "api": "disconnected", "error": error}
    return 200, {"status": "healthy", "api": "connected"}
