"""Registered services as people are shown them: how each is, when it was seen last, until when its lease is good."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from functions.run_commands.command import Use
from functions.run_commands.wording import lines_within
from shared.control.registry.seen import Look, Seen, latest
from shared.control.registry.service import Service
from shared.control.registry.statuses import Presence, Status
from shared.discord.answers import Colour, Embed, moment, shown
from shared.runtime.errors import DependencyError

MOST_SHOWN: Final = 50
_LONGEST_LIST: Final = 2_500
_SIGNS: Final[Mapping[Status, str]] = {
    Status.HEALTHY: "🟢",
    Status.UNHEALTHY: "🔴",
    Status.UNKNOWN: "⚪",
    Status.MAINTENANCE: "🔧",
    Status.EXPIRED: "⌛",
    Status.DEREGISTERED: "⚫",
}
_BAD: Final = (Status.UNHEALTHY, Status.EXPIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`renewed_at`: its last heartbeat; `at` is now."""

    service: Service
    renewed_at: datetime | None
    look: Look | None
    at: datetime

    @property
    def status(self) -> Status:
        return self.service.status_at(self.renewed_at, at=self.at)

    @property
    def last_seen(self) -> datetime | None:
        """Of one that a peer told us of it is not known when it came."""
        came = None if self.service.via else self.service.registered_at
        return latest([self.renewed_at, self.look.answered_at if self.look else None, came])

    @property
    def lease_until(self) -> datetime | None:
        """None where it has none, or somebody else keeps it."""
        seconds = self.service.said.lease_seconds
        if seconds is None or self.service.via is not None:
            return None
        return max(self.service.registered_at, self.renewed_at or self.service.registered_at) + timedelta(
            seconds=seconds
        )


def registered_services(use: Use) -> Embed:
    """Those too whose lease is over: they are what somebody looks for."""
    try:
        known = _known(use)
    except DependencyError:
        return Embed(title="Registered", description="The registry cannot be read now.", colour=Colour.QUIET)
    bad = any(one.status in _BAD for one in known)
    return Embed(
        title="Registered",
        description=lines_within(map(_line, known[:MOST_SHOWN]), _LONGEST_LIST) or "No service is registered.",
        colour=Colour.BAD if bad else Colour.NEUTRAL,
        footer=f"Only {MOST_SHOWN} are shown, those that changed last." if len(known) > MOST_SHOWN else "",
    )


def _known(use: Use) -> Sequence[Known]:
    """Raises DependencyError."""
    seen: Seen = use.ports.seen
    services = list(islice(use.ports.services.all((Presence.REGISTERED, Presence.EXPIRED)), MOST_SHOWN + 1))
    looks = seen.looks() if services else {}
    return [
        Known(
            service=one,
            renewed_at=seen.renewed_at(one.name) if one.said.lease_seconds else None,
            look=looks.get(one.name),
            at=use.at,
        )
        for one in services
    ]


def _line(one: Known) -> str:
    service, status = one.service, one.status
    parts = [f"{_SIGNS[status]} **{shown(service.name, 80)}** {status}{_why(one)}"]
    parts += [f"seen {moment(one.last_seen.timestamp())}"] if one.last_seen else []
    parts += [_lease(one)]
    return f"{' · '.join(filter(None, parts))}\n-# {shown(service.said.base_url, 120)}"


def _why(one: Known) -> str:
    """What it said of itself, where its status is about that."""
    is_health = one.status.value == one.service.health.value
    detail = one.service.health_detail if is_health else None
    return f": {shown(detail, 120)}" if detail else ""


def _lease(one: Known) -> str:
    if one.lease_until is None:
        return f"its lease is kept by {shown(one.service.stamp.origin, 80)}" if one.service.via else "no lease"
    over = "over since" if one.status is Status.EXPIRED else "until"
    return f"lease {over} {moment(one.lease_until.timestamp())}"
