"""Messages of a queue: each for itself, back for later where it has to wait, and only what raises has failed."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from shared.ledger.envelope import from_text
from shared.runtime.errors import ConflictError, DependencyError
from shared.runtime.failures import Failures
from shared.runtime.queue import LONGEST_DELAY, PATIENCE, Consumer, SqsQueue, cause_of
from shared.state.memory import MemoryState
from tests.support.builders import NOON
from tests.support.http_events import LambdaContext
from tests.unit.in_memory import HeldClock

DETAIL: dict[str, Any] = {
    "id": "listing:7:1",
    "type": "listing.created",
    "source": "switchyard.listings",
    "subject": "7",
    "version": 1,
    "time": "2026-03-01T12:00:00.000000Z",
    "actor": "webhook:scraper",
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
    "correlation_id": "c",
    "causation_id": None,
    "tags": [],
    "data": {"title": "Appareil é 📷"},
}


def a_message(name: str = "7", **more: Any) -> dict[str, Any]:
    """As a rule of EventBridge puts it into a queue; `more` is what `again` adds."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": DETAIL["type"],
        "source": DETAIL["source"],
        "account": "123456789012",
        "time": "2026-03-01T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": DETAIL | {"subject": name},
        **more,
    }


def an_event(*messages: Any, receives: int = 1) -> dict[str, Any]:
    """As Lambda hands over a batch of SQS; a text stands for a body that is none of ours."""
    return {"Records": [_record(number, message, receives) for number, message in enumerate(messages)]}


def _record(number: int, message: Any, receives: int) -> dict[str, Any]:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": message if isinstance(message, str) else json.dumps(message),
        "attributes": {
            "ApproximateReceiveCount": str(receives),
            "SentTimestamp": "1772366400000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1772366400001",
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
        "awsRegion": "us-east-1",
    }


class MemoryQueue:
    """What was sent, and how much later it is to come."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, Any], timedelta]] = []
        self.bodies: list[str] = []

    def send(self, body: str, *, after: timedelta) -> None:
        self.bodies.append(body)
        self.sent.append((json.loads(body), after))


class Desk:
    """Deals with messages as its `outcomes` say, by subject; notes what it has dealt with."""

    def __init__(self, outcome: Callable[[str], timedelta | None] = lambda _: None, *, has_queue: bool = True) -> None:
        self.queue, self.clock = MemoryQueue(), HeldClock()
        self.dealt_with: list[str] = []
        self._state = MemoryState(clock=self.clock)
        self.failures = Failures(lambda: self._state, clock=self.clock)
        self._outcome = outcome
        own = self.queue if has_queue else None
        self._consume = Consumer(self._handle, queue=own, clock=self.clock, failures=self.failures)

    def _handle(self, detail: Mapping[str, Any]) -> timedelta | None:
        self.dealt_with.append(detail["subject"])
        return self._outcome(detail["subject"])

    def takes(self, *messages: Any, receives: int = 1) -> list[str]:
        """The messages that have to come again."""
        answer = self._consume(an_event(*messages, receives=receives), LambdaContext())
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def raising(error: BaseException) -> Callable[[str], timedelta | None]:
    def raise_it(_: str) -> timedelta | None:
        raise error

    return raise_it


def test_messages_that_are_dealt_with_do_not_come_again() -> None:
    desk = Desk()
    assert desk.takes(a_message("a"), a_message("b")) == []
    assert (desk.dealt_with, desk.queue.sent) == (["a", "b"], [])


def test_one_that_fails_fails_alone() -> None:
    def outcome(name: str) -> timedelta | None:
        if name == "b":
            raise ZeroDivisionError
        return None

    desk = Desk(outcome)
    assert desk.takes(a_message("a"), a_message("b"), a_message("c")) == ["message-1"]
    assert desk.dealt_with == ["a", "b", "c"]


def test_a_batch_that_fails_altogether_comes_again_altogether() -> None:
    assert Desk(raising(ValueError())).takes(a_message("a"), a_message("b")) == ["message-0", "message-1"]


@pytest.mark.parametrize("body", ["", "no json", "[]", "{}", "null", '{"detail": {}}', '{"detail": null}'])
def test_a_body_that_nobody_can_read_fails_alone(body: str) -> None:
    desk = Desk()
    assert desk.takes(body, a_message("b")) == ["message-0"]
    assert desk.dealt_with == ["b"]


def test_what_has_to_wait_goes_back_whole_with_its_time_and_without_tries() -> None:
    desk = Desk(lambda _: timedelta(seconds=90))
    message = a_message("a", tries=4)
    assert desk.takes(message) == []
    ((again, after),) = desk.queue.sent
    assert after == timedelta(seconds=90)
    assert again == message | {"not_before": "2026-03-01T12:01:30.000000Z", "tries": 0}


def test_half_a_letter_goes_back_as_it_came() -> None:
    desk = Desk(lambda _: timedelta(seconds=90))
    desk.takes(json.dumps(a_message("a") | {"text": "half a \ud83d"}))
    ((again, _),) = desk.queue.sent
    assert again["text"] == "half a \ud83d"
    assert desk.queue.bodies[0].isascii()


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(microseconds=1), timedelta(days=3)])
def test_whatever_the_wait_it_goes_back(wait: timedelta) -> None:
    desk = Desk(lambda _: wait)
    desk.takes(a_message())
    ((again, after),) = desk.queue.sent
    assert after == wait
    assert from_text(again["not_before"]) == NOON + wait


@pytest.mark.parametrize(("late", "is_time"), [(-1e-6, False), (0, True), (1e-6, True), (-3_600, False)])
def test_what_comes_before_its_time_goes_back_unread(late: float, is_time: bool) -> None:
    desk = Desk()
    not_before = "2026-03-01T12:30:00.000000Z"
    desk.clock.now = from_text(not_before) + timedelta(seconds=late)
    assert desk.takes(a_message("a", not_before=not_before, tries=3)) == []
    assert desk.dealt_with == (["a"] if is_time else [])
    if not is_time:
        ((again, after),) = desk.queue.sent
        assert again == a_message("a", not_before=not_before, tries=3)
        assert after == timedelta(seconds=-late)


@pytest.mark.parametrize("tries", range(PATIENCE))
def test_what_meets_aws_unwell_goes_back_a_little_later_each_time(tries: int) -> None:
    desk = Desk(raising(DependencyError("the ledger cannot answer now")))
    assert desk.takes(a_message("a", tries=tries) if tries else a_message("a")) == []
    ((again, after),) = desk.queue.sent
    assert again["tries"] == tries + 1
    assert timedelta(0) <= after <= timedelta(seconds=min(2 * 2**tries, 300))


@pytest.mark.parametrize("tries", [PATIENCE, PATIENCE + 1])
def test_in_the_end_patience_is_over_and_it_fails(tries: int) -> None:
    desk = Desk(raising(DependencyError("the ledger cannot answer now")))
    assert desk.takes(a_message("a", tries=tries)) == ["message-0"]
    assert desk.queue.sent == []


def test_without_a_queue_of_its_own_everything_that_goes_wrong_fails() -> None:
    desk = Desk(raising(DependencyError("Step Functions cannot answer now")), has_queue=False)
    assert desk.takes(a_message()) == ["message-0"]


def test_a_race_that_was_lost_goes_back_too() -> None:
    desk = Desk(raising(ConflictError("somebody was faster")))
    assert desk.takes(a_message()) == []
    assert len(desk.queue.sent) == 1


def test_who_cannot_be_put_back_fails() -> None:
    desk = Desk(lambda _: timedelta(seconds=1))
    desk.queue.send = raising(DependencyError("the queue cannot be reached"))  # type: ignore[assignment, method-assign]
    assert desk.takes(a_message()) == ["message-0"]


# why it failed


def noted(desk: Desk, number: int = 0) -> tuple[str, str] | None:
    failure = desk.failures.of(f"message-{number}")
    return (failure.error, failure.said) if failure else None


def test_why_a_message_failed_is_noted_under_its_id() -> None:
    desk = Desk(raising(KeyError("title")))
    desk.takes(a_message("a"), a_message("b"))
    assert noted(desk, 0) == noted(desk, 1) == ("KeyError", "'title'")


@pytest.mark.parametrize("body", ["", "no json", "{}", '{"detail": {}}'])
def test_that_nobody_can_read_it_is_noted_too(body: str) -> None:
    desk = Desk()
    desk.takes(body, a_message("b"))
    assert noted(desk) is not None
    assert noted(desk, 1) is None


def test_of_what_is_put_back_nothing_is_noted_until_patience_is_over() -> None:
    desk = Desk(raising(DependencyError("the ledger cannot answer now")))
    desk.takes(a_message())
    assert noted(desk) is None
    desk.takes(a_message(tries=PATIENCE))
    assert noted(desk) == ("DependencyError", "the ledger cannot answer now")


def test_where_it_cannot_be_noted_the_message_fails_as_it_would_have() -> None:
    desk = Desk(raising(KeyError("title")))
    desk.failures._open_store = raising_store
    assert desk.takes(a_message("a"), a_message("b")) == ["message-0", "message-1"]


def raising_store() -> Any:
    raise DependencyError("the state store cannot be reached")


class SqsClient:
    """Takes what SQS takes: whole seconds, fifteen minutes at most."""

    def __init__(self) -> None:
        self.delays: list[int] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:  # noqa: N803
        assert (QueueUrl, MessageBody) == ("https://queue.example", "{}")
        assert isinstance(DelaySeconds, int)
        assert 0 <= DelaySeconds <= 900
        self.delays.append(DelaySeconds)


def delays_of(*waits: timedelta) -> list[int]:
    client = SqsClient()
    for wait in waits:
        SqsQueue(client, "https://queue.example").send("{}", after=wait)  # type: ignore[arg-type]
    return client.delays


def test_no_message_is_delayed_for_longer_than_sqs_can() -> None:
    assert delays_of(timedelta(0), timedelta(seconds=7), LONGEST_DELAY, timedelta(days=3)) == [0, 7, 900, 900]


@pytest.mark.parametrize("seconds", [0.001, 0.5, 0.999999, 1.5, 30.25])
def test_no_message_comes_before_its_time_only_to_be_put_back(seconds: float) -> None:
    """Without a delay it would go round and round until its time has come."""
    (delay,) = delays_of(timedelta(seconds=seconds))
    assert delay >= seconds


def test_what_an_event_leads_to_stays_in_its_trace() -> None:
    cause = cause_of(DETAIL)
    assert (cause.actor, cause.trace_id, cause.correlation_id) == ("webhook:scraper", DETAIL["trace_id"], "c")
    assert cause.causation_id == "listing:7:1"


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "QueueDoesNotExist", "Message": "no"}}, "GetQueueAttributes"),
        ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "later"}}, "GetQueueAttributes"),
        NoCredentialsError(),
    ],
)
def test_how_much_lies_in_a_queue_that_aws_does_not_show_is_not_known(error: Exception) -> None:
    class Refusing:
        def get_queue_attributes(self, **_: Any) -> Any:
            raise error

    client: Any = Refusing()
    with pytest.raises(DependencyError, match="cannot be asked"):
        SqsQueue(client, "https://sqs.example/1/q").depth()
