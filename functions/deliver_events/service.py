"""One event for one sink: wait, bring it there, or give it up and say so."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from shared.deliveries.delivery import Deliveries, Delivery, Status
from shared.deliveries.events import FAILED, RETRY_REQUESTED, DeliveryEvents
from shared.ledger.envelope import Cause, Fact, from_text, is_replayed, to_detail
from shared.ledger.ledger import Ledger
from shared.runtime.clock import Clock
from shared.runtime.queue import Queue
from shared.sinks.content import title_of
from shared.sinks.delivering import Outcome, deliver
from shared.sinks.pausing import SinkState
from shared.sinks.sink import Detail, Sink

LETTER_OF: Final = "letter_of"  # in a dead letter's detail: the revision of the record it is about


class Sinks(Protocol):
    def get(self, name: str) -> SinkState: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """`dead_letters` takes what was given up, with the reason."""

    ledger: Ledger
    deliveries: Deliveries
    delivery_events: DeliveryEvents
    sinks: Sinks
    dead_letters: Queue
    clock: Clock


def bring(detail: Detail, sink: Sink, cause: Cause, *, live: bool, ports: Ports) -> Outcome | timedelta:
    """What came of it, or for how long its sink is paused.

    Raises NotFoundError for an event that is not in the ledger; ConflictError, DependencyError as `deliver`.
    """
    if wait := ports.sinks.get(sink.name).wait(at=ports.clock()):
        return wait
    event, trigger = _asked(detail, sink, ports)
    outcome = deliver(event, sink, live=live, deliveries=ports.deliveries, clock=ports.clock, trigger=trigger)
    if outcome.delivery.is_given_up and not outcome.delivery.is_announced:
        outcome = replace(outcome, delivery=_announced(outcome.delivery, event, cause, ports=ports))
    return outcome


def _asked(detail: Detail, sink: Sink, ports: Ports) -> tuple[Detail, str | None]:
    """The event, and by what somebody asks for it once more."""
    if detail["type"] == RETRY_REQUESTED:
        event = to_detail(ports.ledger.event(detail["data"]["event_id"]))
        known = ports.deliveries.get(event["id"], sink.name)
        is_outrun = known is not None and not sink.can_look and _is_outrun(from_text(detail["time"]), known)
        return event, None if is_outrun or is_replayed(detail) else detail["id"]  # nobody asks for it now
    letter = detail.get(LETTER_OF)
    if letter is None:
        return detail, None
    known = ports.deliveries.get(detail["id"], sink.name)
    is_last_word = known is not None and known.revision - letter in (0, 1)  # the record was closed after it
    return detail, f"letter:{letter}" if is_last_word else None


def _is_outrun(asked_at: datetime, known: Delivery) -> bool:
    """Who asked before the last try ended in doubt did not ask for what may be there to be done again."""
    return known.status is Status.IN_DOUBT and asked_at <= known.changed_at


def _announced(given_up: Delivery, event: Detail, cause: Cause, *, ports: Ports) -> Delivery:
    """Say so as an event, once, and as a dead letter, which may lie there twice where the work is cut off."""
    said = {
        "event_id": given_up.event_id,
        "event_type": event["type"],
        "sink": given_up.sink,
        "attempts": given_up.attempts,
        "in_doubt": given_up.status is Status.IN_DOUBT,
        "answer": given_up.last_error or "",
        "title": title_of(event),
    }
    last = ports.delivery_events.last(given_up.event_id, given_up.sink)
    if (last.type, last.revision) != (FAILED, given_up.revision):
        fact = Fact(type=FAILED, time=ports.clock(), data=said)
        ports.delivery_events.say(fact, given_up, after=last, cause=cause)
    ports.dead_letters.send(_letter(given_up, said, event), after=timedelta(0))
    return ports.deliveries.save(replace(given_up, is_announced=True))


def _letter(given_up: Delivery, said: Mapping[str, Any], event: Detail) -> str:
    """Why it lies there, and the event: who moves it back into the queue, asks for it again."""
    detail = dict(event) | {LETTER_OF: given_up.revision}
    return json.dumps({"reason": said["answer"], "delivery": said, "detail": detail}, ensure_ascii=False)
