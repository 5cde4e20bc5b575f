"""Dead-letter queues in SQS, ten messages a call."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, Final, TypeVar

from shared.control.letters.message import MOST_AT_ONCE, Depth, Message, Parcel
from shared.runtime.aws import asking
from shared.runtime.errors import DependencyError
from shared.runtime.observability import logger
from shared.runtime.queue_map import QueuePair, logical_name
from shared.runtime.text import octets

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

LARGEST_BATCH: Final = 256 * 1024  # bytes that SQS takes in one call, whatever it takes of one message
# Where it is given time, SQS asks all its servers; without, it may say that nothing is there where something is.
WAIT_SECONDS: Final = 1

_DEPTHS: "Final[tuple[QueueAttributeNameType, ...]]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_TRACE: Final = "AWSTraceHeader"
_MOVED_FROM: Final = "DeadLetterQueueSourceArn"

T = TypeVar("T")


class SqsLetterQueue:
    """`at` is what the addresses of the stack's queues begin with."""

    def __init__(self, client: "SQSClient", at: str, pair: QueuePair) -> None:
        self._client: Any = client
        self._url = f"{at}/{pair.dead}"
        self._source_url = f"{at}/{pair.source}"
        self.name = pair.name
        self.source = logical_name(pair.source) if pair.source else None

    def depth(self) -> Depth:
        with self._asking():
            answer = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=list(_DEPTHS))
        waiting, in_hand, delayed = (int(answer["Attributes"].get(name, 0)) for name in _DEPTHS)
        return Depth(waiting=waiting, in_hand=in_hand, delayed=delayed)

    def take(self, most: int, *, hidden_for: timedelta, is_sure: bool) -> list[Message]:
        with self._asking():
            answer = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(most, MOST_AT_ONCE),
                VisibilityTimeout=_seconds(hidden_for),
                WaitTimeSeconds=WAIT_SECONDS if is_sure else 0,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        return [_message(one) for one in answer.get("Messages", ())]

    def send_back(self, parcels: Sequence[Parcel]) -> set[str]:
        assert self.source is not None, f"{self.name} has no source to send letters back to"
        call, url = self._client.send_message_batch, self._source_url
        return self._done(call, url, parcels, _posted, size=lambda parcel: octets(parcel.body) + _size(parcel))

    def remove(self, messages: Sequence[Message]) -> set[str]:
        return self._done(self._client.delete_message_batch, self._url, messages, _handled)

    def hide(self, messages: Collection[Message], *, hidden_for: timedelta) -> None:
        """Those that are not there any more are none of ours."""

        def hidden(message: Message) -> dict[str, Any]:
            return {**_handled(message), "VisibilityTimeout": _seconds(hidden_for)}

        self._done(self._client.change_message_visibility_batch, self._url, list(messages), hidden)

    def _done(
        self,
        call: Callable[..., Any],
        url: str,
        things: Sequence[Any],
        entry: Callable[[Any], dict[str, Any]],
        *,
        size: Callable[[Any], int] = lambda _: 0,
    ) -> set[str]:
        """The ids of those that it was done to. A call that succeeds says of each whether it was done to that one.

        Where SQS falls ill between two calls, what the first has done is done. Raises DependencyError where nothing is.
        """
        done: set[str] = set()
        for few in batches(things, size):
            entries = [{"Id": str(number), **entry(thing)} for number, thing in enumerate(few)]
            try:
                with self._asking():
                    answer = self._answered(call, url, entries)
            except DependencyError as error:
                if not done:
                    raise
                logger.warning("SQS did a part", queue=self.name, call=call.__name__, reason=str(error))
                return done
            done |= {few[int(one["Id"])].id for one in answer.get("Successful", ())}
            codes = sorted({one["Code"] for one in answer.get("Failed", ())})
            if codes:
                logger.warning("SQS refused some of a batch", queue=self.name, call=call.__name__, codes=codes)
        return done

    def _answered(self, call: Callable[..., Any], url: str, entries: list[dict[str, Any]]) -> Any:
        """What is too large by itself is refused with the whole call, in which it is alone."""
        try:
            return call(QueueUrl=url, Entries=entries)
        except self._client.exceptions.BatchRequestTooLong:
            return {"Failed": [{"Id": entry["Id"], "Code": "BatchRequestTooLong"} for entry in entries]}

    def _asking(self) -> Any:
        return asking(f"the queue {self.name}")


def queues_of(client: "SQSClient", at: str, pairs: Iterable[QueuePair]) -> Mapping[str, SqsLetterQueue]:
    """By what the template calls them."""
    return {pair.name: SqsLetterQueue(client, at, pair) for pair in pairs}


def batches(things: Sequence[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """In their order, as many at once as SQS takes. One that is too large by itself is for SQS to refuse."""
    few: list[T] = []
    room = LARGEST_BATCH
    for thing in things:
        if few and (len(few) == MOST_AT_ONCE or size(thing) > room):
            yield few
            few, room = [], LARGEST_BATCH
        few.append(thing)
        room -= size(thing)
    if few:
        yield few


def _message(raw: Mapping[str, Any]) -> Message:
    told = raw.get("Attributes", {})
    return Message(
        id=raw["MessageId"],
        body=raw["Body"],
        sent_at=datetime.fromtimestamp(int(told["SentTimestamp"]) / 1000, UTC),
        receive_count=int(told["ApproximateReceiveCount"]),
        attributes=raw.get("MessageAttributes", {}),
        trace_header=told.get(_TRACE),
        was_moved=_MOVED_FROM in told,
        receipt=raw["ReceiptHandle"],
    )


def _posted(parcel: Parcel) -> dict[str, Any]:
    entry: dict[str, Any] = {"MessageBody": parcel.body}
    if parcel.attributes:
        entry["MessageAttributes"] = dict(parcel.attributes)
    if parcel.trace_header:
        entry["MessageSystemAttributes"] = {_TRACE: {"DataType": "String", "StringValue": parcel.trace_header}}
    return entry


def _handled(message: Message) -> dict[str, Any]:
    return {"ReceiptHandle": message.receipt}


def _size(parcel: Parcel) -> int:
    """Bytes of the attributes: SQS counts names, types and values."""
    return sum(
        len(name) + sum(len(part) for part in value.values() if isinstance(part, str | bytes))
        for name, value in parcel.attributes.items()
    )


def _seconds(time: timedelta) -> int:
    return ceil(time.total_seconds())
