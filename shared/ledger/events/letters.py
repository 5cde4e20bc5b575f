"""Events of dead letters: what was sent once more, and what was thrown away."""

from collections.abc import Mapping

from pydantic import BaseModel

from shared.ledger.event_data import EventData


class LetterNote(BaseModel):
    """A letter, with the event it is about, where it is about one."""

    letter_id: str
    event_id: str | None
    event_type: str | None


class DeadLettersRetried(EventData):
    """Letters were sent back to the queue they came from, or their events published again."""

    queue: str
    source: str | None
    count: int
    letters: list[LetterNote]
    run_id: str | None


class DeadLettersDiscarded(EventData):
    """Somebody has decided that letters are not tried again. Their events are still in the history."""

    queue: str
    count: int
    letters: list[LetterNote]
    reason: str


EVENTS: Mapping[str, type[EventData]] = {
    "dead_letters.retried": DeadLettersRetried,
    "dead_letters.discarded": DeadLettersDiscarded,
}
