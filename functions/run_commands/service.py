"""One use of a command: claimed, permitted, carried out, answered, recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Protocol

from functions.run_commands import registry
from functions.run_commands.answering import Asked
from functions.run_commands.claiming import Claim, claim, finish, release
from functions.run_commands.command import Component, Run, Runnable, Use
from functions.run_commands.middleware import around
from functions.run_commands.ports import Ports
from functions.run_commands.recording import Account, Outcome, record
from shared.discord.access import Access
from shared.discord.answers import Reply, private, shown
from shared.discord.interaction import Kind, read_interaction
from shared.discord.options import Acknowledge
from shared.discord.rest import TOKEN_SECONDS
from shared.ledger.envelope import Cause, from_text
from shared.runtime.auth import Role
from shared.runtime.errors import ConflictError, DependencyError, DomainError, ForbiddenError, NotFoundError
from shared.runtime.http import ServiceError, backoff

MOST_TRIES: Final = 4  # while somebody waits; then they are told that it failed
OLDEST: Final = timedelta(seconds=TOKEN_SECONDS)  # who asked has given up by then, and perhaps asked again
_LONGEST_WAIT: Final = 10.0  # seconds between two tries, where no service asks for more
_LONGEST_REASON: Final = 1_000
_UNKNOWN: Final = "this belongs to another version of Switchyard; use the command anew"
_TOO_LATE: Final = "❌ This was not done: it came too late. Please use the command anew."
_CUT_OFF: Final = (
    "❔ This may have been done: it was cut off, and then came too late. Please look before you use it anew."
)


# What the receiver has told at once: whatever holds by now, nothing happens after that. A form is yet to be filled in.
_SETTLED: Final[Mapping[str, Outcome]] = {
    "refused": Outcome.REFUSED,
    "wrong": Outcome.WRONG,
    Acknowledge.MODAL: Outcome.DONE,
}


class Answers(Protocol):
    def give(self, asked: Asked, reply: Reply | None) -> bool:
        """Whether it is sure to have been brought to somebody. Raises ServiceError where it may be tried again."""

    def progress(self, asked: Asked, reply: Reply) -> None:
        """May be missed: what counts is the answer."""


class FaultError(Exception):
    """A use went wrong here before. Who asked was told so, so it is not done again behind their back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of carrying it out, what is to be said, and what of ours went wrong."""

    outcome: Outcome
    reply: Reply | None = None
    fault: Exception | None = None
    is_heard: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What became of a use; `is_heard`: the answer reached somebody."""

    asked: Asked
    role: Role | None
    outcome: Outcome
    duration_ms: int
    is_heard: bool
    error: Exception | None = None  # of ours


def carry_out(detail: Mapping[str, Any], *, ports: Ports, answers: Answers, access: Access) -> Done | timedelta | None:
    """What came of it; how long to wait before it is tried (again); None where it was over before.

    Raises InvalidInputError for what is no interaction; ConflictError, DependencyError where it cannot be claimed or
    recorded.
    """
    asked = read_asked(detail)
    held = claim(asked.interaction.id, state=ports.state, at=ports.clock())
    if held is None or isinstance(held, timedelta):
        return held
    use = _use(asked, held, ports=ports, answers=answers, access=access)
    try:
        attempt = _known(held) or _answered(_attempt(use, asked, held), use, asked, held, answers)
    except (ConflictError, DependencyError) as error:
        release(held, state=ports.state, at=ports.clock())
        return timedelta(seconds=_wait(error, held.number))
    over = replace(held, outcome=str(attempt.outcome), is_faulty=attempt.fault is not None)
    return _recorded(attempt, use, asked, over)


def read_asked(detail: Mapping[str, Any]) -> Asked:
    """Raises InvalidInputError."""
    return Asked(
        interaction=read_interaction(detail["interaction"]),
        trace_id=detail["trace_id"],
        acknowledged=detail["acknowledged"],
        received_at=from_text(detail["received_at"]),
    )


def _use(asked: Asked, held: Claim, *, ports: Ports, answers: Answers, access: Access) -> Use:
    used = asked.interaction
    known = access.role_of(used.user_id, used.role_ids)
    return Use(
        interaction=used,
        role=Role(known) if known else None,
        cause=Cause(actor=f"discord:{used.user_id}", trace_id=asked.trace_id, correlation_id=asked.trace_id),
        at=ports.clock(),
        ports=ports,
        is_repeated=held.is_repeated,
        show=lambda reply: answers.progress(asked, reply),
    )


def _known(held: Claim) -> Attempt | None:
    """What was carried out and answered before is not done again: only its record is missing."""
    if held.outcome is None:
        return None
    fault = FaultError("it went wrong here before") if held.is_faulty else None
    return Attempt(outcome=Outcome(held.outcome), fault=fault)


def _attempt(use: Use, asked: Asked, held: Claim) -> Attempt:
    """Raises ConflictError, DependencyError where it is to be tried again."""
    if asked.acknowledged in _SETTLED:
        return Attempt(outcome=_SETTLED[asked.acknowledged])
    if use.at - asked.received_at > OLDEST:
        return Attempt(outcome=Outcome.FAILED, reply=_too_late(use, asked))
    try:
        return _carried_out(use)
    except (ConflictError, DependencyError) as error:
        if not _is_last(error, use, asked, held):
            raise
        said = f"❌ It did not work: {_sentence(error)} Please try again."
        return Attempt(outcome=Outcome.FAILED, reply=private(said))


def _too_late(use: Use, asked: Asked) -> Reply:
    """What began for all to see ends so: only the channel can be told any more."""
    said = _CUT_OFF if use.is_repeated else _TOO_LATE
    return Reply(content=said, private=asked.acknowledged != Acknowledge.DEFER)


def _carried_out(use: Use) -> Attempt:
    try:
        return Attempt(outcome=Outcome.DONE, reply=_run(use)(use))
    except ForbiddenError as refusal:
        return Attempt(outcome=Outcome.REFUSED, reply=private(f"⛔ {_sentence(refusal)}"))
    except DomainError as refusal:
        return Attempt(outcome=Outcome.WRONG, reply=private(f"⚠️ {_sentence(refusal)}"))
    except (ConflictError, DependencyError):
        raise
    except Exception as error:  # a fault of ours: somebody waits, and is told; it ends where somebody looks
        trace = f"`{use.cause.trace_id}`"
        said = f"❌ Something went wrong here, and was recorded as {trace}. It may have been done in part."
        return Attempt(outcome=Outcome.FAILED, reply=private(said), fault=error)


def _run(use: Use) -> Run:
    """Raises NotFoundError."""
    used = use.interaction
    known: Mapping[str, Runnable | Component] = (
        registry.runnables() if used.kind is Kind.COMMAND else registry.components()
    )
    declared = known.get(used.name)
    if declared is None or declared.run is None:
        raise NotFoundError(_UNKNOWN)
    return around(declared, declared.run)


def _answered(attempt: Attempt, use: Use, asked: Asked, held: Claim, answers: Answers) -> Attempt:
    """Raises ServiceError where it is to be tried again."""
    try:
        return replace(attempt, is_heard=answers.give(asked, attempt.reply))
    except ServiceError as error:
        if not (attempt.fault or _is_last(error, use, asked, held)):
            raise
        return replace(attempt, is_heard=False)


def _recorded(attempt: Attempt, use: Use, asked: Asked, over: Claim) -> Done:
    """Raises DependencyError where it cannot be: who comes next does only that."""
    ports, ended_at = use.ports, use.ports.clock()
    account = Account(
        interaction=asked.interaction,
        role=use.role,
        outcome=attempt.outcome,
        began_at=asked.received_at,
        ended_at=ended_at,
    )
    try:
        record(account, use.cause, ledger=ports.ledger)
    except DependencyError:
        release(over, state=ports.state, at=ended_at)
        raise
    (release if attempt.fault else finish)(over, state=ports.state, at=ended_at)
    return Done(
        asked=asked,
        role=use.role,
        outcome=attempt.outcome,
        duration_ms=account.duration_ms,
        is_heard=attempt.is_heard,
        error=attempt.fault,
    )


def _is_last(error: Exception, use: Use, asked: Asked, held: Claim) -> bool:
    """Whether nobody could be told anything any more when the next try comes."""
    next_at = use.at + timedelta(seconds=_wait(error, held.number))
    return held.number >= MOST_TRIES or next_at - asked.received_at > OLDEST


def _wait(error: Exception, number: int) -> float:
    """Seconds. Somebody is waiting: not for long, unless a service asks for it."""
    asked_for = error.retry_after if isinstance(error, ServiceError) else None
    return asked_for or min(backoff(number), _LONGEST_WAIT)


def _sentence(error: Exception) -> str:
    text = shown(str(error), _LONGEST_REASON)
    if "_" not in text.partition(" ")[0]:  # with one it is a name, which has to be typed as it is
        text = text[:1].upper() + text[1:]
    return f"{text}{'' if text.endswith(('.', '!', '?', '…')) else '.'}"
