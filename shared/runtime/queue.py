"""Events from a queue: each is dealt with for itself, put back for later where it has to wait, or fails alone.

A message that waits for something goes back as a new one, so that waiting does not count as failing: only what
raises is counted by the queue, and ends in its dead-letter queue.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from shared.ledger.envelope import Cause, from_text, to_text
from shared.runtime.aws import AWS_ERRORS, asking, code_of
from shared.runtime.clock import Clock
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.failures import Failures
from shared.runtime.http import backoff
from shared.runtime.observability import count, logger
from shared.runtime.span import event_span_id
from shared.runtime.tracing import entry

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

LONGEST_DELAY: Final = timedelta(seconds=900)  # SQS's limit; who has to wait longer is put back several times
PATIENCE: Final = 10  # how often a message is put back because AWS is unwell or others were faster, before it fails

_DEPTHS: "Final[tuple[QueueAttributeNameType, ...]]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)

Handle = Callable[[Mapping[str, Any]], timedelta | None]  # the event as it travels; returns when to come back with it


class Queue(Protocol):
    def send(self, body: str, *, after: timedelta) -> None: ...


class SqsQueue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str, *, after: timedelta) -> None:
        seconds = math.ceil(min(after, LONGEST_DELAY).total_seconds())  # too early would be for nothing
        with asking("the queue"):
            self._client.send_message(QueueUrl=self._url, MessageBody=body, DelaySeconds=seconds)

    def depth(self) -> int:
        """About how many messages are in it, in hand or waiting for their time, too.

        Raises DependencyError, also where it is gone or may not be asked: whoever asks has other queues to look at.
        """
        try:
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(_DEPTHS))
        except AWS_ERRORS as error:
            raise DependencyError(f"the queue cannot be asked: {code_of(error)}") from error
        return sum(int(answer["Attributes"].get(name, 0)) for name in _DEPTHS)


class Consumer:
    """Reads messages as a rule of EventBridge sends them, and as `again` sends them once more."""

    def __init__(self, handle: Handle, *, queue: Queue | None, clock: Clock, failures: Failures | None = None) -> None:
        self._handle = handle
        self._queue = queue  # where messages go that have to wait; None where none has to
        self._clock = clock
        self._failures = failures  # where it is noted why a message failed; None for nowhere

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The partial batch response: which messages have to come again."""
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
        answer = process_partial_response(event, self._one, processor, context)
        return dict(answer)

    def _one(self, record: Any) -> None:
        try:
            self._read(record)
        except Exception as error:
            if self._failures:
                self._failures.note(record.message_id, error)
            raise

    def _read(self, record: Any) -> None:
        message: dict[str, Any] = json.loads(record.body)
        detail = message["detail"]
        logger.append_keys(trace_id=detail["trace_id"], event_id=detail["id"], event_type=detail["type"])
        try:
            self._deal_with(message)
        except Exception:
            logger.exception("message failed", receive_count=record.attributes.approximate_receive_count)
            count("MessagesFailed")
            raise
        finally:
            logger.remove_keys(["trace_id", "event_id", "event_type"])

    def _deal_with(self, message: dict[str, Any]) -> None:
        now = self._clock()
        not_before = message.get("not_before")
        if not_before and now < from_text(not_before):
            self._again(message, after=from_text(not_before) - now)
            return
        try:
            wait = self._handled(message["detail"])
        except (ConflictError, DependencyError) as error:
            tries = message.get("tries", 0) + 1
            if self._queue is None or tries > PATIENCE:
                raise
            logger.warning("put back", reason=str(error), tries=tries)
            self._again(message | {"tries": tries}, after=timedelta(seconds=backoff(tries)))
            return
        if wait is not None:
            self._again(message | {"tries": 0}, after=wait)

    def _handled(self, detail: Mapping[str, Any]) -> timedelta | None:
        came_from = event_span_id(detail["id"])
        with entry(f"handle {detail['type']}", trace_id=detail["trace_id"], parent_id=came_from) as span:
            wait = self._handle(detail)
            span.set(again_in_s=wait and wait.total_seconds())
        return wait

    def _again(self, message: dict[str, Any], *, after: timedelta) -> None:
        assert self._queue is not None, "a consumer whose messages have to wait needs a queue for them"
        not_before = to_text(self._clock() + after)
        body = json.dumps(message | {"not_before": not_before})  # in ASCII: half a letter, say, cannot be sent as it is
        self._queue.send(body, after=after)
        count("MessagesPutBack")


def cause_of(detail: Mapping[str, Any]) -> Cause:
    """What this event leads to is in the same trace; who did it is to be said where somebody else did."""
    return Cause(
        actor=detail["actor"],
        trace_id=detail["trace_id"],
        correlation_id=detail["correlation_id"],
        causation_id=detail["id"],
    )
