"""A server of bytes on this machine: what it does with a connection, a test says."""

import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

from tests.support.ends import FOR_EVER

_LARGE: Final = 65_536  # bytes; bodies beyond that are left unread
Serve = Callable[[socket.socket, Event], None]  # ends when the event is set


@dataclass
class RawServer:
    url: str
    requests: list[bytes] = field(default_factory=list)  # with their bodies, where those are small


@contextmanager
def raw_server(serve: Serve) -> Iterator[RawServer]:
    """Reads each request, then lets `serve` answer it; one thread for each connection."""
    ends, threads = Event(), list[Thread]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = RawServer(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threads.append(Thread(target=_listen, args=(listener, server, serve, ends, threads)))
        threads[0].start()
        try:
            yield server
        finally:
            ends.set()
            with suppress(OSError):
                socket.create_connection(listener.getsockname(), timeout=1).close()  # wakes who listens
            for thread in threads:
                thread.join(FOR_EVER)


def _listen(listener: socket.socket, server: RawServer, serve: Serve, ends: Event, threads: list[Thread]) -> None:
    while not ends.is_set():
        connection, _ = listener.accept()
        thread = Thread(target=_converse, args=(connection, server, serve, ends))
        threads.append(thread)
        thread.start()


def _converse(connection: socket.socket, server: RawServer, serve: Serve, ends: Event) -> None:
    connection.settimeout(5)
    with connection, suppress(OSError):
        if request := read_request(connection):
            server.requests.append(request)
            serve(connection, ends)


def read_request(connection: socket.socket) -> bytes:
    """All of it: closing with something unread resets the connection, and the answer may be lost on its way."""
    request = b""
    while not _is_whole(request):
        received = connection.recv(65_536)
        if not received:
            return b""
        request += received
    return request


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: ([0-9]+)", head)
    expected = int(length[1]) if length else 0
    return bool(end) and (expected > _LARGE or len(body) >= expected)


def saying(*pieces: bytes, pause: float = 0.0) -> Serve:
    """Give these pieces, with a pause before each but the first."""

    def serve(connection: socket.socket, ends: Event) -> None:
        for number, piece in enumerate(pieces):
            if number and ends.wait(pause):
                return
            connection.sendall(piece)

    return serve


def dripping(start: bytes, drop: bytes, *, every: float) -> Serve:
    """Drop after drop, for ever."""

    def serve(connection: socket.socket, ends: Event) -> None:
        connection.sendall(start)
        until = time.monotonic() + FOR_EVER
        while not ends.wait(every) and time.monotonic() < until:
            connection.sendall(drop)

    return serve


def resetting(connection: socket.socket, _: Event) -> None:
    """The connection is torn down, not closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silent(_: socket.socket, ends: Event) -> None:
    """No answer."""
    ends.wait(FOR_EVER)


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
