"""What instances tell each other of services: whom of what, how it is said, and which of two that differ counts.

Everything that is known is told each time, and the later of two is kept: so it does not matter what got lost, came
twice, or came in another order. What was written somewhere goes on for three hops at most, never to where it was
written, and never back to who told us of it.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.control.registry.description import Written
from shared.control.registry.peer import Peer, PeerStatus
from shared.control.registry.service import Service

MOST_HOPS: Final = 3
MOST_IN_BATCH: Final = 200  # services
LARGEST_BATCH: Final = 512 * 1_024  # bytes
GONE_TOLD_FOR: Final = timedelta(days=30)  # that a service is gone; who was away for longer hears it of nobody


class Verdict(StrEnum):
    """On what a peer says of a service."""

    TAKE = "take"
    KNOWN = "known"  # what is known is the same, or later
    IGNORE = "ignore"  # it was written here: nobody has to tell us


def entries_for(peer: Peer, services: Iterable[Service], *, at: datetime) -> list[dict[str, Any]]:
    """What this peer is told, as JSON values."""
    return [entry_of(service) for service in services if is_told(service, peer, at=at)]


def is_told(service: Service, peer: Peer, *, at: datetime) -> bool:
    is_somebody = peer.origin is not None and peer.status is not PeerStatus.OURSELVES
    if is_somebody and peer.origin in (service.stamp.origin, service.via):
        return False
    is_fresh = service.is_registered or at - service.changed_at <= GONE_TOLD_FOR
    return is_fresh and service.hops < MOST_HOPS


def entry_of(service: Service) -> dict[str, Any]:
    """`hops` are those it has made when it arrives."""
    said = service.said
    return {
        "name": service.name,
        "base_url": said.base_url,
        "openapi_url": said.openapi_url,
        "endpoints": list(said.endpoints),
        "metadata": json.loads(said.metadata),
        "lease_seconds": said.lease_seconds,
        "owner": said.owner,
        "in_maintenance": said.in_maintenance,
        "presence": service.presence.value,
        "clock": service.stamp.clock,
        "origin": service.stamp.origin,
        "hops": service.hops + 1,
    }


def bodies(us: str, entries: Sequence[dict[str, Any]]) -> Iterator[bytes]:
    """One message after the other, none of them too large; one that says nothing, where there is nothing to say."""
    rest = list(entries)
    while True:
        body, rest = _first_body(us, rest)
        yield body
        if not rest:
            return


def _first_body(us: str, entries: list[dict[str, Any]]) -> tuple[bytes, list[dict[str, Any]]]:
    """With as many as fit, and what is left."""
    number = min(len(entries), MOST_IN_BATCH)
    while True:
        body = json.dumps({"from": us, "services": entries[:number]}, ensure_ascii=False).encode()
        if len(body) <= LARGEST_BATCH or number <= 1:
            return body, entries[number:]
        number //= 2


def verdict_on(written: Written, known: Service | None, *, us: str) -> Verdict:
    """The later one counts. The same by a shorter way is taken, so that it goes as far as it may."""
    if written.stamp.origin == us:
        return Verdict.IGNORE
    if known is None or written.stamp > known.stamp:
        return Verdict.TAKE
    is_nearer = written.stamp == known.stamp and written.hops < known.hops
    return Verdict.TAKE if is_nearer else Verdict.KNOWN


def refusal_of(written: Written, *, at: datetime) -> str | None:
    """Why it is not even looked at; None where it may be."""
    if not 1 <= written.hops <= MOST_HOPS:
        return f"it has come {written.hops} hops, and 1 to {MOST_HOPS} are taken"
    if written.stamp.is_too_far_ahead(at=at):
        return "it was written in the future: one of the clocks is wrong"
    return None
