"""A step's handler is asked, and whatever it does is one of three things: done, to be continued, or trouble."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.control.runs.json_values import MOST_OUTPUT_BYTES, MOST_PROGRESS_BYTES, checked
from shared.control.runs.step import Again, Done, StepCall, StepHandler
from shared.runtime.errors import ConflictError, DependencyError, DomainError
from shared.runtime.http import ServiceError
from shared.runtime.observability import logger
from shared.runtime.redaction import redacted_text

_LONGEST_ERROR: Final = 300  # characters
_AT_ONCE: Final = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`wait` before it is tried again, None where that is of no use."""

    error: str
    wait: timedelta | None


def ask(
    call: StepCall, build: Callable[[], StepHandler] | None, *, backoff: Callable[[int], float]
) -> Done | Again | Trouble:
    if build is None:
        return Trouble(error="there is nobody who can do this", wait=None)
    again = timedelta(seconds=backoff(call.attempt))
    try:
        return _checked(build()(call), call)
    except ServiceError as error:
        return Trouble(error=_said(error), wait=max(again, timedelta(seconds=error.retry_after or 0)))
    except (DependencyError, ConflictError) as error:
        return Trouble(error=_said(error), wait=again)
    except DomainError as error:
        return Trouble(error=_said(error), wait=None)
    except Exception as error:  # a fault of ours: what it says may be anything, so only the log has it
        logger.exception("step went wrong", run_id=call.run_id, step=call.step)
        return Trouble(error=type(error).__name__, wait=again)


def _checked(came: Done | Again, call: StepCall) -> Done | Again:
    """Raises InvalidInputError for what cannot be kept, RuntimeError where it would go on for ever."""
    if isinstance(came, Done):
        return Done(output=checked("output", came.output, most=MOST_OUTPUT_BYTES))
    checkpoint = checked("checkpoint", came.checkpoint, most=MOST_OUTPUT_BYTES)
    if checkpoint == call.checkpoint and came.after <= _AT_ONCE:
        raise StandstillError
    progress = checked("progress", came.progress, most=MOST_PROGRESS_BYTES)
    return Again(checkpoint=checkpoint, after=max(came.after, _AT_ONCE), progress=progress)


class StandstillError(Exception):
    """A handler wants to be asked once more, at once, for just the same."""


def _said(error: Exception) -> str:
    """It goes on record, and services are quoted in it."""
    return (redacted_text(str(error)) or type(error).__name__)[:_LONGEST_ERROR]
