"""Peers: whether they can be reached is in the ledger, where it is news; the rest of a try may be forgotten."""

from collections.abc import Collection
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final, Protocol

from shared.control.registry.peer import Peer, PeerStatus
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, from_text, to_text
from shared.ledger.ledger import Aggregate, Change, Ledger
from shared.state.store import StateStore

KIND: Final = "PEER"
KEPT_SECONDS: Final = 30 * 86_400
_PLAIN: Final = ("origin", "last_error", "failures", "told")
_MOMENTS: Final = ("last_tried", "last_seen")


class Peers(Protocol):
    """Every method may raise DependencyError."""

    def get_all(self, urls: Collection[str]) -> list[Peer]: ...
    def save(self, peer: Peer, cause: Cause) -> Peer: ...


class LedgerPeers:
    def __init__(self, ledger: Ledger, *, state: StateStore) -> None:
        self._ledger = ledger
        self._state = state

    def get_all(self, urls: Collection[str]) -> list[Peer]:
        """In that order; who was never tried is unknown."""
        known = self._ledger.get_many(KIND, urls) if urls else {}
        return [self._peer(url, known.get(url)) for url in urls]

    def save(self, peer: Peer, cause: Cause) -> Peer:
        """Raises ConflictError where somebody else has found it otherwise meanwhile."""
        self._state.put(_key(peer.url), _kept(peer), ttl=KEPT_SECONDS)
        if not peer.facts:
            return peer
        events = recorded(KIND, peer.url, peer.facts, after=peer.version, cause=cause)
        at = events[-1].time
        version = events[-1].version
        fields = {"status": peer.status.value, "since": to_text(peer.since or at)}
        aggregate = Aggregate(kind=KIND, id=peer.url, version=version, changed_at=at, fields=fields)
        self._ledger.commit(Change(aggregate=aggregate, events=events))
        return replace(peer, version=version, facts=())

    def _peer(self, url: str, aggregate: Aggregate | None) -> Peer:
        tried: dict[str, Any] = self._state.get(_key(url)) or {}
        plain: dict[str, Any] = {name: tried[name] for name in _PLAIN if name in tried}
        moments: dict[str, Any] = {name: from_text(tried[name]) for name in _MOMENTS if tried.get(name)}
        peer = Peer(url=url, **plain, **moments)
        if aggregate:
            since, status = from_text(aggregate.fields["since"]), PeerStatus(aggregate.fields["status"])
            peer = replace(peer, status=status, since=since, version=aggregate.version)
        return replace(peer, status=PeerStatus.OURSELVES) if tried.get("ourselves") else peer


def _kept(peer: Peer) -> dict[str, Any]:
    moments = {name: getattr(peer, name) for name in _MOMENTS}
    return {name: getattr(peer, name) for name in _PLAIN} | {
        "ourselves": peer.status is PeerStatus.OURSELVES,
        **{name: to_text(moment) if moment else None for name, moment in moments.items()},
    }


def _key(url: str) -> str:
    return f"peer:{sha256(url.encode()).hexdigest()[:32]}"
