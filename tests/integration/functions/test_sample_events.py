"""The sample events are real: each function answers its own as it answers the real thing."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from functions.authorize_requests import app as authorize_requests
from functions.receive_webhooks import app as receive_webhooks
from functions.relay_events import app as relay_events
from functions.serve_admin import app as serve_admin
from scripts.keys import create_key
from scripts.sample_events import sample_event
from tests.support.http_events import LambdaContext, json_of
from tests.support.in_process import aws_in_process


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with aws_in_process():
        yield


def sample(function: str) -> Any:
    return json.loads(sample_event(function, {role: create_key(name=role, role=role) for role in ("admin", "viewer")}))


def test_the_sample_of_a_scrape_job_makes_listings() -> None:
    answer = receive_webhooks.handler(sample("receive_webhooks"), LambdaContext())
    told = json_of(answer)
    assert (answer["statusCode"], told["created_listings"], told["skipped"]) == (202, 3, 1)
    assert [refused["index"] for refused in told["refused"]] == [4]


def test_a_sample_with_nobody_s_key_is_refused() -> None:
    event = json.loads(sample_event("receive_webhooks", {}))
    assert receive_webhooks.handler(event, LambdaContext())["statusCode"] == 401


def test_the_sample_of_an_operator_s_request_lists_what_was_found() -> None:
    receive_webhooks.handler(sample("receive_webhooks"), LambdaContext())
    answer = serve_admin.handler(sample("serve_admin"), LambdaContext())
    assert [listing["state"] for listing in json_of(answer)["listings"]] == ["FOUND"] * 3


def test_the_sample_of_an_authorization_is_allowed_for_a_viewer() -> None:
    answer = authorize_requests.handler(sample("authorize_requests"), LambdaContext())
    assert answer["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    assert answer["context"] == {"role": "viewer"}


def test_the_sample_of_a_stream_reaches_the_bus() -> None:
    queue = watch_the_bus()
    assert relay_events.handler(sample("relay_events"), LambdaContext()) == {"batchItemFailures": []}
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    event = json.loads(message["Body"])
    assert (event["source"], event["detail-type"]) == ("switchyard.listings", "listing.created")
    assert event["detail"]["id"] == f"listing:{event['detail']['subject']}:1"


def watch_the_bus() -> str:
    """A queue that gets every event; its address."""
    sqs, events = boto3.client("sqs"), boto3.client("events")
    queue: str = sqs.create_queue(QueueName="watch")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": [{"prefix": "switchyard."}]})
    events.put_rule(Name="watch", EventBusName="switchyard", EventPattern=pattern)
    events.put_targets(Rule="watch", EventBusName="switchyard", Targets=[{"Id": "queue", "Arn": arn}])
    return queue
