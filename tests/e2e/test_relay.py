"""An event that was recorded reaches the bus, or ends where it is seen: on the deployed template."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from scripts.bus_log import events_seen
from tests.support.api import Api
from tests.support.ends import FOR_EVER
from tests.support.waiting import eventually

pytestmark = pytest.mark.usefixtures("_in_stack")


class Bus:
    """The bus of the stack, which refuses for a while: its door is shut to the relay."""

    _POLICY = "shut"

    def __init__(self, relay_role: str) -> None:
        self._role = relay_role
        self._iam = boto3.client("iam")

    def refuse(self) -> None:
        shut = {"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [shut]})
        self._iam.put_role_policy(RoleName=self._role, PolicyName=self._POLICY, PolicyDocument=document)

    def accept(self) -> None:
        if self._POLICY in self._iam.list_role_policies(RoleName=self._role)["PolicyNames"]:
            self._iam.delete_role_policy(RoleName=self._role, PolicyName=self._POLICY)


@pytest.fixture
def relay(api: Api, _in_stack: None) -> Any:
    """The function's configuration."""
    found = boto3.client("cloudformation").describe_stack_resource(
        StackName=api.stack.stack_name, LogicalResourceId="RelayEventsFunction"
    )
    name = found["StackResourceDetail"]["PhysicalResourceId"]
    return boto3.client("lambda").get_function_configuration(FunctionName=name)


@pytest.fixture
def bus(relay: Any) -> Iterator[Bus]:
    it = Bus(relay["Role"].rpartition("/")[2])
    yield it
    it.accept()


@pytest.fixture
def few_retries(relay: Any) -> Iterator[None]:
    """Twenty retries take minutes; the bound is what matters, not its size."""
    functions = boto3.client("lambda")
    (mapping,) = functions.list_event_source_mappings(FunctionName=relay["FunctionName"])["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=2)
    yield
    functions.update_event_source_mapping(UUID=mapping["UUID"], MaximumRetryAttempts=mapping["MaximumRetryAttempts"])


def seen(api: Api, subject: str, event_type: str) -> list[Any]:
    def wanted(events: list[Any]) -> list[Any]:
        return [event for event in events if event["subject"] == subject and event["type"] == event_type]

    since = datetime.now(UTC) - timedelta(minutes=5)
    group = api.stack.outputs["EventLogGroupName"]
    return wanted(events_seen(group, since=since, enough=lambda events: bool(wanted(events)), limit=FOR_EVER))


def test_an_event_waits_for_a_bus_that_refuses_for_a_moment(api: Api, listing_id: str, bus: Bus, relay: Any) -> None:
    assert seen(api, listing_id, "listing.created")
    bus.refuse()
    assert api.move(listing_id, "MESSAGING").status_code == 200  # nobody who works is held up by it
    assert eventually(lambda: failures(relay))
    bus.accept()
    (event,) = seen(api, listing_id, "listing.state.messaging")
    assert event["id"] == f"listing:{listing_id}:2"


def failures(relay: Any) -> list[Any]:
    """What the relay said of calls that were denied."""
    group = relay["LoggingConfig"]["LogGroup"]
    found = boto3.client("logs").filter_log_events(logGroupName=group, filterPattern="AccessDenied")
    return found["events"]


@pytest.mark.usefixtures("few_retries")
def test_an_event_that_the_bus_goes_on_refusing_ends_in_the_failure_queue_and_stays_in_the_ledger(
    api: Api, listing_id: str, bus: Bus
) -> None:
    assert seen(api, listing_id, "listing.created")
    bus.refuse()
    api.move(listing_id, "CANCELLED", reason="the bus refuses").raise_for_status()

    queue, sqs = api.stack.outputs["RelayFailureQueueUrl"], boto3.client("sqs")
    (message,) = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    told = json.loads(message["Body"])
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1
    assert [step["to_state"] for step in api.history(listing_id)] == ["FOUND", "CANCELLED"]
