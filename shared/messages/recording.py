"""Messages become events: each once, with the tags and sinks the rules give it; a bad one is refused by itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from shared.ledger.envelope import Cause
from shared.messages.contracts import read_message
from shared.messages.message import Message, Recording
from shared.messages.routing import Decision, Rules, decide
from shared.runtime.attempts import Pause, attempts
from shared.runtime.errors import DependencyError, InvalidInputError

ROUNDS: Final = 20  # each round lost to someone else finds more of the work done


class Messages(Protocol):
    def known(self, keys: Collection[str]) -> dict[str, str]: ...
    def save_all(self, recordings: Sequence[Recording], cause: Cause, *, at: datetime) -> set[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """One message that could be read, and what the rules make of it."""

    index: int
    message: Message
    decision: Decision
    raw: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Outcome:
    """Every message is either routed or refused; `known` are the keys of those that were recorded before."""

    routed: list[Routed] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)  # index of the message -> reason
    known: set[str] = field(default_factory=set)


def route(raws: Sequence[Any], *, rules: Rules, at: datetime, default_currency: str) -> Outcome:
    """Read each message and decide where it goes; nothing is kept."""
    outcome = Outcome()
    digests: dict[str, str] = {}
    for index, raw in enumerate(raws):
        try:
            message = read_message(raw, now=at, default_currency=default_currency)
            _check_same(message, digests.setdefault(message.key, message.digest))
        except InvalidInputError as refusal:
            outcome.refused[index] = str(refusal)
        else:
            routed = Routed(index=index, message=message, decision=decide(message, rules), raw=raw)
            outcome.routed.append(routed)
    return outcome


def record(outcome: Outcome, cause: Cause, *, messages: Messages, at: datetime, pause: Pause) -> None:
    """Record each routed message once, however often it is posted; refuse what says something else under a known id.

    Raises DependencyError where others kept writing the same ones; what was recorded stays, and posting again
    records the rest.
    """
    pending: dict[str, Routed] = {}
    for routed in outcome.routed:
        pending.setdefault(routed.message.key, routed)
    for _ in attempts(ROUNDS, pause=pause):
        known = messages.known(list(pending))
        _refuse_others(outcome, known)
        outcome.known |= known.keys() & {routed.message.key for routed in outcome.routed}
        new = [routed for key, routed in pending.items() if key not in known]
        recordings = [Recording(message=one.message, decision=one.decision, raw=one.raw) for one in new]
        lost = messages.save_all(recordings, cause, at=at) if recordings else set()
        pending = {key: routed for key, routed in pending.items() if key in lost}
        if not pending:
            return
    raise DependencyError("too many are posting the same messages; post them again")


def _refuse_others(outcome: Outcome, known: Mapping[str, str]) -> None:
    kept = []
    for routed in outcome.routed:
        try:
            _check_same(routed.message, known.get(routed.message.key, routed.message.digest))
        except InvalidInputError as refusal:
            outcome.refused[routed.index] = str(refusal)
        else:
            kept.append(routed)
    outcome.routed = kept


def _check_same(message: Message, digest: str) -> None:
    """A message is posted again as it was. Raises InvalidInputError."""
    if message.digest != digest:
        raise InvalidInputError("id: this is the id of another message")
