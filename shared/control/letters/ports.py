"""What those who work on dead letters stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.control.letters.letter import Letter
from shared.control.letters.message import LetterQueue, Message
from shared.control.letters.reading import Noted, Place, read_letter
from shared.control.letters.store import LetterBook
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock
from shared.runtime.errors import NotFoundError

# Puts all events that were written between two moments, both included, on the bus again as they were; says how many.
# Raises DependencyError where the bus has not taken all of them. Who has heard of one knows it by its id.
Republish = Callable[[datetime, datetime], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`queues` by what the template calls them; `noted` says why a message failed last, by its id."""

    queues: Mapping[str, LetterQueue]
    book: LetterBook
    noted: Callable[[str], Noted | None]
    republish: Republish | None
    clock: Clock
    pause: Pause

    def queue(self, name: str) -> LetterQueue:
        """Raises NotFoundError."""
        if name not in self.queues:
            raise NotFoundError(f"there is no dead-letter queue {name[:80]}; there are {', '.join(self.queues)}")
        return self.queues[name]

    def chosen(self, name: str | None) -> list[LetterQueue]:
        """That one, or all. Raises NotFoundError."""
        return [self.queue(name)] if name is not None else list(self.queues.values())

    def read(self, message: Message, queue: LetterQueue, *, why: bool = True) -> Letter:
        """Where nobody asks `why`, notes of failures are not read. Raises DependencyError."""
        place = Place(queue=queue.name, source=queue.source, at=self.clock())
        letter = read_letter(message, place, noted=self.noted(message.id) if why else None)
        return letter if letter.window is None or self.republish else letter.refused(_REPLAY)


_REPLAY = "its events are in the history: replay those of its time"
