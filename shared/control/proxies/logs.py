"""Events as lines of a log, and what they come to: the log analysis of a system that keeps events."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from shared.control.proxies.levels import Level, level_of
from shared.ledger.envelope import Event, to_text
from shared.runtime.text import one_line

_PREFIX: Final = "switchyard."
_LONGEST: Final = 300  # units of a message
_WHY: Final = ("error", "reason", "answer", "detail")  # the first of these that an event has says most of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`service` is `listings` or `switchyard.listings`; None is all of them."""

    service: str | None = None
    level: Level | None = None
    limit: int = 100

    def takes(self, event: Event) -> bool:
        is_its = self.service is None or self.service.removeprefix(_PREFIX) == service_of(event)
        return is_its and self.level in (None, level_of(event))


def service_of(event: Event) -> str:
    return event.source.removeprefix(_PREFIX)


def line_of(event: Event) -> dict[str, str]:
    return {
        "service": service_of(event),
        "level": str(level_of(event)),
        "message": message_of(event),
        "time": to_text(event.time),
    }


def message_of(event: Event) -> str:
    """What happened, to what, and why, as far as the event says so."""
    said = (event.data.get(name) for name in _WHY)
    why = next((text for text in said if isinstance(text, str) and text.strip()), None)
    return one_line(f"{event.type} {event.subject}" + (f": {why}" if why else ""), _LONGEST)


def analysis_of(events: Iterable[Event], wanted: Wanted) -> dict[str, Any]:
    """`overview` counts all events that are wanted, `sample` has as many of them as asked for, in their order."""
    levels: Counter[Level] = Counter()
    sample: list[dict[str, str]] = []
    for event in filter(wanted.takes, events):
        levels[level_of(event)] += 1
        if len(sample) < wanted.limit:
            sample.append(line_of(event))
    by_level = {str(level): levels[level] for level in Level}
    return {"overview": {"count": levels.total(), "by_level": by_level}, "sample": sample}
