"""What is seen of services from moment to moment, and may be forgotten: heartbeats, looks, tries to read their APIs.

None of it is in the ledger, so that a heartbeat costs one write, and looking at a thousand services one more.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from shared.ledger.envelope import from_text, to_text
from shared.state.store import StateStore

KEPT_SECONDS: Final = 30 * 86_400  # beyond the lease, if there is one
_LOOKS: Final = "service-looks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """When a service was asked how it is, and when it answered last."""

    at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of asking for the description of its API the last time; `etag` and `hash` are of the one it had."""

    at: datetime
    url: str
    error: str | None = None
    etag: str | None = None
    hash: str | None = None


class Seen:
    """Every method may raise DependencyError."""

    def __init__(self, state: StateStore) -> None:
        self._state = state

    def renew(self, name: str, lease_seconds: int | None, *, at: datetime) -> None:
        """A heartbeat."""
        self._state.put(_heartbeat(name), to_text(at), ttl=(lease_seconds or 0) + KEPT_SECONDS)

    def renewed_at(self, name: str) -> datetime | None:
        kept = self._state.get(_heartbeat(name))
        return from_text(kept) if kept else None

    def looks(self) -> dict[str, Look]:
        """By the name of the service."""
        kept: Mapping[str, list[int | None]] = self._state.get(_LOOKS) or {}
        return {name: Look(at=_moment(at), answered_at=_moment(seen)) for name, (at, seen) in kept.items() if at}

    def keep_looks(self, looks: Mapping[str, Look]) -> None:
        """In the place of what was there."""
        kept = {name: [_seconds(look.at), _seconds(look.answered_at)] for name, look in looks.items()}
        self._state.put(_LOOKS, kept, ttl=KEPT_SECONDS)

    def reading(self, name: str) -> Reading | None:
        kept: dict[str, Any] | None = self._state.get(_reading(name))
        return Reading(**kept | {"at": from_text(kept["at"])}) if kept else None

    def keep_reading(self, name: str, reading: Reading) -> None:
        told = {"at": to_text(reading.at), "url": reading.url, "error": reading.error}
        self._state.put(_reading(name), told | {"etag": reading.etag, "hash": reading.hash}, ttl=KEPT_SECONDS)


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    return max((one for one in moments if one is not None), default=None)


def _heartbeat(name: str) -> str:
    return f"service-heartbeat:{name}"


def _reading(name: str) -> str:
    return f"service-reading:{name}"


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _moment(seconds: Any) -> Any:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
