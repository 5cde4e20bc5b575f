"""Where a sink's provider is, where in it things go, and what says who we are: all that a sink is set up with.

The module of a sink is named as the sink, with `_` for `-`, and has beside its class: `CREDENTIALS`, what a secret has
to say, in one of these ways; `locate(place)`, the provider's address with our credential; `build(service, place)`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol, cast

from shared.runtime.clock import Clock
from shared.runtime.http import Address, Locate, Send, Service
from shared.runtime.oauth import Credential, Grants
from shared.sinks.options import Options
from shared.sinks.sink import Sink


class Secret(Protocol):
    def __call__(self, *, fresh: bool = False) -> Mapping[str, Any]:
        """`fresh` after what it said was refused. Raises DependencyError."""


def _say_nothing(_: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`target` is the data source, calendar, shop, channel or chat. An empty address stands for the provider's own."""

    target: str
    parent: str = ""  # Notion's database, where the data source is to be looked up
    api_url: str = ""
    token_url: str = ""  # Google's
    currency: str  # of amounts that say none
    options: Options
    secret: Secret = field(repr=False)
    send: Send
    clock: Clock
    warn: Callable[[str], None] = _say_nothing  # of what works and should be seen to

    def is_complete(self) -> bool:
        return bool(self.target or self.parent)

    def credential(self, service: str, url: str, grants: Grants) -> Credential:
        return Credential(service, url, grants, send=self.send, clock=self.clock)


class SinkModule(Protocol):
    CREDENTIALS: tuple[tuple[str, ...], ...]

    def locate(self, place: Place) -> Locate: ...
    def build(self, service: Service | None, place: Place) -> Sink: ...


def module_of(name: str) -> SinkModule:
    """Loaded when it is needed: a function serves one sink."""
    return cast(SinkModule, import_module(f"shared.sinks.{name.replace('-', '_')}"))


def has_credential(name: str, secret: Mapping[str, Any]) -> bool:
    return any(all(secret.get(part) for part in parts) for parts in module_of(name).CREDENTIALS)


def with_token(place: Place, url: str, *, part: str, header: str = "Authorization", scheme: str = "") -> Locate:
    """A token that stands in the secret as it is shown to the provider."""

    def locate(*, fresh: bool = False) -> Address:
        token = str(place.secret(fresh=fresh).get(part, "")).strip()
        return Address(url=url.rstrip("/"), headers={header: f"{scheme} {token}".strip()})

    return locate
