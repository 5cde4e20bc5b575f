"""The step of the workflow `retry-dead-letters`: queue after queue, as far as the time goes, and on from there."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.control.letters.message import LetterQueue
from shared.control.letters.ports import Ports
from shared.control.letters.retrying import Order, Retrying, Tally
from shared.control.letters.wanted import Wanted
from shared.control.runs.step import Again, Done, StepCall, StepHandler
from shared.ledger.envelope import from_text, to_text

WORKFLOW: Final = "retry-dead-letters"
MARGIN: Final = timedelta(seconds=20)  # to put down what was begun, where AWS is slow
SLICE: Final = timedelta(seconds=30)  # who cancels a run waits for no more
STAYS_HIDDEN: Final = timedelta(minutes=15)
_SOON: Final = timedelta(seconds=20)  # until others have put down what they have in hand
_WAITS: Final = 4  # for others, at each queue
_REST: Final = timedelta(seconds=10)  # for which no process waits: the next one goes on
_REASONS: Final = 5


@dataclass(slots=True, kw_only=True)
class Way:
    """How far a run has come."""

    began_at: datetime  # messages that were sent later are not meant
    retried: int = 0
    not_accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    through: list[str] = field(default_factory=list)  # queues
    hidden: int = 0  # of the queue it is at
    waits: int = 0  # at that queue

    @classmethod
    def read(cls, left: Mapping[str, Any], *, at: datetime) -> "Way":
        if not left:
            return cls(began_at=at)
        told = {**left, "began_at": from_text(left["began_at"]), "refused": Counter(left["refused"])}
        return cls(**told)

    def left(self) -> Mapping[str, Any]:
        return {
            "began_at": to_text(self.began_at),
            "retried": self.retried,
            "not_accepted": self.not_accepted,
            "refused": dict(self.refused),
            "through": list(self.through),
            "hidden": self.hidden,
            "waits": self.waits,
        }

    def add(self, tally: Tally, queue: str) -> None:
        self.retried += tally.retried
        self.not_accepted += tally.not_accepted
        self.refused.update(tally.refused)
        self.hidden += tally.hidden
        self.waits += tally.is_shared
        if tally.is_through or self.waits >= _WAITS:
            self.through.append(queue)
            self.hidden = self.waits = 0


def retry_dead_letters(ports: Ports) -> StepHandler:
    """Parameters: `queue`, `letter_id`, `cause`, `event_type`, `rate`, `limit`; all may be missing."""

    def step(call: StepCall) -> Done | Again:
        asked = call.parameters
        queues = ports.chosen(asked.get("queue"))
        way = Way.read(call.checkpoint, at=ports.clock())
        for queue in queues:
            if queue.name in way.through or _is_enough(way, asked):
                continue
            if _is_late(call, ports):
                return Again(checkpoint=way.left(), after=_REST, progress=_account(way, queues))
            tally = _go(queue, way, call, ports)
            way.add(tally, queue.name)
            if queue.name not in way.through and not _is_enough(way, asked):
                after = _SOON if tally.is_shared else timedelta(0)
                return Again(checkpoint=way.left(), after=after, progress=_account(way, queues))
        return Done(output=_account(way, queues))

    return step


def _is_late(call: StepCall, ports: Ports) -> bool:
    """Nothing can be begun any more, and who is asked again at once stands still."""
    return ports.clock() >= call.until - MARGIN


def _go(queue: LetterQueue, way: Way, call: StepCall, ports: Ports) -> Tally:
    asked = call.parameters
    wanted = Wanted(
        letter_id=asked.get("letter_id"),
        cause=asked.get("cause"),
        event_type=asked.get("event_type"),
        sent_before=way.began_at,
    )
    limit = asked.get("limit")
    order = Order(
        wanted=wanted,
        rate=asked.get("rate"),
        limit=None if limit is None else limit - way.retried,
        run_id=call.run_id,
    )
    retrying = Retrying(queue, order, call.cause, ports=ports, stays_hidden=STAYS_HIDDEN)
    until = min(call.until - MARGIN, ports.clock() + SLICE)
    return retrying.go(until=until, hidden_before=way.hidden)


def _is_enough(way: Way, asked: Mapping[str, Any]) -> bool:
    if asked.get("letter_id"):  # there is one of that id, whatever has become of it
        return bool(way.retried or way.not_accepted or way.refused)
    limit = asked.get("limit")
    return limit is not None and way.retried >= limit


def _account(way: Way, queues: list[LetterQueue]) -> Mapping[str, Any]:
    """`left` is about how many lie there now, whatever they are."""
    return {
        "retried": way.retried,
        "refused": way.refused.total(),
        "not_accepted": way.not_accepted,
        "left": sum(queue.depth().all for queue in queues),
        "why": dict(way.refused.most_common(_REASONS)),
    }
