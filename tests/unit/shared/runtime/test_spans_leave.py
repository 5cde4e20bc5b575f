"""Spans leave at the end of a call, and whatever becomes of them, the work is done."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.runtime import tracing
from shared.runtime.errors import DependencyError
from shared.runtime.observability import observed
from shared.runtime.span import is_sampled
from shared.runtime.span_buffer import MOST_SPANS, read_parcel
from shared.runtime.span_queue import QUIET, SECONDS, SpanQueue
from shared.runtime.tracing import WayOut, entry, span
from tests.support.http_events import LambdaContext
from tests.unit.shared.runtime.test_observability import told
from tests.unit.shared.runtime.test_span import TRACE, TRACE_IDS

URL = "https://sqs.example/spans"


class Post:
    """Takes messages, or does not."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.is_open = True

    def send(self, body: str) -> bool:
        self.bodies.append(body)
        return self.is_open


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()
    monkeypatch.setattr(tracing, "_ways", [lambda: WayOut(rate=0.5, send=post.send)])
    return post


def handling(work: Callable[[], Any], trace_id: str) -> Callable[[Any, Any], Any]:
    @observed
    def handler(event: Any, context: Any) -> Any:
        with entry("work", trace_id=trace_id):
            return work()

    return handler


SAMPLED = next(trace_id for trace_id in TRACE_IDS[1:] if is_sampled(trace_id, 0.5))
OTHER = next(trace_id for trace_id in TRACE_IDS[1:] if not is_sampled(trace_id, 0.5))


def fail() -> None:
    raise ZeroDivisionError


def test_a_trace_that_is_sampled_leaves_in_one_message(post: Post) -> None:
    assert handling(lambda: "done", SAMPLED)({}, LambdaContext()) == "done"
    (body,) = post.bodies
    assert [(one.name, one.service) for one in read_parcel(body)] == [("work", "runtime")]  # this module's folder


def test_of_one_that_is_not_nobody_hears_and_nothing_is_counted(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    assert handling(lambda: "done", OTHER)({}, LambdaContext()) == "done"
    assert (post.bodies, capsys.readouterr().out) == ([], "")


def test_one_that_is_not_leaves_where_it_went_wrong_and_the_error_rises(post: Post) -> None:
    with pytest.raises(ZeroDivisionError):
        handling(fail, OTHER)({}, LambdaContext())
    (body,) = post.bodies
    assert [(one.status, one.is_sampled) for one in read_parcel(body)] == [("error", False)]


def test_what_one_call_did_is_not_told_by_the_next(post: Post) -> None:
    handler = handling(lambda: None, SAMPLED)
    for _ in range(2):
        handler({}, LambdaContext())
    assert [len(read_parcel(body)) for body in post.bodies] == [1, 1]


def test_spans_that_are_lost_are_counted_and_the_work_is_done(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    post.is_open = False
    assert handling(lambda: "done", SAMPLED)({}, LambdaContext()) == "done"
    assert told(capsys.readouterr().out)["SpansLost"] == [1.0]


def test_spans_that_are_cut_are_counted(post: Post, capsys: pytest.CaptureFixture[str]) -> None:
    def much() -> None:
        for _ in range(MOST_SPANS + 10):
            with span("part"):
                pass

    handling(much, SAMPLED)({}, LambdaContext())
    assert told(capsys.readouterr().out)["SpansCut"] == [11.0]


def test_where_there_is_no_way_out_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    for ways in ([], [lambda: None]):
        monkeypatch.setattr(tracing, "_ways", ways)
        assert handling(lambda: "done", SAMPLED)({}, LambdaContext()) == "done"


class Aws:
    """Is asked; is unwell as long as `trouble` says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any], float]] = []
        self.trouble: DependencyError | None = None
        self.now = 0.0
        self.queue = SpanQueue(self, URL, now=lambda: self.now)

    def ask(self, service: str, action: str, body: dict[str, Any], *, seconds: float) -> Any:
        self.asked.append((service, action, body, seconds))
        if self.trouble:
            raise self.trouble
        return {}


def test_a_message_is_sent_once_and_not_waited_for_long() -> None:
    aws = Aws()
    assert aws.queue.send("{}")
    assert aws.asked == [("sqs", "SendMessage", {"QueueUrl": URL, "MessageBody": "{}"}, SECONDS)]
    assert SECONDS <= 0.5


def test_a_queue_that_is_unwell_is_left_alone_for_a_while() -> None:
    aws = Aws()
    aws.trouble = DependencyError("sqs does not answer")
    assert [aws.queue.send("{}") for _ in range(10)] == [False] * 10
    assert len(aws.asked) == 1
    aws.now, aws.trouble = QUIET, None
    assert aws.queue.send("{}")
    assert aws.queue.send("{}")
    assert len(aws.asked) == 3


def test_a_message_is_json_in_ascii(post: Post) -> None:
    def work() -> None:
        with span("é 📷", text="ü"):
            pass

    handling(work, SAMPLED)({}, LambdaContext())
    (body,) = post.bodies
    assert body.isascii()
    assert {one["name"] for one in json.loads(body)["spans"]} == {"work", "é 📷"}


def test_an_entry_of_another_trace_in_the_same_call_does_not_take_it_along(post: Post) -> None:
    @observed
    def handler(event: Any, context: Any) -> None:
        for trace_id in (SAMPLED, OTHER):
            with entry("work", trace_id=trace_id):
                pass

    handler({}, LambdaContext())
    (body,) = post.bodies
    assert [one.trace_id for one in read_parcel(body)] == [SAMPLED]
    assert TRACE not in body
