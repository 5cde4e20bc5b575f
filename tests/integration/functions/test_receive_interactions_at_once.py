"""The receiver's calls against the local AWS, which takes races: of many who come at once, one is first."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import boto3
import pytest

from functions.receive_interactions.store import Board, CommandQueue, Seen
from shared.runtime.aws_calls import AwsCalls, AwsRefusedError
from shared.runtime.sigv4 import Credentials
from tests.support.in_process import make_table
from tests.support.local_stack import LocalAws
from tests.support.places import MANY, at_once

SECONDS = 20.0  # of a machine that has other things to do


@dataclass
class Cloud:
    calls: AwsCalls
    table: str
    queue: str
    sqs: Any


@pytest.fixture
def cloud(aws: LocalAws) -> Iterator[Cloud]:
    dynamodb = boto3.client("dynamodb", endpoint_url=aws.endpoint_url)
    sqs = boto3.client("sqs", endpoint_url=aws.endpoint_url)
    table = f"state-{uuid4().hex}"
    make_table(dynamodb, "StateTable", table)
    queue = sqs.create_queue(QueueName=f"commands-{uuid4().hex}")["QueueUrl"]
    calls = AwsCalls(credentials=Credentials("test", "test"), region="us-east-1", endpoint=lambda _: aws.endpoint_url)
    yield Cloud(calls, table, queue, sqs)
    for connection in calls._idle.values():
        connection.close()
    sqs.delete_queue(QueueUrl=queue)
    dynamodb.delete_table(TableName=table)


def test_of_many_at_once_one_is_first(cloud: Cloud) -> None:
    seen = Seen(cloud.calls, cloud.table, now=time.time)
    taken = at_once(lambda _: seen.take("1180000000000000701", seconds=SECONDS))
    assert sorted(taken) == [False] * (MANY - 1) + [True]
    assert seen.take("1180000000000000702", seconds=SECONDS)
    assert not seen.take("1180000000000000702", seconds=SECONDS)


def test_what_is_sent_lies_on_the_queue_as_it_was(cloud: Cloud) -> None:
    message = {"detail": {"id": "interaction:1", "text": 'ü \ud83d \uffff \x00 \U0001f4f7 \\ "'}}
    CommandQueue(cloud.calls, cloud.queue).send(message, seconds=SECONDS)
    (got,) = cloud.sqs.receive_message(QueueUrl=cloud.queue)["Messages"]
    assert json.loads(got["Body"]) == message


def test_what_is_not_there_is_refused_with_its_name(cloud: Cloud) -> None:
    with pytest.raises(AwsRefusedError) as refusal:
        Board(cloud.calls, "nothing").newest("LISTING#FOUND#0", ("pk",), seconds=SECONDS)
    assert refusal.value.code == "ResourceNotFoundException"
