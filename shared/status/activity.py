"""What happened in a period: events counted by what they are about and when, and what was to be brought where."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from shared.ledger.envelope import Event
from shared.ledger.ledger import Ledger
from shared.status.period import Period

MOST_EVENTS: Final = 20_000  # the newest; older ones of the period are not counted
MOST_DELIVERIES: Final = 10_000  # of the newest events
GROUPS: Final = ("listings", "scraping", "messages", "sinks", "discord", "other")  # each has its colour in the chart
_GROUP_OF: Final = {f"switchyard.{name}": name for name in GROUPS}

PlacesOf = Callable[[Event], Sequence[str]]  # the sinks an event is for


@dataclass(slots=True, kw_only=True)
class Activity:
    """`bars` has a count of each group for each part of the period, the oldest first."""

    bars: list[Counter[str]]
    types: Counter[str] = field(default_factory=Counter)
    is_cut: bool = False  # there were more events than are counted
    bound_for: list[tuple[str, str]] = field(default_factory=list)  # event id and sink, the newest first
    is_bound_cut: bool = False  # there were more of those than are kept

    @property
    def total(self) -> int:
        return self.types.total()

    @property
    def groups(self) -> dict[str, int]:
        """Those of which there is something, in their order."""
        counted = sum(self.bars, Counter[str]())
        return {name: counted[name] for name in GROUPS if counted[name]}


def read_activity(ledger: Ledger, period: Period, until: datetime, *, places_of: PlacesOf) -> Activity:
    """The period that ends then, the end not included. Raises DependencyError."""
    since = until - period.length
    seen = Activity(bars=[Counter() for _ in range(period.parts)])
    for number, event in enumerate(_newest_first(ledger, since, until)):
        if number == MOST_EVENTS:
            seen.is_cut = seen.is_bound_cut = True
            break
        seen.types[event.type] += 1
        seen.bars[period.part_of(event.time, since)][_GROUP_OF.get(event.source, "other")] += 1
        _keep_bound(seen, event.id, places_of(event))
    return seen


def _keep_bound(seen: Activity, event_id: str, places: Sequence[str]) -> None:
    """Those of one event stay together."""
    if len(seen.bound_for) + len(places) > MOST_DELIVERIES:
        seen.is_bound_cut = True
    if not seen.is_bound_cut:
        seen.bound_for += [(event_id, place) for place in places]


def _newest_first(ledger: Ledger, since: datetime, until: datetime) -> Iterator[Event]:
    for day in _days(since, until):
        found: Iterable[Event] = ledger.timeline(day, since=since, until=until, newest_first=True)
        yield from (event for event in found if event.time < until)


def _days(since: datetime, until: datetime) -> Iterator[date]:
    day = until.astimezone(UTC).date()
    while day >= since.astimezone(UTC).date():
        yield day
        day -= timedelta(days=1)
