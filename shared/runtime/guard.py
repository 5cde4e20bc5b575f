"""URLs that a caller may choose: they lead to the public internet, or nowhere.

What is checked is what is called: the addresses of the name are looked up for each connection, all of them are to be
public, and the connection is made to one of these, without another look. It speaks to its name all the same.
"""

import ssl
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from shared.runtime import http
from shared.runtime.errors import DependencyError, InvalidInputError
from shared.runtime.http import Answer, Call, NotSentError
from shared.runtime.name_lookup import Resolve, UnknownNameError, look_up
from shared.runtime.origin import HTTPS, Origin, origin_of, plain_host
from shared.runtime.public_address import is_public

if TYPE_CHECKING:
    import httpx

_PORT: Final = 443


class UnknownHostError(InvalidInputError):
    """There is no such host."""


class UrlGuard:
    """`allowed` are the origins that may be private, each as it is: neither their hosts nor other ports of them."""

    def __init__(
        self, allowed: Collection[Origin] = (), *, resolve: Resolve = look_up, trust: ssl.SSLContext | None = None
    ) -> None:
        self._allowed = frozenset(allowed)
        self._resolve = resolve
        self._trust = trust  # whose certificates; None for who is usually trusted

    def check(self, url: str) -> None:
        """Raises InvalidInputError, saying why, where it may not be called; DependencyError where nobody can tell."""
        origin = self._spelled(url)
        try:
            self._addresses(origin.host, origin.port, is_allowed=origin in self._allowed)
        except UnknownNameError:
            raise UnknownHostError("there is no such host as the URL has") from None

    def send_guarded(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        """As `http.send`."""
        try:
            self._spelled(url)
        except InvalidInputError as error:
            raise NotSentError(f"may not be called: {error}") from None
        return http.send_over(lambda: self._client, url, call, headers)

    def addresses(self, host: str, port: int) -> list[str]:
        """Where to connect to for a host, each of them checked. Raises NotSentError."""
        try:
            name = plain_host(host)
            is_allowed = any((one.host, one.port) == (name, port) for one in self._allowed)
            return self._addresses(name, port, is_allowed=is_allowed)
        except InvalidInputError as error:
            raise NotSentError(f"may not be called: {error}") from None
        except UnknownNameError:
            raise NotSentError("cannot be reached: there is no such host") from None
        except DependencyError as error:
            raise NotSentError(f"cannot be reached: {error}") from None

    def _spelled(self, url: str) -> Origin:
        """Raises InvalidInputError."""
        origin = origin_of(url)
        if origin in self._allowed:
            return origin
        if origin.scheme != HTTPS:
            raise InvalidInputError("the URL has to begin with https://")
        if origin.port != _PORT:
            raise InvalidInputError(f"the URL has another port than {_PORT}")
        if not origin.is_address and "." not in origin.host:
            raise InvalidInputError("the host of the URL is no whole name, with its domain")
        return origin

    def _addresses(self, host: str, port: int, *, is_allowed: bool) -> list[str]:
        """Raises InvalidInputError, UnknownNameError, DependencyError."""
        found = [host] if Origin(HTTPS, host, port).is_address else list(self._resolve(host, port))
        if not found:
            raise UnknownNameError
        if not is_allowed and not (port == _PORT and all(map(is_public, found))):
            raise InvalidInputError("the URL leads to an address that is not of the public internet")
        return found

    @cached_property
    def _client(self) -> "httpx.Client":
        from shared.runtime.guarded import guarded_transport

        return http.client_over(guarded_transport(self.addresses, self._trust))
