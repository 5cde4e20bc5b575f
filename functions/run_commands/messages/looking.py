"""How it stands with one event at each sink it goes to, as it is at this moment, and until nothing more is to come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.run_commands.command import Use
from functions.run_commands.ports import Ports
from shared.deliveries.asking import Standing, is_asked_for, of_event, rests
from shared.deliveries.delivery import Status
from shared.discord.answers import Reply
from shared.ledger.envelope import Event

FOLLOWED_FOR: Final = timedelta(seconds=20)  # who waits longer looks again; a function has not much longer to live
MOST_SHOWN: Final = 5  # times on the way: each is an edit, which may take its time
# Seconds between one look and the next.
PAUSES: Final = (1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3)
_DONE: Final = frozenset({Status.DELIVERED, Status.ACCEPTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`is_asked`: somebody has asked for it once more, and nothing was heard of that yet."""

    standing: Standing
    is_paused: bool = False
    is_asked: bool = False

    @property
    def is_given_up(self) -> bool:
        record = self.standing.record
        return record is not None and record.is_given_up and not self.is_asked

    @property
    def is_settled(self) -> bool:
        """Nothing more is to come, or not until somebody does something."""
        record = self.standing.record
        if self.is_paused and self.standing.status is Status.PENDING:
            return True
        if record is None:
            return False
        return record.status in _DONE or (rests(record) and not self.is_asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """An event and every place it goes to."""

    event: Event
    places: tuple[Place, ...]

    @property
    def is_settled(self) -> bool:
        return all(place.is_settled for place in self.places)


def look_at(event_id: str, *, ports: Ports, at: datetime) -> Look:
    """Raises NotFoundError."""
    standings = of_event(event_id, ledger=ports.ledger, records=ports.deliveries)
    states = ports.sinks.get_all(tuple(one.sink for one in standings))
    paused = {state.name for state in states if state.is_paused}
    places = (
        Place(standing=one, is_paused=one.sink in paused, is_asked=_is_asked(one, ports=ports, at=at))
        for one in standings
    )
    return Look(event=ports.ledger.event(event_id), places=tuple(places))


def _is_asked(one: Standing, *, ports: Ports, at: datetime) -> bool:
    if one.record is None or not rests(one.record):
        return False
    return is_asked_for(one.record, ports.delivery_events.last(one.event_id, one.sink), at=at)


def follow(use: Use, event_id: str, shown: Callable[[Look], Reply]) -> Reply:
    """Shows how it stands whenever that changes, until nothing more is to come or it takes too long."""
    ends = use.ports.clock() + FOLLOWED_FOR
    last: list[Reply] = []
    for pause in PAUSES:
        look = look_at(event_id, ports=use.ports, at=use.ports.clock())
        reply = shown(look)
        if look.is_settled or use.ports.clock() >= ends:
            return reply
        if reply not in last[-1:] and len(last) < MOST_SHOWN:
            use.show(reply)
            last.append(reply)
        use.ports.pause(pause)
    return shown(look_at(event_id, ports=use.ports, at=use.ports.clock()))
