"""Connections on which a whole request ends at one moment, however many waits are in it.

httpx bounds each read for itself: an answer that trickles in, a byte at a time, would never end.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore
import httpx

Over = Callable[[httpcore.NetworkBackend], httpcore.NetworkBackend]

_request: Final = threading.local()


def until(ends: float) -> None:
    """The request that this thread makes next ends then (`time.monotonic`)."""
    _request.ends = ends


def transport(over: Over | None = None, trust: ssl.SSLContext | None = None) -> httpx.HTTPTransport:
    """No connection is used twice: one that the other side is about to close leaves it in doubt what was done, and
    those of a function that was frozen are mostly dead.

    `over` is put between what connects and this; `trust`: whose certificates, None for the usual ones.
    """
    once = httpx.Limits(max_keepalive_connections=0)
    made = httpx.HTTPTransport(trust_env=False, limits=once, verify=True if trust is None else trust)
    pool: Any = made._pool  # httpcore lets a backend be chosen, httpx does not hand that on
    connects = pool._network_backend
    pool._network_backend = _Backend(over(connects) if over else connects)
    return made


def _left(timeout: float | None, late: type[Exception]) -> float:
    left: float = _request.ends - time.monotonic()
    if left <= 0:
        raise late("the time is over")
    return left if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *how: Any, **more: Any) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(*how, **more))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
