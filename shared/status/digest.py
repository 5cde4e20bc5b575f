"""A digest: what was seen of everything that is watched, and what of it is counted to compare it with the next one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.status.activity import Activity
from shared.status.brought import Brought
from shared.status.period import Period
from shared.status.queues import Depth
from shared.status.runs import Runs
from shared.status.sampled import Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Nothing is known of a part, and why. What is not configured does not weigh."""

    why: str
    weighs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """`is_more`: there are more than that; counting has an end."""

    number: int
    is_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    period: Period
    until: datetime
    services: tuple[Checked, ...]
    queues: tuple[Depth, ...] | Unread
    listings: Mapping[str, Count] | Unread  # now, by state
    activity: Activity | Unread
    brought: Brought | Unread
    runs: Runs | Unread

    @property
    def since(self) -> datetime:
        return self.until - self.period.length


SUCCESS: Final = "success"  # in a thousand
MEDIAN: Final = "p50"
SLOWEST: Final = "p95"
Figures = Mapping[str, int]


def figures_of(digest: Digest) -> dict[str, int]:
    """What can be compared: only what is known, and known in full."""
    return dict(_figures(digest))


def changes(now: Figures, before: Figures) -> dict[str, int]:
    """By how much each figure that both have has changed."""
    return {name: number - before[name] for name, number in now.items() if name in before}


def of_service(figure: str, name: str) -> str:
    return f"{figure} {name}"


def _figures(digest: Digest) -> Iterator[tuple[str, int]]:
    for service in digest.services:
        yield from _service(service)
    if not isinstance(digest.queues, Unread):
        yield from _depths(digest.queues)
    if not isinstance(digest.listings, Unread):
        yield from ((f"listings {state}", one.number) for state, one in digest.listings.items() if not one.is_more)
    if not isinstance(digest.activity, Unread) and not digest.activity.is_cut:
        yield "events", digest.activity.total
    yield from _work(digest)


def _service(checked: Checked) -> Iterator[tuple[str, int]]:
    known = {SUCCESS: checked.permille, MEDIAN: checked.p50, SLOWEST: checked.p95}
    yield from (
        (of_service(figure, checked.target.name), number) for figure, number in known.items() if number is not None
    )


def _depths(depths: tuple[Depth, ...]) -> Iterator[tuple[str, int]]:
    for name, is_dead in (("waiting", False), ("dead", True)):
        known = [depth.messages for depth in depths if depth.is_dead is is_dead]
        counted = [number for number in known if number is not None]
        if known and len(counted) == len(known):
            yield name, sum(counted)


def _work(digest: Digest) -> Iterator[tuple[str, int]]:
    if not isinstance(digest.brought, Unread) and not digest.brought.is_cut:
        yield "deliveries", digest.brought.total
        yield "deliveries failed", digest.brought.failed
    if not isinstance(digest.runs, Unread) and not digest.runs.is_cut:
        yield "runs", len(digest.runs.runs)
        yield "runs failed", digest.runs.failed
