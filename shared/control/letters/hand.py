"""Letters in somebody's hand: nobody else is handed them meanwhile, and what is not let go lies there again after."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from shared.control.letters.letter import Letter
from shared.control.letters.message import MOST_AT_ONCE, LetterQueue, Message
from shared.control.letters.store import MOST_IN_ONE
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError
from shared.runtime.observability import logger

IN_HAND: Final = timedelta(seconds=60)  # a letter is worked on for a third of that; who is cut off keeps it no longer
_SETTLED_WITHIN: Final = timedelta(seconds=10)

Say = Callable[[Sequence[Letter]], None]


class Hand:
    def __init__(self, queue: LetterQueue, *, hidden_for: timedelta = IN_HAND) -> None:
        self._queue = queue
        self._hidden_for = hidden_for
        self._held: dict[str, Message] = {}
        self._taken = 0
        self._expected: int | None = None

    def __len__(self) -> int:
        return len(self._held)

    def take(self) -> list[Message] | None:
        """More that were not in hand before; None where nobody can be handed any. Raises DependencyError."""
        if self._expected is None:
            self._expected = self._queue.depth().waiting
        is_sure = self._taken < self._expected
        taken = self._queue.take(MOST_AT_ONCE, hidden_for=self._hidden_for, is_sure=is_sure)
        new = [message for message in taken if message.id not in self._held]
        self._held |= {message.id: message for message in taken}  # with the receipt that counts now
        self._taken += len(taken)
        return new if taken else None

    def let_go(self, gone: Iterable[str]) -> None:
        for message_id in gone:
            self._held.pop(message_id, None)

    def keep_hidden(self, messages: Sequence[Message], *, hidden_for: timedelta) -> None:
        """From everybody, us too, for so long. Raises DependencyError."""
        if messages:
            self._queue.hide(messages, hidden_for=hidden_for)

    def put_back(self, messages: Sequence[Message]) -> None:
        """Everybody may have them at once. Raises DependencyError."""
        self.keep_hidden(messages, hidden_for=timedelta(0))
        self.let_go(message.id for message in messages)

    def give_back(self) -> None:
        """All. Those that cannot be given back come back by themselves."""
        with suppress(DependencyError):
            self.put_back(list(self._held.values()))
        self._held.clear()


class Leaving:
    """Letters on their way out of a queue: `say` says so, and then they are removed.

    In this order, because whatever has left the queue has to be in its history. Who is cut off in between has said it
    of a letter that is still there; whoever finds it there does it again, and says it again.
    """

    def __init__(self, queue: LetterQueue, hand: Hand, say: Say, *, clock: Clock) -> None:
        self._queue = queue
        self._hand = hand
        self._say = say
        self._clock = clock
        self.gone = 0  # letters that have left
        self.stuck = 0  # and those that could not be removed
        self._waiting: list[Letter] = []
        self._since: datetime | None = None

    def add(self, letters: Sequence[Letter]) -> None:
        """Raises ConflictError, DependencyError, where those that are there by now cannot leave."""
        self._waiting += letters
        self._since = self._since or self._clock()
        if len(self._waiting) >= MOST_IN_ONE or self._clock() - self._since >= _SETTLED_WITHIN:
            self.settle()

    def settle(self) -> None:
        """Raises ConflictError, DependencyError."""
        waiting, self._waiting, self._since = self._waiting, [], None
        for first in range(0, len(waiting), MOST_IN_ONE):
            self._let_leave(waiting[first : first + MOST_IN_ONE])

    def _let_leave(self, letters: Sequence[Letter]) -> None:
        self._say(letters)
        messages = [letter.message for letter in letters]
        gone = self._queue.remove(messages)
        if len(gone) < len(messages):
            gone |= self._queue.remove([message for message in messages if message.id not in gone])
        self._hand.let_go(gone)
        self.gone += len(gone)
        self.stuck += len(messages) - len(gone)
        if len(gone) < len(messages):
            logger.warning("letters could not be removed", queue=self._queue.name, number=len(messages) - len(gone))
