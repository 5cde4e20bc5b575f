"""How well all is: one table of what is wrong with a part, and the worst of it is what the whole is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from shared.status.digest import Digest, Unread
from shared.status.sampled import Checked

SLOW: Final = 1_000  # milliseconds
MANY_WAITING: Final = 1_000  # messages in one queue


class Level(IntEnum):
    """The worse, the greater."""

    HEALTHY = 0
    UNKNOWN = 1
    DEGRADED = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`reason` is empty where nothing is wrong."""

    level: Level
    reason: str = ""


FINE: Final = Finding(level=Level.HEALTHY)
_NOBODY_ASKED: Final = Finding(level=Level.UNKNOWN, reason="no address to ask is configured")


@dataclass(frozen=True, slots=True)
class _Row:
    level: Level
    applies: Callable[[Any], bool]
    says: Callable[[Any], str]


# Of each part the first row that applies counts; where none does, it is fine.
_TABLE: Final[dict[str, tuple[_Row, ...]]] = {
    "service": (
        _Row(Level.UNKNOWN, lambda one: not one.asked, lambda one: f"{one.target.name} was not asked{_why(one)}"),
        _Row(Level.CRITICAL, lambda one: 2 * one.failed >= one.asked, lambda one: _failures(one)),
        _Row(Level.DEGRADED, lambda one: one.failed > 0, lambda one: _failures(one)),
        _Row(Level.DEGRADED, lambda one: slowness(one) > SLOW, lambda one: _slow(one)),
    ),
    "queue": (
        _Row(Level.UNKNOWN, lambda one: one.messages is None, lambda one: f"the queue {one.name} could not be read"),
        _Row(
            Level.DEGRADED,
            lambda one: one.is_dead and one.messages > 0,
            lambda one: f"{one.messages} given up in {one.name}",
        ),
        _Row(
            Level.DEGRADED,
            lambda one: one.messages >= MANY_WAITING,
            lambda one: f"{one.messages} messages wait in {one.name}",
        ),
    ),
    "brought": (
        _Row(
            Level.DEGRADED,
            lambda one: one.failed > 0,
            lambda one: f"{one.failed} of {one.total} deliveries failed or are in doubt",
        ),
    ),
    "runs": (
        _Row(Level.DEGRADED, lambda one: bool(one.failing), lambda one: f"failing on GitHub: {', '.join(one.failing)}"),
    ),
    "activity": (),
    "listings": (),
}


def findings(digest: Digest) -> list[Finding]:
    """One for each part that weighs; nobody asked is a finding, too."""
    services = [judge("service", one) for one in digest.services]
    return [*(services or [_NOBODY_ASKED]), *_others(digest)]


def _others(digest: Digest) -> Iterator[Finding]:
    if isinstance(digest.queues, Unread):
        yield from _unread("queues", digest.queues)
    else:
        yield from (judge("queue", one) for one in digest.queues)
    for name in ("brought", "runs", "activity", "listings"):
        part = getattr(digest, name)
        if isinstance(part, Unread):
            yield from _unread(name, part)
        else:
            yield judge(name, part)


def judge(kind: str, part: object) -> Finding:
    for row in _TABLE[kind]:
        if row.applies(part):
            return Finding(level=row.level, reason=row.says(part))
    return FINE


def worst(found: Iterable[Finding]) -> Level:
    """Where nothing was found nothing is known."""
    return max((one.level for one in found), default=Level.UNKNOWN)


def slowness(checked: Checked) -> int:
    """Milliseconds: p95, or p50 where there is none; 0 where there is neither."""
    return checked.p95 or checked.p50 or 0


_PARTS: Final = {
    "queues": "the queues",
    "brought": "the deliveries",
    "runs": "the workflow runs",
    "activity": "the events",
    "listings": "the listings",
}


def _unread(name: str, part: Unread) -> Iterator[Finding]:
    if part.weighs:
        yield Finding(level=Level.UNKNOWN, reason=f"{_PARTS[name]} could not be read: {part.why}")


def _why(one: Checked) -> str:
    return f": {one.target.problem}" if one.target.problem else ""


def _failures(one: Checked) -> str:
    return f"{one.target.name} failed {one.failed} of {one.asked} times ({next(iter(one.errors))})"


def _slow(one: Checked) -> str:
    return f"{one.target.name} takes {slowness(one):,} ms ({'p95' if one.p95 else 'p50'})"
