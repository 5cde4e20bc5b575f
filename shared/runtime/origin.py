"""The origin of a URL: scheme, host and port. What could be read in two ways is not read at all."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from shared.runtime.errors import InvalidInputError

HTTPS: Final = "https"
_PORTS: Final = {"http": 80, HTTPS: 443}
_LONGEST: Final = 2_048  # characters
_LONGEST_NAME: Final = 253
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_URL: Final = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]{{2,45}}\])(?::(?P<port>[1-9][0-9]{{0,4}}))?"
    r"(?:[/?][\x21\x23-\x5b\x5d-\x7e]*)?",  # what can be seen, but for quotation marks and backslashes
    re.IGNORECASE | re.ASCII,
)
# A host that ends in a number is an IPv4 address to who calls it, in whatever spelling. Source: WHATWG URL §3.5.
_ENDS_IN_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")


@dataclass(frozen=True, slots=True)
class Origin:
    scheme: str
    host: str  # in lower case; an IPv6 address in its usual spelling, without brackets
    port: int

    @property
    def is_address(self) -> bool:
        return ":" in self.host or bool(_ENDS_IN_NUMBER.fullmatch(self.host))


def origin_of(url: str) -> Origin:
    """Raises InvalidInputError, saying what is wrong, for what is no plain http or https URL."""
    if len(url) > _LONGEST:
        raise InvalidInputError(f"the URL has more than {_LONGEST} characters")
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise InvalidInputError("the URL has a user or a password in it")
    if "#" in url:
        raise InvalidInputError("the URL has a fragment")
    found = _URL.fullmatch(url)
    if found is None:
        raise InvalidInputError(
            "the URL is not one that can be called: https://, a host in plain letters, a path, a query"
        )
    scheme = found["scheme"].lower()
    return Origin(scheme, plain_host(found["host"]), _port(found["port"], scheme))


def plain_host(text: str) -> str:
    """In the one spelling that there is of each host. Raises InvalidInputError."""
    host = text.lower().removeprefix("[").removesuffix("]")
    try:
        if ":" in host:
            return str(IPv6Address(host))
        if _ENDS_IN_NUMBER.fullmatch(host):
            return str(IPv4Address(host))
    except AddressValueError:
        raise InvalidInputError("the URL has an address in it that is not written as addresses are") from None
    if len(host) > _LONGEST_NAME:
        raise InvalidInputError("the host of the URL has too long a name")
    return host


def origins(text: str) -> frozenset[Origin]:
    """Those of a list that is separated by commas. Raises ValueError for what is an origin and more, or none."""
    return frozenset(_origin(part.strip()) for part in text.split(",") if part.strip())


def _origin(text: str) -> Origin:
    try:
        known = origin_of(text)
    except InvalidInputError:
        raise ValueError(f"{text} is no origin: scheme://host:port") from None
    if "/" in text.partition("://")[2] or "?" in text:
        raise ValueError(f"{text} is more than an origin: scheme://host:port")
    return known


def _port(text: str | None, scheme: str) -> int:
    port = int(text) if text else _PORTS[scheme]
    if port > 65_535:
        raise InvalidInputError("the URL has a port that there is not")
    return port
