"""Looking at dead letters: what lies where, since when, and why; nothing is taken away."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from shared.control.letters.hand import Hand
from shared.control.letters.letter import Letter
from shared.control.letters.message import LetterQueue
from shared.control.letters.ports import Ports
from shared.control.letters.wanted import Wanted
from shared.runtime.gathering import Unread, gather

LOOKED_AT_FOR: Final = timedelta(seconds=30)  # nobody else is handed a letter meanwhile
SAMPLE: Final = 100  # letters of each queue that statistics look at
PATIENCE: Final = timedelta(seconds=12)  # for the statistics of all queues together


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`is_all`: no letter that is meant is missing."""

    letters: tuple[Letter, ...] = ()
    looked_at: int = 0
    is_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """How it stands with a queue. `messages` is None where it could not be asked; `causes` are those of a sample."""

    queue: str
    source: str | None
    messages: int | None
    looked_at: int = 0
    oldest_at: datetime | None = None
    causes: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_sample(self) -> bool:
        return self.messages is None or self.looked_at < self.messages


def look(queue: LetterQueue, wanted: Wanted, *, most: int, until: datetime, ports: Ports) -> Found:
    """Up to so many of the letters that are meant. Raises DependencyError."""
    depth = queue.depth()
    found: list[Letter] = []
    looked_at = 0
    for letters in _handed(queue, depth.all, until, ports):
        looked_at += len(letters)
        found += [letter for letter in letters if wanted.takes(letter)]
        if len(found) > most or (found and wanted.letter_id):
            break
    is_one = bool(found) and wanted.letter_id is not None
    is_all = is_one or (looked_at >= depth.all and len(found) <= most)
    return Found(letters=tuple(found[:most]), looked_at=looked_at, is_all=is_all)


def _handed(queue: LetterQueue, depth: int, until: datetime, ports: Ports) -> Iterator[Sequence[Letter]]:
    """All there are, a few at a time, until the time is over; then they lie there as before.

    Where as many were seen as there are, nobody waits for SQS to say that there are no more.
    """
    hand = Hand(queue, hidden_for=LOOKED_AT_FOR)
    try:
        while len(hand) < depth and ports.clock() < until:
            messages = hand.take()
            if messages is None:
                return
            yield [ports.read(message, queue) for message in messages]
    finally:
        hand.give_back()


def look_into(queues: Sequence[LetterQueue], wanted: Wanted, *, most: int, until: datetime, ports: Ports) -> Found:
    """As `look`, one queue after the other."""
    letters: tuple[Letter, ...] = ()
    looked_at, is_all = 0, True
    for queue in queues:
        if len(letters) >= most or ports.clock() >= until:
            return Found(letters=letters, looked_at=looked_at, is_all=False)
        found = look(queue, wanted, most=most - len(letters), until=until, ports=ports)
        letters += found.letters
        looked_at += found.looked_at
        is_all &= found.is_all
        if found.letters and wanted.letter_id:
            break
    return Found(letters=letters, looked_at=looked_at, is_all=is_all)


def survey(queues: Sequence[LetterQueue], *, ports: Ports) -> list[Lying]:
    """Of all queues, which are asked at once. Who has not answered in time is left to itself."""
    until = ports.clock() + PATIENCE
    asks = {queue.name: partial(_lying, queue, until, ports) for queue in queues}
    told = gather(asks, seconds=PATIENCE.total_seconds())
    return [_or_unread(told[queue.name], queue) for queue in queues]


def _or_unread(told: Any, queue: LetterQueue) -> Lying:
    return Lying(queue=queue.name, source=queue.source, messages=None) if isinstance(told, Unread) else told


def _lying(queue: LetterQueue, until: datetime, ports: Ports) -> Lying:
    messages = queue.depth().all
    letters = look(queue, Wanted(), most=SAMPLE, until=until, ports=ports).letters if messages else ()
    return Lying(
        queue=queue.name,
        source=queue.source,
        messages=messages,
        looked_at=len(letters),
        oldest_at=min((letter.message.sent_at for letter in letters), default=None),
        causes=dict(Counter(letter.reason.cause for letter in letters).most_common()),
    )
