"""What people ask for of dead letters, done while they wait."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from shared.control.letters.letter import Letter
from shared.control.letters.looking import look_into
from shared.control.letters.message import LetterQueue
from shared.control.letters.ports import Ports
from shared.control.letters.retrying import Order, Retrying, Tally
from shared.control.letters.wanted import Wanted
from shared.ledger.envelope import Cause
from shared.runtime.errors import ConflictError, ContradictionError, DependencyError, NotFoundError

MOST_LOOKED_AT: Final = 2_000  # letters, of which somebody wants to know what trying them again would do


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """`total` is about how many lay there before; `is_all`: no other letter that is meant was found there."""

    retried: int
    total: int
    not_accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    is_all: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What trying again would do: `letters` of those that can be, `refused` by why they cannot."""

    letters: tuple[Letter, ...]
    refused: Counter[str]
    total: int
    is_all: bool


def retry_now(queues: Sequence[LetterQueue], order: Order, cause: Cause, *, ports: Ports, until: datetime) -> Account:
    """Up to the order's limit, which it has. Raises ConflictError, DependencyError."""
    assert order.limit is not None, "what may take long is a run"
    total = sum(queue.depth().all for queue in queues)
    tallies: list[Tally] = []
    left = order.limit
    for queue in queues:
        if left > 0 and ports.clock() < until:
            tally = Retrying(queue, replace(order, limit=left), cause, ports=ports).go(until=until)
            tallies.append(tally)
            left -= tally.retried
    return Account(
        retried=sum(tally.retried for tally in tallies),
        total=total,
        not_accepted=sum(tally.not_accepted for tally in tallies),
        refused=sum((tally.refused for tally in tallies), Counter[str]()),
        is_all=len(tallies) == len(queues) and all(tally.is_through for tally in tallies),
    )


def retry_one(queue: LetterQueue, letter_id: str, cause: Cause, *, ports: Ports, until: datetime) -> Letter | None:
    """The letter, which is on its way; None where the time was too short to find it.

    Raises NotFoundError; ContradictionError where it cannot be tried again; ConflictError where it may be in somebody
    else's hand; DependencyError where its queue does not take it.
    """
    order = Order(wanted=Wanted(letter_id=letter_id), limit=1)
    tally = Retrying(queue, order, cause, ports=ports).go(until=until)
    if not tally.letters:
        _check_may_be_there(tally, queue, letter_id)
        return None
    (letter,) = tally.letters
    if letter.why_not:
        raise ContradictionError(f"letter {letter_id} cannot be tried again: {letter.why_not}")
    if not tally.retried:
        raise DependencyError(f"{queue.source} has not accepted letter {letter_id}; it is where it was")
    return letter


def _check_may_be_there(tally: Tally, queue: LetterQueue, letter_id: str) -> None:
    if tally.is_shared:
        raise ConflictError(f"somebody has letters of {queue.name} in hand just now; try again")
    if tally.is_through:
        raise NotFoundError(f"there is no letter {letter_id} in {queue.name}")


def foresee(queues: Sequence[LetterQueue], order: Order, *, ports: Ports, until: datetime) -> Forecast:
    """Nothing is changed by it. Raises DependencyError."""
    total = sum(queue.depth().all for queue in queues)
    found = look_into(queues, order.wanted, most=MOST_LOOKED_AT, until=until, ports=ports)
    good = tuple(letter for letter in found.letters if letter.is_retryable)
    return Forecast(
        letters=good if order.limit is None else good[: order.limit],
        refused=Counter(letter.why_not for letter in found.letters if letter.why_not),
        total=total,
        is_all=found.is_all,
    )
