"""A process whose spans leave: into the queue of the tests, from where they are put into the table and read again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from functions.record_spans import app as record_spans
from shared.control.tracing.told import Told, tell
from shared.runtime import span_queue, tracing, wiring, wiring_tracing
from shared.runtime.aws_calls import AwsCalls
from shared.runtime.settings import settings
from shared.runtime.sigv4 import Credentials
from shared.runtime.span import Span
from shared.runtime.span_queue import SpanQueue
from shared.runtime.tracing import WayOut
from tests.support.aws_over_http import AwsOverHttp, aws_over_http
from tests.support.http_events import LambdaContext
from tests.support.in_process import SPAN_QUEUE, client
from tests.support.queue_events import queue_batch
from tests.support.told import told


@contextmanager
def traced(rate: float = 1.0) -> Iterator[None]:
    """Inside, spans go into the queue at once. AWS has to be there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracing, "_ways", [lambda: WayOut(rate=rate, send=_send)])
        yield


@contextmanager
def traced_over_http(rate: float = 1.0) -> Iterator[AwsOverHttp]:
    """The same on the way they take in AWS, in as much time as it takes."""
    with (
        aws_over_http() as aws,
        told(span_queue=_url(), trace_sample_rate=str(rate)),
        pytest.MonkeyPatch.context() as way,
    ):
        calls = AwsCalls(credentials=Credentials("test", "test"), region="us-east-1", endpoint=lambda _: aws.url)
        queue = SpanQueue(calls, settings().span_queue, now=time.monotonic)
        way.setattr(wiring, "_span_queue", lambda _: queue)
        way.setattr(span_queue, "SECONDS", 20.0)
        yield aws
    for connection in calls._idle.values():
        connection.close()


def _url() -> str:
    return str(client("sqs").get_queue_url(QueueName=SPAN_QUEUE)["QueueUrl"])


def _send(body: str) -> bool:
    client("sqs").send_message(QueueUrl=_url(), MessageBody=body)
    return True


def take_parcels() -> list[str]:
    """The messages in the queue; they are taken out."""
    bodies: list[str] = []
    while found := client("sqs").receive_message(QueueUrl=_url(), MaxNumberOfMessages=10).get("Messages", []):
        for message in found:
            bodies.append(message["Body"])
            client("sqs").delete_message(QueueUrl=_url(), ReceiptHandle=message["ReceiptHandle"])
    return bodies


def record_all() -> Any:
    """What is in the queue is kept, as the function does it."""
    return record_spans.handler(queue_batch(*take_parcels()), LambdaContext())


def spans_of(trace_id: str) -> list[Span]:
    """That are kept, in order of time."""
    return list(wiring_tracing.traces().of_trace(trace_id))


def told_of(trace_id: str) -> Told:
    """With all that is in the queue."""
    assert record_all() == {"batchItemFailures": []}
    return tell(trace_id, traces=wiring_tracing.traces(), ledger=wiring.ledger())
