"""Dead-letter queues in SQS: taken, sent back, removed and given back in batches of which a part may fail."""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.control.letters.message import Message, Parcel
from shared.control.letters.sqs import LARGEST_BATCH, batches
from shared.runtime.errors import DependencyError
from tests.integration.shared.control.letters.conftest import HIDDEN, Pair
from tests.support.aws_calls import watched
from tests.support.unwell import unwell

A_MESSAGE = Message(id="m-1", body="{}", sent_at=datetime(2026, 3, 1, tzinfo=UTC), receive_count=1, receipt="r")
TRACE_HEADER = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"


class Grudging:
    """SQS, which refuses those entries of a batch that `refuses` says, and does the rest; after `calls` nothing."""

    def __init__(self, client: Any, operation: str, refuses: Callable[[Any], bool], *, calls: float = math.inf) -> None:
        self._client = client
        self._calls = calls
        self._operation = operation
        self._refuses = refuses

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)
        if name != self._operation:
            return real

        @wraps(real)
        def call(**said: Any) -> Any:
            self._calls -= 1
            if self._calls < 0:
                raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, name)
            refused = [entry for entry in said["Entries"] if self._refuses(entry)]
            rest = [entry for entry in said["Entries"] if entry not in refused]
            answer = real(**said | {"Entries": rest}) if rest else {"Successful": []}
            failed = [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in refused]
            return {**answer, "Failed": failed}

        return call


def parcels_of(messages: list[Message]) -> list[Parcel]:
    return [Parcel(id=one.id, body=one.body, attributes=one.attributes) for one in messages]


def ids(messages: list[Message]) -> set[str]:
    return {message.id for message in messages}


def test_a_queue_and_its_source_have_the_names_of_the_template(pair: Pair) -> None:
    assert (pair.queue().name, pair.queue().source) == ("NotionDeadLetters", "NotionQueue")


def test_a_message_that_failed_time_after_time_keeps_its_id_its_time_and_its_attributes(any_pair: Pair) -> None:
    """So what was noted of it under its id is found, and its age is that of the message."""
    attributes = {"own": {"DataType": "String", "StringValue": "é"}}
    header = {"AWSTraceHeader": {"DataType": "String", "StringValue": TRACE_HEADER}}
    before = datetime.now(UTC) - timedelta(seconds=2)
    sent = any_pair.die('{"a": 1}', MessageAttributes=attributes, MessageSystemAttributes=header)
    (message,) = any_pair.taken()
    assert (message.id, message.body, message.said("own"), message.said("other")) == (sent, '{"a": 1}', "é", None)
    assert before <= message.sent_at <= datetime.now(UTC)
    assert message.receive_count >= 2
    assert message.trace_header == TRACE_HEADER


def test_the_local_aws_says_as_aws_does_that_it_has_moved_a_message(local_pair: Pair) -> None:
    local_pair.die("{}")
    local_pair.lay("{}")
    assert sorted(message.was_moved for message in local_pair.taken()) == [False, True]


def test_what_is_taken_is_handed_to_nobody_else_until_it_is_given_back(any_pair: Pair) -> None:
    any_pair.lay(*map(str, range(25)))
    taken = any_pair.taken()
    assert (len(taken), any_pair.taken()) == (25, [])
    depth = any_pair.queue().depth()
    assert (depth.waiting, depth.in_hand, depth.all) == (0, 25, 25)
    any_pair.queue().hide(taken, hidden_for=timedelta(0))
    assert any_pair.queue().depth().waiting == 25
    assert ids(any_pair.taken()) == ids(taken)


def test_what_is_sent_back_is_what_it_was(any_pair: Pair) -> None:
    body = '{"detail": {"é": "📷", "quote": "\\"", "n": 1.10}}'
    attributes = {
        "text": {"DataType": "String", "StringValue": "é"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
        "number": {"DataType": "Number.int", "StringValue": "7"},
    }
    assert any_pair.queue().send_back([Parcel(id="m-1", body=body, attributes=attributes)]) == {"m-1"}
    (got,) = any_pair.client.receive_message(QueueUrl=any_pair.source, MessageAttributeNames=["All"])["Messages"]
    assert (got["Body"], got["MessageAttributes"]) == (body, attributes)


def test_it_stays_in_the_trace_of_x_ray(pair: Pair) -> None:
    """That is looked at where it is asked for: of a batch, neither moto nor MiniStack keeps it."""
    with watched() as calls:
        pair.queue().send_back([Parcel(id="m-1", body="{}", trace_header=TRACE_HEADER), Parcel(id="m-2", body="{}")])
    first, second = calls[0].parameters["Entries"]
    assert first["MessageSystemAttributes"]["AWSTraceHeader"] == {"DataType": "String", "StringValue": TRACE_HEADER}
    assert "MessageSystemAttributes" not in second


def test_what_a_letter_says_can_be_sent_as_it_says_it(any_pair: Pair) -> None:
    """Attributes are read in one shape, and written in the same."""
    attributes = {"own": {"DataType": "String", "StringValue": "é"}}
    any_pair.die("{}", MessageAttributes=attributes)
    assert any_pair.queue().send_back(parcels_of(any_pair.taken())) != set()


@pytest.mark.parametrize(("is_sure", "seconds"), [(False, 0), (True, 1)])
def test_messages_that_are_surely_there_are_looked_for_in_earnest(pair: Pair, is_sure: bool, seconds: int) -> None:
    pair.lay("a")
    with watched() as calls:
        pair.queue().take(10, hidden_for=HIDDEN, is_sure=is_sure)
    assert calls[0].parameters["WaitTimeSeconds"] == seconds


@pytest.mark.parametrize("number", [0, 1, 10, 11, 30])
def test_removing_takes_as_many_calls_as_there_are_tens(pair: Pair, number: int) -> None:
    pair.lay(*map(str, range(number)))
    taken, queue = pair.taken(), pair.queue()
    with watched() as calls:
        assert queue.remove(taken) == ids(taken)
    assert len(calls) == (number + 9) // 10
    assert queue.depth().all == 0


def test_only_what_sqs_accepted_is_said_to_be_accepted(pair: Pair) -> None:
    pair.lay(*map(str, range(20)))
    taken = pair.taken()
    queue = pair.queue(Grudging(pair.client, "send_message_batch", lambda entry: int(entry["MessageBody"]) % 3 == 0))
    accepted = queue.send_back(parcels_of(taken))
    assert sorted(map(int, pair.came())) == [number for number in range(20) if number % 3]
    assert accepted == {message.id for message in taken if int(message.body) % 3}


def test_what_sqs_accepted_before_it_fell_ill_is_said_to_be_accepted(pair: Pair) -> None:
    """Else it would stay a letter, and be sent a second time."""
    for _ in range(4):
        pair.lay("x" * 100_000)
    messages = pair.queue().take(10, hidden_for=HIDDEN, is_sure=True)
    failing = Grudging(pair.client, "send_message_batch", lambda _: False, calls=1)
    accepted = pair.queue(failing).send_back(parcels_of(messages))
    assert accepted == ids(messages[:2])
    assert len(pair.came()) == 2
    with pytest.raises(DependencyError):
        pair.queue(failing).send_back(parcels_of(messages[2:]))


def test_what_is_too_large_for_sqs_is_refused_alone(pair: Pair) -> None:
    parcels = [Parcel(id=name, body=body) for name, body in (("a", "1"), ("b", "x" * 1_100_000), ("c", "2"))]
    assert pair.queue().send_back(parcels) == {"a", "c"}
    assert sorted(pair.came()) == ["1", "2"]


def test_only_what_is_gone_is_said_to_be_gone(pair: Pair) -> None:
    pair.lay(*map(str, range(12)))
    taken = pair.taken()
    stays = taken[4].receipt
    queue = pair.queue(Grudging(pair.client, "delete_message_batch", lambda entry: entry["ReceiptHandle"] == stays))
    assert queue.remove(taken) == ids(taken) - {taken[4].id}
    pair.queue().hide([taken[4]], hidden_for=timedelta(0))
    assert [message.id for message in pair.taken()] == [taken[4].id]


def test_one_that_is_not_there_any_more_keeps_no_other_in_hand(pair: Pair) -> None:
    pair.lay("a", "b", "c")
    taken, queue = pair.taken(), pair.queue()
    queue.remove(taken[:1])
    queue.hide(taken, hidden_for=timedelta(0))
    assert ids(pair.taken()) == ids(taken[1:])


def test_large_messages_go_in_batches_that_sqs_takes(pair: Pair) -> None:
    bodies = [str(number) + "é" * 60_000 for number in range(7)]
    for body in bodies:
        pair.lay(body)
    taken = pair.taken()
    with watched() as calls:
        assert pair.queue().send_back(parcels_of(taken)) == ids(taken)
    sizes = [sum(len(entry["MessageBody"].encode()) for entry in call.parameters["Entries"]) for call in calls]
    assert (len(sizes), max(sizes) <= LARGEST_BATCH) == (4, True)
    assert sorted(pair.came()) == sorted(bodies)


@pytest.mark.parametrize(
    ("sizes", "cut"),
    [
        ([], []),
        ([1] * 10, [10]),
        ([1] * 21, [10, 10, 1]),
        ([LARGEST_BATCH] * 3, [1, 1, 1]),
        ([LARGEST_BATCH + 1, 1], [1, 1]),
        ([LARGEST_BATCH - 1, 1, 1], [2, 1]),
    ],
)
def test_batches_have_ten_at_most_and_no_more_than_sqs_takes(sizes: list[int], cut: list[int]) -> None:
    assert [len(few) for few in batches(sizes, lambda size: size)] == cut


@pytest.mark.parametrize(
    ("operation", "ask"),
    [
        ("GetQueueAttributes", lambda queue: queue.depth()),
        ("ReceiveMessage", lambda queue: queue.take(1, hidden_for=HIDDEN, is_sure=False)),
        ("SendMessageBatch", lambda queue: queue.send_back([Parcel(id="m-1", body="{}")])),
        ("DeleteMessageBatch", lambda queue: queue.remove([A_MESSAGE])),
        ("ChangeMessageVisibilityBatch", lambda queue: queue.hide([A_MESSAGE], hidden_for=HIDDEN)),
    ],
)
def test_a_queue_that_cannot_be_reached_is_named(pair: Pair, operation: str, ask: Callable[[Any], object]) -> None:
    with unwell(pair.client, operation), pytest.raises(DependencyError, match="NotionDeadLetters"):
        ask(pair.queue())
