"""Letters are tried once more: sent back to the queue they came from, at a pace, and only what it accepts leaves."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.control.letters.hand import Hand, Leaving
from shared.control.letters.letter import Letter
from shared.control.letters.message import MOST_AT_ONCE, LetterQueue, Message
from shared.control.letters.ports import Ports
from shared.control.letters.wanted import Wanted
from shared.ledger.envelope import Cause
from shared.runtime.attempts import Pause
from shared.runtime.clock import Clock

_FRESH: Final = timedelta(seconds=25)  # who has had a letter in hand for longer does not send it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """`rate` is in letters a second, None for no limit; so is `limit`, in letters."""

    wanted: Wanted
    rate: int | None = None
    limit: int | None = None
    run_id: str | None = None


@dataclass(slots=True, kw_only=True)
class Tally:
    """What has become of the letters of one queue. Those that were not meant are only looked at.

    `is_through`: nobody can be handed any more of them; `is_shared`: others have some in hand.
    """

    looked_at: int = 0
    retried: int = 0
    not_accepted: int = 0  # by the queue they were sent to; they stay
    refused: Counter[str] = field(default_factory=Counter)  # by why they cannot be tried again; they stay
    hidden: int = 0  # that stay hidden for a while
    is_through: bool = False
    is_shared: bool = False
    letters: list[Letter] = field(default_factory=list)  # the first that were meant


class Pace:
    def __init__(self, rate: int | None, *, clock: Clock, pause: Pause) -> None:
        self._rate = rate
        self._clock = clock
        self._pause = pause
        self._next_at = clock()

    @property
    def stride(self) -> int:
        """How many are sent at once."""
        return min(MOST_AT_ONCE, self._rate or MOST_AT_ONCE)

    def wait(self, number: int) -> None:
        """Until so many more may be sent."""
        if self._rate is None:
            return
        now = self._clock()
        if now < self._next_at:
            self._pause((self._next_at - now).total_seconds())
        self._next_at = max(self._next_at, now) + timedelta(seconds=number / self._rate)


class Retrying:
    """One way through one queue, as far as the time allows.

    Letters that are seen and stay are hidden until the end of the way, or for `stays_hidden`, where it is to be gone on
    with: else they would be handed out again and again.
    """

    def __init__(
        self, queue: LetterQueue, order: Order, cause: Cause, *, ports: Ports, stays_hidden: timedelta | None = None
    ) -> None:
        self._queue = queue
        self._order = order
        self._ports = ports
        self._stays_hidden = stays_hidden
        self._hand = Hand(queue)
        self._pace = Pace(order.rate, clock=ports.clock, pause=ports.pause)
        self._leaving = Leaving(queue, self._hand, lambda letters: self._say(letters, cause), clock=ports.clock)
        self.tally = Tally()

    def go(self, *, until: datetime, hidden_before: int = 0) -> Tally:
        """`hidden_before`: how many an earlier part of the way has left hidden.

        Raises ConflictError, DependencyError; what was accepted by then has left, as far as that can be done.
        """
        is_to_be_gone_on = False
        try:
            self._go(until, hidden_before)
            is_to_be_gone_on = self._stays_hidden is not None and not (self.tally.is_through or self._is_enough())
        finally:
            try:
                self._leaving.settle()
            finally:
                if not is_to_be_gone_on:
                    self._hand.give_back()
        self.tally.hidden = len(self._hand)
        return self.tally

    def _go(self, until: datetime, hidden_before: int) -> None:
        while self._ports.clock() < until and not self._is_enough():
            messages = self._hand.take()
            if messages is None:
                self._see_who_else(hidden_before)
                return
            self._deal_with(messages, min(until, self._ports.clock() + _FRESH))

    def _is_enough(self) -> bool:
        if self._order.wanted.letter_id:
            return bool(self.tally.letters)
        return self._order.limit is not None and self.tally.retried >= self._order.limit

    def _see_who_else(self, hidden_before: int) -> None:
        """What others have in hand may come back."""
        others = self._queue.depth().in_hand - len(self._hand) - hidden_before
        self.tally.is_shared = others > 0
        self.tally.is_through = not self.tally.is_shared

    def _deal_with(self, messages: Sequence[Message], until: datetime) -> None:
        wanted, tally = self._order.wanted, self.tally
        letters = [self._ports.read(message, self._queue, why=wanted.cause is not None) for message in messages]
        tally.looked_at += len(letters)
        meant = [letter for letter in letters if wanted.takes(letter)]
        tally.letters += meant[: MOST_AT_ONCE - len(tally.letters)]
        tally.refused.update(letter.why_not for letter in meant if letter.why_not)
        accepted, untried = self._tried(self._as_many_as_asked([one for one in meant if one.is_retryable]), until)
        self._hand.put_back([letter.message for letter in untried])
        if self._stays_hidden is not None:
            gone = accepted | {letter.id for letter in untried}
            stay = [message for message in messages if message.id not in gone]
            self._hand.keep_hidden(stay, hidden_for=self._stays_hidden)

    def _as_many_as_asked(self, letters: list[Letter]) -> list[Letter]:
        limit = self._order.limit
        return letters if limit is None else letters[: limit - self.tally.retried]

    def _tried(self, letters: Sequence[Letter], until: datetime) -> tuple[set[str], Sequence[Letter]]:
        """The ids of those that were accepted; and those whose turn has not come in time."""
        done: set[str] = set()
        stride = self._pace.stride
        for first in range(0, len(letters), stride):
            few = letters[first : first + stride]
            self._pace.wait(len(few))
            if self._ports.clock() >= until:
                return done, letters[first:]
            accepted = self._accepted(few)
            self.tally.retried += len(accepted)
            self.tally.not_accepted += len(few) - len(accepted)
            self._leaving.add([letter for letter in few if letter.id in accepted])
            done |= accepted
        return done, ()

    def _accepted(self, letters: Sequence[Letter]) -> set[str]:
        parcels = [letter.parcel for letter in letters if letter.parcel]
        accepted = self._queue.send_back(parcels) if parcels else set()
        return accepted | {letter.id for letter in letters if self._is_republished(letter)}

    def _is_republished(self, letter: Letter) -> bool:
        if letter.window is None or self._ports.republish is None:
            return False
        self._ports.republish(letter.window.since, letter.window.until)
        return True

    def _say(self, letters: Sequence[Letter], cause: Cause) -> None:
        self._ports.book.retried(letters, cause, at=self._ports.clock(), run_id=self._order.run_id)
