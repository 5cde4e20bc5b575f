"""A queue with its dead letters, in SQS in this process and in that of the local AWS."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from shared.control.letters.message import Message
from shared.control.letters.sqs import SqsLetterQueue
from shared.runtime.queue_map import QueuePair
from tests.support.in_process import client
from tests.support.local_stack import LocalAws

HIDDEN = timedelta(seconds=30)


@dataclass
class Pair:
    client: Any
    at: str
    names: QueuePair

    def queue(self, over: Any = None) -> SqsLetterQueue:
        """Of the dead letters; asked through `over` where that is said."""
        return SqsLetterQueue(over or self.client, self.at, self.names)

    @property
    def dead(self) -> str:
        return f"{self.at}/{self.names.dead}"

    @property
    def source(self) -> str:
        return f"{self.at}/{self.names.source}"

    def lay(self, *bodies: str) -> list[str]:
        """Into the dead letters; their ids."""
        ids: list[str] = []
        for first in range(0, len(bodies), 10):
            entries = [
                {"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies[first : first + 10])
            ]
            answer = self.client.send_message_batch(QueueUrl=self.dead, Entries=entries)
            ids += [one["MessageId"] for one in sorted(answer["Successful"], key=lambda one: int(one["Id"]))]
        return ids

    def came(self) -> list[str]:
        """The bodies that are in the source; they are taken out."""
        bodies: list[str] = []
        while found := self._handed(self.source):
            for one in found:
                self.client.delete_message(QueueUrl=self.source, ReceiptHandle=one["ReceiptHandle"])
                bodies.append(one["Body"])
        return bodies

    def _handed(self, url: str) -> list[Any]:
        found: list[Any] = self.client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return found

    def taken(self) -> list[Message]:
        """All dead letters that can be had; they are hidden then."""
        messages: list[Message] = []
        while found := self.queue().take(10, hidden_for=HIDDEN, is_sure=False):
            messages += found
        return messages

    def die(self, body: str, **said: Any) -> str:
        """A message of the source fails time after time; its id."""
        sent = self.client.send_message(QueueUrl=self.source, MessageBody=body, **said)
        for _ in range(2):  # the second look moves it
            for one in self._handed(self.source):
                handle = {"QueueUrl": self.source, "ReceiptHandle": one["ReceiptHandle"]}
                self.client.change_message_visibility(**handle, VisibilityTimeout=0)
        return str(sent["MessageId"])


def _made(sqs: Any) -> Pair:
    name = uuid4().hex[:8]
    dead = sqs.create_queue(QueueName=f"stack-NotionDeadLetters-{name}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    sqs.create_queue(QueueName=f"stack-NotionQueue-{name}", Attributes={"RedrivePolicy": policy})
    names = QueuePair(dead=f"stack-NotionDeadLetters-{name}", source=f"stack-NotionQueue-{name}")
    return Pair(sqs, dead.rpartition("/")[0], names)


@pytest.fixture
def pair() -> Iterator[Pair]:
    with mock_aws():
        yield _made(client("sqs"))


@pytest.fixture
def local_pair(aws: LocalAws) -> Iterator[Pair]:
    made = _made(boto3.client("sqs", endpoint_url=aws.endpoint_url))
    yield made
    made.client.delete_queue(QueueUrl=made.dead)
    made.client.delete_queue(QueueUrl=made.source)


@pytest.fixture(params=["in_process", "local"])
def any_pair(request: pytest.FixtureRequest) -> Pair:
    made: Pair = request.getfixturevalue("pair" if request.param == "in_process" else "local_pair")
    return made
