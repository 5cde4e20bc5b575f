"""GET /healthz of the bridge: whether Redis can be asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from scripts.blackboard.bridge.channel import RedisLostError

Check = Callable[[], None]  # raises RedisLostError


def health(check: Check) -> tuple[int, dict[str, str]]:
    try:
        check()
    except RedisLostError as error:
        return 503, {"status": "unhealthy", "redis": "disconnected", "error": str(error)}
    return 200, {"status": "healthy", "redis": "connected"}


@contextmanager
def serving(host: str, port: int, check: Check) -> Iterator[int]:
    """Yields the port, which may have been 0. Raises OSError where it cannot be had."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            is_known = self.path.partition("?")[0] == "/healthz"
            status, said = health(check) if is_known else (404, {"error": "there is only /healthz"})
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nobody wants to read of it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    with Server((host, port), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
