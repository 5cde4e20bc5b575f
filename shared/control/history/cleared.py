"""What was cleared: events that are not shown unless they are asked for. None of them is removed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.ledger.envelope import Event
from shared.runtime.errors import InvalidInputError

CLEARED: Final = "events.cleared"  # that something is hidden is never hidden itself
WORD: Final = "clear"  # what somebody types who means it


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Hides what happened before a moment: of a type and all that begin with it, of a correlation, of both, or all."""

    before: datetime
    event_type: str | None = None
    correlation_id: str | None = None


def mark(
    *, before: datetime, event_type: str | None, correlation_id: str | None, confirm: str, reason: str, at: datetime
) -> Mark:
    """Raises InvalidInputError where it is not confirmed, says no reason, or would hide what has yet to happen."""
    if confirm != WORD:
        raise InvalidInputError(f'confirm: "{WORD}" is wanted of who means it')
    if not reason.strip():
        raise InvalidInputError("reason: a reason is wanted")
    if before > at:
        raise InvalidInputError("before: only what has happened can be cleared")
    return Mark(before=before, event_type=event_type, correlation_id=correlation_id)


class Cleared:
    """All that was cleared so far; of marks for the same only the latest counts."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._before: dict[tuple[str | None, str | None], datetime] = {}
        for one in marks:
            key = (one.event_type, one.correlation_id)
            self._before[key] = max(one.before, self._before.get(key, one.before))

    def hides(self, event: Event) -> bool:
        if event.type == CLEARED or not self._before:
            return False
        names = [None, *_beginnings(event.type)]
        keys = [(name, correlation) for name in names for correlation in (None, event.correlation_id)]
        return any(key in self._before and event.time < self._before[key] for key in keys)


def _beginnings(event_type: str) -> list[str]:
    parts = event_type.split(".")
    return [".".join(parts[:number]) for number in range(1, len(parts) + 1)]
