"""From what was read to events: each message checked, told apart from those before it, and sorted by the rules."""

import secrets
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scripts.route.deliveries import Digests, Told
from scripts.route.input import Read
from shared.ledger.catalogue import recorded
from shared.ledger.envelope import Cause, to_detail
from shared.messages.contracts import read_message
from shared.messages.message import KIND, Message, recording
from shared.messages.routing import Decision, Rules, Sent, decide
from shared.runtime.clock import Clock
from shared.runtime.errors import InvalidInputError
from shared.sinks.sink import Detail

_OTHER_TOLD = "id: something else was told under this id before"


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """A message with what the rules made of it and the event it becomes; `sent` are the sinks asked for."""

    index: int
    message: Message
    decision: Decision
    sent: tuple[Sent, ...]
    detail: Detail
    raw: Any = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    index: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The same message came before, in this run."""

    index: int
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A message of a channel that was not asked for."""

    index: int


Came = Routed | Refused | Known | PassedOver


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One pass over messages. No channels: all of them. `earlier` are the messages of earlier runs."""

    rules: Rules
    sinks: Collection[str]
    channels: Collection[str]
    default_currency: str
    told: Digests
    earlier: Digests | None
    clock: Clock

    def route(self, reads: Iterable[Read], *, limit: int | None) -> Iterator[Came]:
        """In their order, until so many were routed. Raises InvalidInputError where no more can be read."""
        left = limit
        cause = _cause()
        if left == 0:
            return
        for read in reads:
            came = self._came(read, cause)
            yield came
            if left is not None and isinstance(came, Routed):
                left -= 1
                if left == 0:
                    return

    def _came(self, read: Read, cause: Cause) -> Came:
        if read.error is not None:
            return Refused(index=read.index, reason=read.error)
        try:
            message = read_message(read.raw, now=self.clock(), default_currency=self.default_currency)
        except InvalidInputError as error:
            return Refused(index=read.index, reason=str(error))
        if self.channels and (message.channel or "").casefold() not in self.channels:
            return PassedOver(index=read.index)
        return self._new(read, message) or self._routed(read, message, cause)

    def _new(self, read: Read, message: Message) -> Came | None:
        """None where it is new; a message of an earlier run that is told again in this one may be done in part."""
        told = self.told.tell(message.key, message.digest)
        before = self.earlier.look(message.key, message.digest) if self.earlier else Told.NEW
        if Told.OTHER in (told, before):
            return Refused(index=read.index, reason=_OTHER_TOLD)
        return Known(index=read.index, message=message) if told is Told.KNOWN else None

    def _routed(self, read: Read, message: Message, cause: Cause) -> Routed:
        decision = decide(message, self.rules)
        fact = recording(message, decision, at=self.clock())
        (event,) = recorded(KIND, message.key, [fact], after=0, cause=cause)
        return Routed(
            index=read.index,
            message=message,
            decision=decision,
            sent=tuple(sent for sent in decision.sent if sent.sink in self.sinks),
            detail=to_detail(event),
            raw=read.raw,
        )


def _cause() -> Cause:
    trace_id = secrets.token_hex(16)
    return Cause(actor="command:route", trace_id=trace_id, correlation_id=trace_id)
