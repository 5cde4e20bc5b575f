"""Where spans go: a queue, over the standard library, in a time that nobody notices.

Not by the SDK: its client takes long to be made and, where SQS is unwell, longer to give up than who waits for the work
would forgive.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from shared.runtime.errors import DependencyError
from shared.runtime.observability import logger

SECONDS: Final = 0.5  # for one message, all in all
QUIET: Final = 30.0  # seconds, after one that could not be sent


class Aws(Protocol):
    def ask(self, service: str, action: str, body: dict[str, Any], *, seconds: float) -> Any: ...


class SpanQueue:
    def __init__(self, aws: Aws, url: str, *, now: Callable[[], float]) -> None:
        self._aws = aws
        self._url = url
        self._now = now
        self._quiet_until = float("-inf")

    def send(self, body: str) -> bool:
        """Whether it is there. One that cannot be sent is lost: the work is done, and does not wait for it."""
        if self._now() < self._quiet_until:
            return False
        try:
            self._aws.ask("sqs", "SendMessage", {"QueueUrl": self._url, "MessageBody": body}, seconds=SECONDS)
        except DependencyError as error:
            logger.warning("spans are lost", reason=str(error))
            self._quiet_until = self._now() + QUIET
            return False
        return True
