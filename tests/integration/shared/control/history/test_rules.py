"""The rules of the template on the local AWS: whom a replay reaches there is whom it reaches by our own reckoning."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest

from shared.ledger.bus import EventBridgeBus
from tests.support.local_stack import LocalAws
from tests.support.waiting import eventually
from tests.unit.shared.control.history.ledgers import an_event
from tests.unit.template_parts import RULES

PATTERNS = {name: RULES[name]["Properties"]["EventPattern"] for name in ("NotionRule", "DiscordRule", "EventLogRule")}

OPEN = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": "*",
            }
        ],
    }
)


@pytest.fixture
def place(aws: LocalAws) -> Iterator[tuple[EventBridgeBus, dict[str, Any]]]:
    """A bus, and a queue behind each of the rules."""
    events = boto3.client("events", endpoint_url=aws.endpoint_url)
    queues = boto3.client("sqs", endpoint_url=aws.endpoint_url)
    bus = f"bus-{uuid4().hex}"
    events.create_event_bus(Name=bus)
    urls = {}
    for name, pattern in PATTERNS.items():
        urls[name] = queues.create_queue(QueueName=f"{bus}-{name}", Attributes={"Policy": OPEN})["QueueUrl"]
        arn = queues.get_queue_attributes(QueueUrl=urls[name], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    yield EventBridgeBus(events, bus), {name: (queues, url) for name, url in urls.items()}
    for name in PATTERNS:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["queue"])
        events.delete_rule(Name=name, EventBusName=bus)
        queues.delete_queue(QueueUrl=urls[name])
    events.delete_event_bus(Name=bus)


def heard(queues: Any, url: str) -> list[str]:
    """For whom what has come was replayed; `new` where it was not."""
    found = []
    while taken := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in taken:
            found.append(json.loads(message["Body"])["detail"].get("replay", {}).get("to", "new"))
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(found)


def test_a_replay_reaches_whom_it_is_for(place: tuple[EventBridgeBus, dict[str, Any]]) -> None:
    bus, queues = place
    sinks = {"sinks": ["notion", "discord"]}
    event = an_event("MESSAGE", "m-1", type="task.created", source="switchyard.messages", data=sinks)
    assert bus.publish([event]) == 1
    for to in ("all", "notion", "discord", "log"):
        assert bus.replay([event], name="again", to=to) == 1
    expected = {
        "NotionRule": ["all", "new", "notion"],
        "DiscordRule": ["discord", "new"],
        "EventLogRule": ["all", "discord", "log", "new", "notion"],
    }
    found: dict[str, list[str]] = {name: [] for name in expected}

    def has_come() -> bool:
        for name, where in queues.items():
            found[name] = sorted(found[name] + heard(*where))
        return found == expected

    eventually(has_come)
