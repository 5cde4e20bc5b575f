"""The composition root of the registry."""

import time
from functools import cache
from typing import TYPE_CHECKING

from shared.runtime.clock import system_clock
from shared.runtime.configuration import configuration, listed
from shared.runtime.errors import DependencyError
from shared.runtime.settings import settings
from shared.runtime.wiring import files, ledger, secret, service, state, url_guard, with_key

if TYPE_CHECKING:
    from shared.control.registry.peer_store import LedgerPeers
    from shared.control.registry.ports import Ports
    from shared.control.registry.seen import Seen
    from shared.control.registry.store import LedgerServices
    from shared.runtime.http import Service
    from shared.runtime.signed import SignedMessages


@cache
def services() -> "LedgerServices":
    from shared.control.registry.store import LedgerServices

    return LedgerServices(ledger())


def registered(name: str) -> str:
    """The address of a service that is registered here under this name; empty where none is. Raises DependencyError.

    Of one that a peer told us of there is none: keys go there, and who gets those is decided here.
    """
    known = services().get_many([name]).get(name)
    return known.said.base_url if known and known.is_registered and known.via is None else ""


def service_at(name: str, url: str) -> "Service | None":
    """The service at the address that is configured, else the one that is registered under its name, if any."""
    address = url or registered(name)
    return service(name, with_key(name, address), send=url_guard().send_guarded) if address else None


def seen() -> "Seen":
    from shared.control.registry.seen import Seen

    return Seen(state())


def peers() -> "LedgerPeers":
    from shared.control.registry.peer_store import LedgerPeers

    return LedgerPeers(ledger(), state=state())


def origin() -> str:
    """Who we are to peers: all functions of a stack say the same, and no two stacks do, in whatever account."""
    name, _, unique = settings().stack_id.partition("/")[2].partition("/")
    return configuration().instance_name or f"{name or settings().ledger_table}-{unique[:8]}".rstrip("-")


def registry() -> "Ports":
    """Raises ValueError where the settings do not fit together."""
    from shared.control.registry.ports import Ports

    return Ports(
        services=services(),
        seen=seen(),
        peers=peers(),
        files=files(),
        check=url_guard().check,
        send=url_guard().send_guarded,
        secrets=peer_secrets,
        origin=origin(),
        wanted_peers=listed(configuration().orchestrator_peers),
        own_urls=(settings().public_url,) if settings().public_url else (),
        clock=system_clock,
        pause=time.sleep,
    )


def peer_secrets(*, fresh: bool = False) -> list[bytes]:
    """What peers sign with, current and previous; `fresh` after they were refused."""
    from shared.runtime.signatures import secret_bytes

    arn = settings().peer_secret
    kept = secret(arn, "json")(fresh=fresh) if arn else {}
    try:
        return [secret_bytes(kept[name]) for name in ("current", "previous") if kept.get(name)]
    except ValueError as error:
        raise DependencyError(f"PeerSecret is none: {error}") from error


def peer_messages() -> "SignedMessages":
    from shared.runtime.signed import SignedMessages

    return SignedMessages("replicate", peer_secrets, state=state(), clock=system_clock)
