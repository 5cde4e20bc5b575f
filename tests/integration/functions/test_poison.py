"""Poison in each queue: what nobody can read fails by itself, is on record with its cause, and its neighbours live."""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.runtime import wiring
from tests.support.fresh_process import forget
from tests.support.http_events import LambdaContext
from tests.support.in_process import QUEUE, aws_in_process, client
from tests.support.queue_events import queue_batch
from tests.support.told import told

CONSUMERS = [
    "advance_listings",
    "arbitrate_claims",
    "conduct_deploys",
    "deliver_events",
    "notify_agents",
    "post_cards",
    "run_commands",
    "run_jobs",
    "time_listings",
]
POISON = {
    "no JSON": "{",
    "no object": "[]",
    "no event": "{}",
    "no id": json.dumps({"detail": {}}),
    "no data": json.dumps({"detail": {"id": "x:y:1", "type": "x.y", "trace_id": "0" * 32}}),
}


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with aws_in_process():
        forget()
        url = client("sqs").get_queue_url(QueueName=QUEUE)["QueueUrl"]
        with told(queue_url=url, dead_letters_url=url, sink="notion"):
            yield


@pytest.mark.parametrize("function", CONSUMERS)
@pytest.mark.parametrize("body", POISON.values(), ids=POISON)
def test_poison_fails_alone_and_is_on_record(function: str, body: str) -> None:
    app: Any = importlib.import_module(f"functions.{function}.app")
    batch = queue_batch(body)
    (message,) = (record["messageId"] for record in batch["Records"])
    said = app.handler(batch, LambdaContext())
    assert said == {"batchItemFailures": [{"itemIdentifier": message}]}
    assert wiring.failures().of(message) is not None


@pytest.mark.parametrize("function", CONSUMERS)
def test_of_a_batch_of_poison_each_is_told_apart(function: str) -> None:
    app: Any = importlib.import_module(f"functions.{function}.app")
    batch = queue_batch(*POISON.values())
    said = app.handler(batch, LambdaContext())
    assert [one["itemIdentifier"] for one in said["batchItemFailures"]] == [
        record["messageId"] for record in batch["Records"]
    ]
