"""A peer: another instance that is told of our services, and how far that works."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.ledger.envelope import Fact
from shared.runtime.errors import InvalidInputError
from shared.runtime.origin import origin_of

MOST_PEERS: Final = 20
LONGEST_URL: Final = 500  # characters
_FIRST_PAUSE: Final = timedelta(minutes=1)  # doubled with each failure
_LONGEST_PAUSE: Final = timedelta(hours=1)
_USUAL_PORTS: Final = {"http": 80, "https": 443}


class PeerStatus(StrEnum):
    UNKNOWN = "unknown"  # never tried
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    OURSELVES = "ourselves"  # it says that it is who we are: it is told nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    url: str
    status: PeerStatus = PeerStatus.UNKNOWN
    since: datetime | None = None
    origin: str | None = None  # what it calls itself
    last_tried: datetime | None = None
    last_seen: datetime | None = None
    last_error: str | None = None
    failures: int = 0  # in a row
    told: int = 0  # of how many services, the last time
    version: int = 0
    facts: tuple[Fact, ...] = field(default=(), repr=False)

    @property
    def next_try_at(self) -> datetime | None:
        """Not before; None for as soon as may be."""
        if not self.failures or self.last_tried is None:
            return None
        return self.last_tried + min(_FIRST_PAUSE * (1 << min(self.failures - 1, 10)), _LONGEST_PAUSE)

    def is_due(self, *, at: datetime) -> bool:
        return self.next_try_at is None or self.next_try_at <= at

    def reached(self, origin: str, told: int, *, refused: int = 0, us: str, at: datetime) -> "Peer":
        """It answered, says who it is, and has taken so many services, and refused so many."""
        error = f"it refuses {refused} of what it was told" if refused else None
        changed = replace(self, origin=origin, last_tried=at, last_seen=at, last_error=error, failures=0, told=told)
        if origin == us:
            return replace(changed, status=PeerStatus.OURSELVES, since=at, told=0)
        fact = Fact(type="peer.reachable", time=at, data={"url": self.url, "origin": origin})
        return changed._in(PeerStatus.REACHABLE, fact, at)

    def missed(self, error: str, *, at: datetime) -> "Peer":
        changed = replace(self, last_tried=at, last_error=error, failures=self.failures + 1)
        fact = Fact(type="peer.unreachable", time=at, data={"url": self.url, "error": error})
        return changed._in(PeerStatus.UNREACHABLE, fact, at)

    def _in(self, status: PeerStatus, fact: Fact, at: datetime) -> "Peer":
        """Only another status is news."""
        if status is self.status:
            return self
        return replace(self, status=status, since=at, facts=(*self.facts, fact))


def peer_urls(wanted: Sequence[str], *, own_urls: Collection[str]) -> tuple[str, ...]:
    """Each peer once, in its plain spelling, and none of them ourselves. Raises InvalidInputError."""
    ours = {plain_url(url) for url in own_urls if url}
    found = [url for url in dict.fromkeys(map(plain_url, wanted)) if url not in ours]
    if len(found) > MOST_PEERS:
        raise InvalidInputError(f"there may be {MOST_PEERS} peers at most")
    return tuple(found)


def plain_url(url: str) -> str:
    """In the one spelling of it, without a slash at its end. Raises InvalidInputError."""
    if len(url) > LONGEST_URL or "?" in url:
        raise InvalidInputError(f"the URL of a peer has no query, and {LONGEST_URL} characters at most")
    origin = origin_of(url)
    path = url.partition("://")[2].partition("/")[2].rstrip("/")
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    port = "" if origin.port == _USUAL_PORTS[origin.scheme] else f":{origin.port}"
    return f"{origin.scheme}://{host}{port}" + (f"/{path}" if path else "")
