"""How bad an event is, as lines of a log have it: one table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.ledger.envelope import Event


class Level(StrEnum):
    INFO = "info"
    WARN = "warn"
    ERROR = "error"


# By the last word of the type: `listing.operation_failed` is `failed`. Every other word is info.
LEVEL_OF_WORD: Final[Mapping[str, Level]] = {
    "failed": Level.ERROR,
    "parked": Level.ERROR,
    "refused": Level.ERROR,
    "unhealthy": Level.ERROR,
    "compensated": Level.WARN,
    "compensating": Level.WARN,
    "delayed": Level.WARN,
    "discarded": Level.WARN,
    "dormant": Level.WARN,
    "drifted": Level.WARN,
    "expired": Level.WARN,
    "lost": Level.WARN,
    "overdue": Level.WARN,
    "passed": Level.WARN,
    "paused": Level.WARN,
    "retried": Level.WARN,
    "terminated": Level.WARN,
    "unreachable": Level.WARN,
}

# Of these it is what they say that counts: the field, and what its values mean.
LEVEL_OF_FIELD: Final[Mapping[str, tuple[str, Mapping[str, Level]]]] = {
    "command.invoked": ("outcome", {"failed": Level.ERROR}),
    "digest.taken": ("level", {"critical": Level.ERROR, "degraded": Level.WARN}),
    "service.health_changed": ("to", {"unhealthy": Level.ERROR, "unknown": Level.WARN}),
}


def level_of(event: Event) -> Level:
    if event.type in LEVEL_OF_FIELD:
        name, levels = LEVEL_OF_FIELD[event.type]
        return levels.get(str(event.data.get(name)), Level.INFO)
    return LEVEL_OF_WORD.get(last_word(event.type), Level.INFO)


def last_word(event_type: str) -> str:
    return event_type.rpartition(".")[2].rpartition("_")[2]
