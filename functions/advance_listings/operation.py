"""Doing something outside for a listing, once: taken on record before it is tried, looked for before it is repeated."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, TypeVar

from shared.deliveries.delivery import HELD_FOR, Deliveries, Delivery, Status, first_try
from shared.listings.listing import Listing
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError
from shared.runtime.http import CircuitOpenError, ServiceError, Verdict, backoff

T = TypeVar("T")

_PERSON: Final = frozenset({Verdict.TERMINAL, Verdict.REFRESH_CREDENTIAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[T]):
    """`find` looks whether an earlier try has done it, `do` does it, under an idempotency key."""

    name: str
    sink: str
    find: Callable[[], T | None]
    do: Callable[[str], T]
    is_pending: Callable[[T], bool] = lambda _: False  # taken on by the other side, not done yet
    external_id: Callable[[T], str | None] = lambda _: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Who wants it: nobody but the event, or a person, who may have looked and found that nothing was done."""

    by_person: bool = False
    confirmed_not_done: bool = False
    asked_at: datetime | None = None  # None for now
    key: str | None = None  # a new idempotency key, for what surely was not done under the old one

    def rules_out(self, known: Delivery) -> bool:
        """Who looked has looked only at what was over by then."""
        at = self.asked_at
        return self.confirmed_not_done and (at is None or (known.changed_at < at and not known.is_held(at=at)))


class FailedError(Exception):
    """It was tried and is not known to be done."""

    def __init__(self, error: ServiceError, *, attempts: int, in_doubt: bool, final: bool) -> None:
        super().__init__(str(error))
        self.error = error
        self.in_doubt = in_doubt
        self.final = final  # a person has to act
        self.was_asked = not isinstance(error, CircuitOpenError)
        self.wait = timedelta(seconds=error.retry_after or backoff(attempts))


class BusyError(Exception):
    """Somebody else is at it."""

    wait = HELD_FOR


def perform(
    operation: Operation[T], listing: Listing, request: Request, *, deliveries: Deliveries, clock: Clock
) -> tuple[T, Delivery] | None:
    """What came of it, now or earlier, with the record to be kept of it; None where others have it in hand.

    Raises FailedError, BusyError.
    """
    known = deliveries.get(listing.entry_id, operation.sink)
    if known is not None and known.status is Status.ACCEPTED and not request.by_person:
        return None
    taken, look_first = _take(known, operation.sink, listing, request, deliveries=deliveries, at=clock())
    found = _found(operation, taken, deliveries=deliveries, clock=clock) if look_first else None
    result = found or _done(operation, taken, deliveries=deliveries, clock=clock)
    status = Status.ACCEPTED if operation.is_pending(result) else Status.DELIVERED
    return result, taken.ended(status, at=clock(), external_id=operation.external_id(result))


def _take(
    known: Delivery | None, sink: str, listing: Listing, request: Request, *, deliveries: Deliveries, at: datetime
) -> tuple[Delivery, bool]:
    """The record that this try is ours, and whether we have to look what earlier ones did. Raises BusyError."""
    if known is None:
        taken, look_first = first_try(listing.entry_id, sink, at=at), False
    elif known.is_held(at=at):
        raise BusyError
    else:
        look_first = not known.is_surely_not_done and not request.rules_out(known)
        taken = known.taken(at=at, key=None if look_first else request.key)
    try:
        return deliveries.save(taken), look_first
    except ConflictError:
        raise BusyError from None


def _found(operation: Operation[T], taken: Delivery, *, deliveries: Deliveries, clock: Clock) -> T | None:
    """A look-up that fails leaves things as doubtful as they were. Raises FailedError."""
    try:
        return operation.find()
    except ServiceError as error:
        in_doubt = error.verdict is not Verdict.TERMINAL
        cannot_tell = error.verdict in (Verdict.AMBIGUOUS, *_PERSON)
        raise _failure(error, taken, in_doubt, final=cannot_tell, deliveries=deliveries, at=clock()) from error


def _done(operation: Operation[T], taken: Delivery, *, deliveries: Deliveries, clock: Clock) -> T:
    """Raises FailedError."""
    try:
        return operation.do(taken.key)
    except ServiceError as error:
        in_doubt, final = error.verdict is Verdict.AMBIGUOUS, error.verdict in _PERSON
        raise _failure(error, taken, in_doubt, final=final, deliveries=deliveries, at=clock()) from error


def _failure(
    error: ServiceError, taken: Delivery, in_doubt: bool, *, final: bool, deliveries: Deliveries, at: datetime
) -> FailedError:
    """Puts on record what is known after the failure."""
    deliveries.save(taken.ended(Status.IN_DOUBT if in_doubt else Status.FAILED, at=at, error=error.said))
    return FailedError(error, attempts=taken.attempts, in_doubt=in_doubt, final=final)
