"""A digest is taken: everything that is watched is looked at, and what cannot be read is said to be unknown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from shared.deliveries.delivery import DeliveryRecords
from shared.ledger.ledger import Ledger
from shared.runtime.errors import DependencyError
from shared.runtime.http import Send, Service
from shared.status.activity import Activity, PlacesOf, read_activity
from shared.status.brought import Brought, read_brought
from shared.status.checking import check_all
from shared.status.digest import Count, Digest, Unread
from shared.status.github_runs import read_runs
from shared.status.period import Period
from shared.status.queues import Counts, Depth, read_depths
from shared.status.runs import Runs
from shared.status.targets import Target

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is outside. `github` is looked for when it is asked; it gives None where there is none."""

    targets: tuple[Target, ...] = ()
    send: Send = field(repr=False)
    github: Callable[[], Service | None] = lambda: None
    repository: str = ""  # owner/name


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`listings` counts them by state, `places_of` says which sinks an event is for: other rooms know."""

    watched: Watched
    waiting: Counts
    dead: Counts
    ledger: Ledger
    records: DeliveryRecords
    listings: Callable[[], Mapping[str, Count]]
    places_of: PlacesOf


def take(period: Period, until: datetime, *, ports: Ports) -> Digest:
    """Of the period that ends then. It takes some ten seconds, and as long again where GitHub has much to tell.

    The addresses are asked while nothing else is done, so that what is measured is theirs.
    """
    watched = ports.watched
    services = check_all(watched.targets, send=watched.send)
    activity = _or_unread(lambda: read_activity(ports.ledger, period, until, places_of=ports.places_of))
    return Digest(
        period=period,
        until=until,
        services=services,
        queues=_queues(ports.waiting, ports.dead),
        listings=_or_unread(ports.listings),
        activity=activity,
        brought=_brought(activity, ports.records),
        runs=_runs(watched, period, until),
    )


def _queues(waiting: Counts, dead: Counts) -> tuple[Depth, ...] | Unread:
    if not waiting and not dead:
        return Unread(why="none are configured", weighs=False)
    return read_depths(waiting=waiting, dead=dead)


def _brought(activity: Activity | Unread, records: DeliveryRecords) -> Brought | Unread:
    if isinstance(activity, Unread):
        return activity
    return _or_unread(lambda: read_brought(records, activity))


def _runs(watched: Watched, period: Period, until: datetime) -> Runs | Unread:
    def read() -> Runs | Unread:
        service = watched.github() if watched.repository else None
        if service is None:
            return Unread(why="no GitHub is configured", weighs=False)
        return read_runs(service, watched.repository, since=until - period.length)

    return _or_unread(read)


def _or_unread(read: Callable[[], T]) -> T | Unread:
    try:
        return read()
    except DependencyError as error:
        return Unread(why=str(error))
