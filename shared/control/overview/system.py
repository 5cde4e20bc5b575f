"""How all of it is: judged from what could be read, and never better than that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.registry.standing import Standing
from shared.runtime.gathering import Unread

MOST_LAG: Final = timedelta(minutes=1)  # between what happened and its way to the bus, before it is told
MOST_UNASKED: Final = timedelta(minutes=20)  # of services: they are asked every five


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Each part is what was read, or `Unread`.

    `queues` and `dead_letters`: name → messages, None where a queue could not be asked. `circuits`: name → state.
    `parked`: runs that wait for a person.
    """

    backends: Mapping[str, str]
    services: Standing | Unread
    queues: Mapping[str, int | None] | Unread
    dead_letters: Mapping[str, int | None] | Unread
    lag: timedelta | Unread
    circuits: Mapping[str, str] | Unread
    parked: int | Unread


def troubles(system: System) -> list[str]:
    """In sentences; none where all is well."""
    return list(_troubles(system))


def as_json(system: System, *, at: datetime) -> dict[str, Any]:
    wrong = troubles(system)
    return {
        "overall_healthy": not wrong,
        "troubles": wrong,
        "backends": dict(system.backends),
        "services": _shown(system.services),
        "queues": _shown(system.queues),
        "dead_letters": _shown(system.dead_letters),
        "stream_lag_seconds": _shown(system.lag),
        "circuits": _shown(system.circuits),
        "parked_runs": _shown(system.parked),
        "timestamp": at.isoformat(),
    }


def _troubles(system: System) -> Iterator[str]:
    yield from (f"{name} is {said}" for name, said in system.backends.items() if said != "connected")
    for name in ("services", "queues", "dead_letters", "lag", "circuits", "parked"):
        part = getattr(system, name)
        if isinstance(part, Unread):
            yield f"{name.replace('_', ' ')} cannot be read: {part.reason}"
        else:
            yield from _PARTS[name](part)


def _services(known: Standing) -> Iterator[str]:
    yield from (f"service {name} is unhealthy" for name, status in known.statuses.items() if status == "unhealthy")
    if known.unasked > MOST_UNASKED:
        yield f"services have not been asked how they are for {known.unasked.total_seconds() / 60:.0f} minutes"


def _depths(known: Mapping[str, int | None]) -> Iterator[str]:
    yield from (f"queue {name} cannot be asked" for name, messages in known.items() if messages is None)


def _dead(known: Mapping[str, int | None]) -> Iterator[str]:
    yield from _depths(known)
    yield from (
        f"{messages} dead letter{'' if messages == 1 else 's'} in {name}"
        for name, messages in known.items()
        if messages
    )


def _lag(known: timedelta) -> Iterator[str]:
    if known > MOST_LAG:
        yield f"events wait for {known.total_seconds():.0f} s on their way to the bus"


def _circuits(known: Mapping[str, str]) -> Iterator[str]:
    yield from (f"{name} is left alone: its circuit is open" for name, state in known.items() if state == "open")


def _parked(known: int) -> Iterator[str]:
    if known:
        yield f"{known} runs wait for a person"


_PARTS: Final[Mapping[str, Any]] = {
    "services": _services,
    "queues": _depths,
    "dead_letters": _dead,
    "lag": _lag,
    "circuits": _circuits,
    "parked": _parked,
}


def _shown(part: Any) -> Any:
    match part:
        case Unread():
            return {"unread": part.reason}
        case Standing():
            return dict(part.statuses)
        case timedelta():
            return round(part.total_seconds(), 3)
        case Mapping():
            return dict(part)
        case _:
            return part
