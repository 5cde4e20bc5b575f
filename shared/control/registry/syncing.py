"""Telling peers of services: each gets all it has not told us itself, signed; who does not take it is tried again."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from shared.control.registry.peer import Peer, PeerStatus, peer_urls
from shared.control.registry.ports import Ports
from shared.control.registry.replication import bodies, entries_for
from shared.control.registry.service import Service
from shared.control.registry.statuses import Presence
from shared.ledger.envelope import Cause, to_text
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.gathering import LATE, Unread, gather
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError
from shared.runtime.signatures import signing_headers

PATH: Final = "/registry/replicate"
LARGEST_ANSWER: Final = 256 * 1_024  # bytes
_LONGEST_ORIGIN: Final = 500


@dataclass(frozen=True, slots=True)
class _Told:
    """`origin`: who it says it is; of how many services it was told, and how many of these it refused."""

    origin: str
    services: int
    refused: int


class _UntoldError(Exception):
    """It did not take what it was told; why, in words that may be shown."""


def known_peers(ports: Ports) -> list[Peer]:
    """As they are wanted, without ourselves. Raises InvalidInputError for a setting that is wrong."""
    return ports.peers.get_all(peer_urls(ports.wanted_peers, own_urls=ports.own_urls))


def sync_peers(ports: Ports, cause: Cause, *, until: datetime, insistent: bool = False) -> dict[str, Any]:
    """All peers at once, none longer than `until`. Who was down, or is us, is left alone, unless one insists.

    `sent` counts services, at each peer that took them. Raises InvalidInputError, DependencyError.
    """
    peers = known_peers(ports)
    seconds = (until - ports.clock()).total_seconds()
    due = [one for one in peers if seconds > 0 and _is_told(one, ports, insistent=insistent)]
    services = list(ports.services.all(list(Presence))) if due else []
    secrets = ports.secrets() if due else []
    if due and not secrets:
        raise DependencyError("there is no secret that peers share")
    asks = {one.url: lambda one=one: _tried(one, services, secrets, ports) for one in due}
    found = gather(asks, seconds=seconds)
    after = {one.url: _after(one, found[one.url], ports, cause) for one in due}
    results = [_result(one, after.get(one.url)) for one in peers]
    sent = sum(one.told for one in after.values() if one.status is PeerStatus.REACHABLE)
    return {"sent": sent, "peers": len(peers), "results": results}


def _is_told(peer: Peer, ports: Ports, *, insistent: bool) -> bool:
    """Who was us once may be somebody else by now: whoever insists finds out."""
    return insistent or (peer.status is not PeerStatus.OURSELVES and peer.is_due(at=ports.clock()))


def _tried(peer: Peer, services: list[Service], secrets: list[bytes], ports: Ports) -> _Told | str:
    """What it says of itself, or why it did not take what it was told."""
    entries = entries_for(peer, services, at=ports.clock())
    try:
        replies = [_tell(peer, body, secrets, ports) for body in bodies(ports.origin, entries)]
    except _UntoldError as error:
        return str(error)
    return _Told(replies[-1][0], len(entries), sum(refused for _, refused in replies))


def _tell(peer: Peer, body: bytes, secrets: list[bytes], ports: Ports) -> tuple[str, int]:
    """Who it says it is, and how many it refused. Raises _UntoldError."""
    signed = signing_headers(f"replicate-{uuid4().hex}", body, secrets, at=ports.clock())
    headers = {"Content-Type": "application/json", **signed}
    call = Call(method="POST", path=PATH, content=body, repeatable=True, max_answer=LARGEST_ANSWER)
    try:
        return _read(ports.send(f"{peer.url}{PATH}", call, headers))
    except (NotSentError, NoAnswerError) as error:
        raise _UntoldError(f"it {error}") from None


def _read(answer: Answer) -> tuple[str, int]:
    """Raises _UntoldError."""
    if answer.status in (401, 403):
        raise _UntoldError(f"it does not believe that it is us: {answer.status}")
    said = answer.json()
    origin = said.get("origin") if isinstance(said, dict) else None
    is_one = (
        isinstance(origin, str) and 0 < len(origin) <= _LONGEST_ORIGIN and origin.isascii() and origin.isprintable()
    )
    if answer.status != 200 or not is_one:
        raise _UntoldError(f"it answers {answer.status}, and not as a registry does")
    refused = said.get("refused")
    return str(origin), len(refused) if isinstance(refused, list) else 0


def _after(peer: Peer, found: _Told | str | Unread, ports: Ports, cause: Cause) -> Peer:
    """Put on record; where another has found it otherwise at the same moment, that stands."""
    at = ports.clock()
    match found:
        case _Told(origin=origin, services=told, refused=refused):
            changed = peer.reached(origin, told - refused, refused=refused, us=ports.origin, at=at)
        case Unread():
            changed = peer.missed(f"it gave {LATE}", at=at)
        case reason:
            changed = peer.missed(reason, at=at)
    with suppress(ConflictError):
        return ports.peers.save(changed, cause)
    return changed


def _result(peer: Peer, after: Peer | None) -> dict[str, Any]:
    """Of one that was left alone: until when."""
    now = after or peer
    told: dict[str, Any] = {"peer": now.url, "status": now.status.value, "sent": after.told if after else 0}
    if now.last_error:
        told["error"] = now.last_error
    if now.status is PeerStatus.UNREACHABLE:
        told["sent"] = 0
        told["next_try_at"] = to_text(now.next_try_at) if now.next_try_at else None
    return told
