"""What the registry stands on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Protocol

from shared.control.registry.peer_store import Peers
from shared.control.registry.seen import Seen
from shared.control.registry.store import Services
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.http import Send
from shared.runtime.signed import Secrets


class Files(Protocol):
    """Every method may raise DependencyError."""

    def put(self, key: str, content: bytes, content_type: str) -> None: ...
    def download(self, key: str, to: IO[bytes]) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`origin` is who we are to our peers; `own_urls` are addresses of ours that need no telling."""

    services: Services
    seen: Seen
    peers: Peers
    files: Files
    check: Callable[[str], None]  # a URL that callers choose: see UrlGuard.check
    send: Send  # through the guard
    secrets: Secrets  # what peers sign with
    origin: str
    wanted_peers: tuple[str, ...] = ()
    own_urls: tuple[str, ...] = ()
    clock: Clock
    pause: Pause
