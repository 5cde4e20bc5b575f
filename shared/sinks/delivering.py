"""Bringing an event to a sink, once: taken on record before it is tried, looked for before it is repeated."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from shared.deliveries.delivery import HELD_FOR, Deliveries, Delivery, Status, first_try
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, InvalidInputError
from shared.runtime.http import Call, CircuitOpenError, GrantRefusedError, ServiceError, Verdict, backoff
from shared.sinks.sink import Detail, Made, Sink

MOST_ATTEMPTS: Final = 10  # that failed; to be told to wait is no failure
LARGEST_REQUEST: Final = 16_000  # characters of a dry run's request that are kept

_DONE: Final = frozenset({Status.DELIVERED, Status.ACCEPTED})
# A dry run, too, may have followed a try that was cut off.
_MAYBE_DONE: Final = frozenset({Status.SENDING, Status.IN_DOUBT, Status.FAILED, Status.DRY_RUN, Status.SKIPPED})
_LATER: Final = frozenset({Verdict.RETRY_AFTER, Verdict.RETRY_BACKOFF, Verdict.AMBIGUOUS, Verdict.REFRESH_CREDENTIAL})
_CUT_OFF: Final = "the work was cut off; it is not known whether it was sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The record as it stands. `wait`: come again after that; `error`: what went wrong just now."""

    delivery: Delivery
    wait: timedelta | None = None
    error: ServiceError | None = None


def deliver(
    event: Detail, sink: Sink, *, live: bool, deliveries: Deliveries, clock: Clock, trigger: str | None = None
) -> Outcome:
    """Do what is left to do. `trigger` is the id of an event by which somebody asked for it once more.

    Where not `live`, the request is built and recorded, and nobody is asked. Raises ConflictError where others are
    at it, DependencyError where the records cannot be had.
    """
    work = _Work(event=event, sink=sink, live=live, trigger=trigger, at=clock())
    record, look_first = _taken(work, deliveries)
    if isinstance(record, Outcome):
        return record
    if record.status is not Status.SENDING:
        return Outcome(delivery=record)
    looking = look_first
    try:
        made = sink.find(event) if look_first else None
        looking = False
        made = made or sink.send(event)
    except ServiceError as error:
        doubtful = error.verdict is Verdict.AMBIGUOUS or looking
        rest = sink.settles_after if not looking else timedelta(0)  # what was done longer ago can be found by now
        ended, wait = _failed(record, error, sink, doubtful=doubtful, rest=rest, at=clock())
        return Outcome(delivery=deliveries.save(ended), wait=wait, error=error)
    return Outcome(delivery=deliveries.save(_delivered(record, made, at=clock())))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One event on its way to one sink."""

    event: Detail
    sink: Sink
    live: bool
    trigger: str | None
    at: datetime

    def opening(self) -> Delivery:
        """The first record of it."""
        opened = replace(first_try(self.event["id"], self.sink.name, at=self.at), trigger=self.trigger)
        return self._unasked(opened) or opened

    def next(self, known: Delivery) -> Delivery:
        """The record of one more try."""
        if known.status is Status.SENDING and not self.sink.can_look:  # who asked anew knew nothing of that
            doubtful = known.ended(Status.IN_DOUBT, at=self.at, error=_CUT_OFF)
            return replace(doubtful, trigger=self.trigger or known.trigger)
        if self._is_asked_anew(known):
            known = replace(known, attempts=0, began_at=self.at, trigger=self.trigger, is_announced=False)
        return self._unasked(known) or replace(known.taken(at=self.at), request=None)

    def is_over(self, known: Delivery) -> bool:
        if known.status in _DONE:
            return True
        rests = known.status in (Status.DRY_RUN, Status.SKIPPED) or known.is_given_up
        return rests and not self._is_asked_anew(known)

    def wait(self, known: Delivery) -> timedelta | None:
        """How long others have it in hand, or it has to rest."""
        if known.is_held(at=self.at):
            return known.changed_at + HELD_FOR - self.at
        if known.retry_at and self.at < known.retry_at and not self._is_asked_anew(known):
            return known.retry_at - self.at
        return None

    def _is_asked_anew(self, known: Delivery) -> bool:
        return self.trigger is not None and self.trigger != known.trigger

    def _unasked(self, record: Delivery) -> Delivery | None:
        """The record of what needs nobody to be asked; None where the sink is to be asked."""
        record = replace(record, attempts=0, changed_at=self.at, retry_at=None, last_error=None)
        if reason := self.sink.skips(self.event):
            return replace(record, status=Status.SKIPPED, last_error=reason)
        try:
            call = self.sink.request(self.event)
        except InvalidInputError as error:
            return replace(record, status=Status.FAILED, last_error=str(error))
        return None if self.live else replace(record, status=Status.DRY_RUN, request=_shown(call))


def _taken(work: _Work, deliveries: Deliveries) -> tuple[Delivery | Outcome, bool]:
    """The record that this try is ours, and whether to look what earlier ones did; or an outcome, where it is not.

    What is new costs one write and no read.
    """
    if work.trigger is None:
        try:
            return deliveries.save(work.opening()), False
        except ConflictError:
            pass  # it is not new
    known = deliveries.get(work.event["id"], work.sink.name)
    if known is None:
        return deliveries.save(work.opening()), False
    if work.is_over(known):
        return Outcome(delivery=known), False
    if wait := work.wait(known):
        return Outcome(delivery=known, wait=wait), False
    return deliveries.save(work.next(known)), work.sink.can_look and known.status in _MAYBE_DONE


def _failed(
    record: Delivery, error: ServiceError, sink: Sink, *, doubtful: bool, rest: timedelta, at: datetime
) -> tuple[Delivery, timedelta | None]:
    """What is known after a failure, and when to come again; where it is doubtful, not before `rest`."""
    if isinstance(error, CircuitOpenError) or error.verdict is Verdict.RETRY_AFTER:
        record = replace(record, attempts=record.attempts - 1)
    status = Status.IN_DOUBT if doubtful else Status.PENDING
    if not _comes_again(record, error, sink, doubtful=doubtful, at=at):
        final = status if doubtful else Status.FAILED
        return record.ended(final, at=at, error=error.said), None
    seconds = error.retry_after or backoff(record.attempts or 1)
    wait = max(timedelta(seconds=seconds), rest if doubtful else timedelta(0))
    return replace(record.ended(status, at=at, error=error.said), retry_at=at + wait), wait


def _comes_again(record: Delivery, error: ServiceError, sink: Sink, *, doubtful: bool, at: datetime) -> bool:
    may_change = error.verdict in _LATER or isinstance(error, GrantRefusedError) or doubtful
    may_be_repeated = sink.can_look or not doubtful
    return (
        may_change
        and may_be_repeated
        and record.attempts < MOST_ATTEMPTS
        and at - record.began_at < sink.gives_up_after
    )


def _delivered(record: Delivery, made: Made, *, at: datetime) -> Delivery:
    return replace(record.ended(Status.DELIVERED, at=at, external_id=made.external_id), url=made.url)


def _shown(call: Call) -> dict[str, Any]:
    """A request for people to look at: without what says who we are, and not endless."""
    body = call.json if call.json is not None else (call.content or b"").decode(errors="replace")
    text = json.dumps(body, ensure_ascii=False)
    kept = body if len(text) <= LARGEST_REQUEST else f"{text[:LARGEST_REQUEST]}…"
    return {"method": call.method, "path": call.path, "body": kept}
