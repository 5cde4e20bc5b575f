"""Why a message of a queue failed last, noted under its id: SQS counts how often one fails, and asks no further.

A message that fails time after time keeps its id when SQS moves it to the dead letters ("with its original message ID":
Amazon SQS Developer Guide, "Using dead-letter queues"; so do moto and MiniStack), so the note is found there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.ledger.envelope import from_text, to_text
from shared.runtime.aws import AWS_ERRORS
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError
from shared.runtime.observability import logger
from shared.runtime.redaction import redacted_text
from shared.runtime.text import one_line
from shared.state.store import StateStore

KEPT: Final = timedelta(days=14)  # no message lies in a queue for longer
REST: Final = timedelta(minutes=1)
_LONGEST: Final = 500  # characters of what an error says


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """`error` is the class of what was raised, `said` its text without secrets."""

    error: str
    said: str
    at: datetime


class Failures:
    """Notes are made and read as well as may be: whoever fails already is not to fail over that as well.

    `open_store` is asked for the store when the first message fails.
    """

    def __init__(self, open_store: Callable[[], StateStore], *, clock: Clock) -> None:
        self._open_store = open_store
        self._clock = clock
        self._rests_until: datetime | None = None

    def note(self, message_id: str, error: BaseException) -> None:
        """Raises nothing. Where the store is unwell it is left alone for a minute: a batch has other messages."""
        now = self._clock()
        if self._rests_until and now < self._rests_until:
            return
        said = one_line(redacted_text(str(error)), _LONGEST)
        noted = {"error": type(error).__name__, "said": said, "at": to_text(now)}
        try:
            self._open_store().put(_key(message_id), noted, ttl=int(KEPT.total_seconds()))
        except (DependencyError, *AWS_ERRORS) as trouble:
            self._rests_until = now + REST
            logger.warning("a failure was not noted", reason=type(trouble).__name__)

    def of(self, message_id: str) -> Failure | None:
        """None where nothing was noted. Raises DependencyError."""
        noted: Mapping[str, Any] | None = self._open_store().get(_key(message_id))
        return Failure(error=noted["error"], said=noted["said"], at=from_text(noted["at"])) if noted else None


def _key(message_id: str) -> str:
    return f"failure:{message_id}"
