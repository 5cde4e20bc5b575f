"""A cable to a server, which can be cut, plugged in again, gone dead, or wrapped in TLS."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Final

from tests.support.ends import FOR_EVER

_SSL_REQUEST: Final = bytes.fromhex("0000000804d2162f")  # how a client of Postgres asks for TLS; "S" is yes


class Cable:
    """Listens on 127.0.0.1. `context`: for TLS on the near side; Postgres talks a little before it begins."""

    def __init__(
        self, far_end: tuple[str, int], *, context: ssl.SSLContext | None = None, asks_first: bool = False
    ) -> None:
        self._far_end = far_end
        self._context = context
        self._asks_first = asks_first
        self._door = _listening(0)
        self.port: int = self._door.getsockname()[1]
        self._ends: list[socket.socket] = []
        self.is_dead = False  # takes everything, and carries nothing
        self.has_lost_one = False
        self.answers_left: int | None = None  # so many are brought back; the next is lost with its connection
        self.used = 0  # how many came
        Thread(target=self._serve, args=[self._door], daemon=True).start()

    def cut(self) -> None:
        """Who is connected is thrown out, and who comes is refused."""
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.jolt()

    def jolt(self) -> None:
        """Who is connected is thrown out; who comes again is let in."""
        while self._ends:
            _close(self._ends.pop())

    def mend(self) -> None:
        self.is_dead = False
        self._door = _listening(self.port)
        Thread(target=self._serve, args=[self._door], daemon=True).start()

    def _serve(self, door: socket.socket) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            self.used += 1
            Thread(target=self._connect, args=[near], daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        with suppress(OSError):  # ssl.SSLError is one; the client's part of the test says what it made of it
            wrapped = self._wrap(near)
            far = socket.create_connection(self._far_end, timeout=FOR_EVER)
            far.settimeout(None)
            self._ends += [wrapped, far]
            Thread(target=self._carry, args=[far, wrapped], kwargs={"back": True}, daemon=True).start()
            self._carry(wrapped, far)
            return
        _close(near)

    def _wrap(self, near: socket.socket) -> socket.socket:
        if self._context is None:
            return near
        if self._asks_first:
            if near.recv(8, socket.MSG_WAITALL) != _SSL_REQUEST:
                raise OSError("it was not asked for TLS")
            near.sendall(b"S")
        return self._context.wrap_socket(near, server_side=True)

    def _carry(self, one: socket.socket, other: socket.socket, *, back: bool = False) -> None:
        with suppress(OSError):
            while (carried := one.recv(65_536)) and not (back and self._is_lost()):
                if not self.is_dead:
                    other.sendall(carried)
        _close(one)
        _close(other)

    def _is_lost(self) -> bool:
        if self.answers_left is None:
            return False
        self.answers_left -= 1
        if self.answers_left >= 0:
            return False
        self.answers_left, self.has_lost_one = None, True
        return True


@contextmanager
def cable(
    far_end: tuple[str, int], *, context: ssl.SSLContext | None = None, asks_first: bool = False
) -> Iterator[Cable]:
    laid = Cable(far_end, context=context, asks_first=asks_first)
    try:
        yield laid
    finally:
        laid.cut()


def _listening(port: int) -> socket.socket:
    return socket.create_server(("127.0.0.1", port), backlog=64)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
