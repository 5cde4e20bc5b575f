"""What of the whole system is counted, and how: each part for itself, and none without a bound."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from shared.blackboard.stages import OPEN
from shared.control.overview.metrics import Metric, by, one
from shared.control.proxies.levels import Level, level_of
from shared.control.registry.standing import Standing, standing
from shared.control.runs.run import Status as RunStatus
from shared.deliveries.delivery import Status
from shared.ledger.relay_mark import lag
from shared.listings.lifecycle import State
from shared.runtime import wiring, wiring_blackboard, wiring_listings, wiring_registry, wiring_runs
from shared.runtime.settings import settings
from shared.sinks.names import NAMES
from shared.status.queues import read_depths

MOST_COUNTED: Final = 1_000  # of any one thing: a number that has come so far means "at least"
MOST_EVENTS: Final = 5_000  # of the last day
_NEWEST: Final = f"of the newest {MOST_EVENTS}"
SPAN: Final = timedelta(days=1)
# What an event costs with the state it is written with, and the places both are found by: see "Speed and cost" in
# README.md.
WRITE_UNITS: Final = 12
_OPEN_DELIVERIES: Final = (Status.PENDING, Status.FAILED, Status.IN_DOUBT)


def parts(at: datetime) -> dict[str, Callable[[], list[Metric]]]:
    """By the name of the part. Each raises DependencyError."""
    return {
        "listings": _listings,
        "deliveries": _deliveries,
        "claims": _claims,
        "runs": _runs,
        "services": lambda: _services(at),
        "queues": _queues,
        "dead_letters": _dead_letters,
        "relay": lambda: _relay(at),
        "events": lambda: _events(at),
    }


def depths(names: Iterable[str]) -> Mapping[str, int | None]:
    """By what the template calls the queues; None for one that cannot be asked."""
    return {one.name: one.messages for one in read_depths(waiting=wiring.depths(names), dead={})}


def stream_lag(at: datetime) -> timedelta:
    """Raises DependencyError."""
    return lag(wiring.relay_mark().get(), ledger=wiring.ledger(), at=at)


def parked_runs() -> int:
    """Runs that wait for a person. Raises DependencyError."""
    return _counted(wiring_runs.runs().in_status([RunStatus.FAILED]))


def services_standing(at: datetime) -> Standing:
    """Of the registered ones. Raises DependencyError."""
    return standing(wiring_registry.services().all(), seen=wiring_registry.seen(), at=at)


def _counted(things: Iterable[Any]) -> int:
    return sum(1 for _ in islice(things, MOST_COUNTED))


def _listings() -> list[Metric]:
    listings = wiring_listings.listings()
    numbers = {state.value: _counted(listings.newest([state], at_a_time=250)) for state in State}
    return [Metric(name="listings", help=f"Listings by state, {MOST_COUNTED} at most", samples=by("state", numbers))]


def _deliveries() -> list[Metric]:
    records = wiring.deliveries()
    samples = [
        ({"sink": sink, "status": status.value}, _counted(records.newest(sink, status)))
        for sink in (*NAMES, "cards")
        for status in _OPEN_DELIVERIES
    ]
    return [Metric(name="deliveries", help=f"What is not at its sink, {MOST_COUNTED} at most", samples=samples)]


def _claims() -> list[Metric]:
    board, instance = wiring_blackboard.blackboard(), settings().sett_instance_name or "default"
    numbers = {stage.value: _counted(board.claims_in(instance, [stage])) for stage in OPEN}
    return [Metric(name="claims", help="Open claims of the stack's blackboard by stage", samples=by("stage", numbers))]


def _runs() -> list[Metric]:
    runs = wiring_runs.runs()
    numbers = {status.value: _counted(runs.in_status([status])) for status in RunStatus}
    return [Metric(name="runs", help=f"Runs by status, {MOST_COUNTED} at most", samples=by("status", numbers))]


def _services(at: datetime) -> list[Metric]:
    known = services_standing(at)
    numbers, unasked = Counter(known.statuses.values()), known.unasked.total_seconds()
    return [
        Metric(name="services", help="Registered services by status", samples=by("status", numbers)),
        Metric(name="services_unasked_seconds", help="How long one of them has not been asked", samples=one(unasked)),
    ]


def _queues() -> list[Metric]:
    return _depth_metrics("queue_messages", "About how many messages wait", wiring.queue_map().waiting)


def _dead_letters() -> list[Metric]:
    return _depth_metrics("dead_letters", "About how many dead letters there are", wiring.queue_map().dead)


def _depth_metrics(name: str, text: str, queues: Iterable[str]) -> list[Metric]:
    """A queue that cannot be asked has no number, which is not none: it is told as well."""
    found = depths(queues)
    known = {queue: number for queue, number in found.items() if number is not None}
    unread = {queue: 1 for queue, number in found.items() if number is None}
    return [
        Metric(name=name, help=text, samples=by("queue", known)),
        Metric(name=f"{name}_unread", help="1 for a queue that cannot be asked", samples=by("queue", unread)),
    ]


def _relay(at: datetime) -> list[Metric]:
    waited = stream_lag(at).total_seconds()
    return [Metric(name="relay_lag_seconds", help="How long the oldest event waits for the bus", samples=one(waited))]


def _events(at: datetime) -> list[Metric]:
    since = at - SPAN
    days = dict.fromkeys([at.date(), since.date()])
    found = (event for day in days for event in wiring.ledger().timeline(day, since=since, newest_first=True))
    events = list(islice(found, MOST_EVENTS))
    is_cut = int(next(found, None) is not None)  # Prometheus takes True for no number, and then reads none of it
    by_type = Counter(event.type for event in events)
    failures = sum(1 for event in events if level_of(event) is Level.ERROR)
    cost = by_type.total() * WRITE_UNITS
    return [
        Metric(name="events_24h", help=f"Events of a day by type, {_NEWEST}", samples=by("type", by_type)),
        Metric(name="errors_24h", help=f"Events of a day that tell of a failure, {_NEWEST}", samples=one(failures)),
        Metric(name="write_units_24h", help=f"About what writing them has cost, {_NEWEST}", samples=one(cost)),
        Metric(name="events_24h_cut", help=f"1 where a day had more than {MOST_EVENTS} events", samples=one(is_cut)),
    ]
