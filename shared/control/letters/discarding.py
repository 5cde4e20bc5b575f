"""Letters that somebody throws away, with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NoReturn

from shared.control.letters.hand import Hand, Leaving
from shared.control.letters.letter import Letter
from shared.control.letters.message import LetterQueue
from shared.control.letters.ports import Ports
from shared.control.letters.wanted import Wanted
from shared.ledger.envelope import Cause
from shared.runtime.errors import ConflictError, NotFoundError

LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Discarded:
    """`is_all`: none is left that was meant, and that nobody else has in hand."""

    number: int
    is_all: bool


def discard(
    queue: LetterQueue, wanted: Wanted, reason: str, cause: Cause, *, ports: Ports, until: datetime
) -> Discarded:
    """As far as the time allows. Raises ConflictError, DependencyError; what was said by then is gone.

    Raises NotFoundError where one is named that is not there, ConflictError where it may be in somebody else's hand.
    """

    def say(letters: Sequence[Letter]) -> None:
        ports.book.discarded(letters, cause, at=ports.clock(), reason=reason)

    hand = Hand(queue)
    leaving = Leaving(queue, hand, say, clock=ports.clock)
    is_all = False
    try:
        while ports.clock() < until and not is_all:
            messages = hand.take()
            letters = [ports.read(one, queue, why=wanted.cause is not None) for one in messages or ()]
            meant = [letter for letter in letters if wanted.takes(letter)]
            leaving.add(meant)
            is_all = messages is None or (bool(meant) and wanted.letter_id is not None)
        leaving.settle()
        if is_all and wanted.letter_id and not leaving.gone + leaving.stuck:
            _say_where(wanted.letter_id, queue, len(hand))
    finally:
        hand.give_back()
    return Discarded(number=leaving.gone, is_all=is_all and not leaving.stuck)


def _say_where(letter_id: str, queue: LetterQueue, in_our_hand: int) -> NoReturn:
    if queue.depth().in_hand > in_our_hand:
        raise ConflictError(f"somebody has letters of {queue.name} in hand just now; try again")
    raise NotFoundError(f"there is no letter {letter_id} in {queue.name}")
