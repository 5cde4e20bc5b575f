"""Connections to addresses that were checked, and to no others."""

import ssl
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore
import httpx

from shared.runtime.deadline import transport

MOST_TRIED: Final = 2  # addresses of one host

Addresses = Callable[[str, int], list[str]]


def guarded_transport(addresses: Addresses, trust: ssl.SSLContext | None) -> httpx.HTTPTransport:
    return transport(over=lambda inner: _Guarded(inner, addresses), trust=trust)


class _Guarded(httpcore.NetworkBackend):
    """All that is under the client: whatever it takes the host of a URL to be, that host is looked at here."""

    def __init__(self, inner: httpcore.NetworkBackend, addresses: Addresses) -> None:
        self._inner = inner
        self._addresses = addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        tried = self._addresses(host, port)[:MOST_TRIED]
        for address in tried[:-1]:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._inner.connect_tcp(tried[-1], port, timeout, local_address, socket_options)
