"""The local AWS does as AWS does where MiniStack alone does not."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support.local_stack import LocalAws

TEMPLATE = Path(__file__).with_name("small_template.yaml")
PATIENCE = 20.0  # seconds


@pytest.fixture(scope="module")
def client(aws: LocalAws) -> Callable[[str], Any]:
    return lambda service: boto3.client(service, endpoint_url=aws.endpoint_url)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def outputs(client: Callable[[str], Any]) -> dict[str, str]:
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="small", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="small", WaiterConfig={"Delay": 1})
    stack = cloudformation.describe_stacks(StackName="small")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` sees as soon as it sees something."""
    end = time.monotonic() + PATIENCE
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.1)
    return seen


def test_a_reference_to_a_secret_is_its_arn(outputs: dict[str, str]) -> None:
    assert outputs["Secret"].startswith("arn:aws:secretsmanager:")


def test_a_secret_without_punctuation_has_none(outputs: dict[str, str], client: Callable[[str], Any]) -> None:
    assert client("secretsmanager").get_secret_value(SecretId=outputs["Secret"])["SecretString"].isalnum()


def test_a_rule_writes_events_to_a_log_group(outputs: dict[str, str], client: Callable[[str], Any]) -> None:
    entry = {"EventBusName": "small", "Source": "test", "DetailType": "a.thing", "Detail": '{"number": 1}'}
    client("events").put_events(Entries=[entry])
    logs = client("logs")
    seen = eventually(lambda: logs.filter_log_events(logGroupName=outputs["Events"])["events"])
    said = [json.loads(event["message"]) for event in seen]
    assert [(event["detail-type"], event["detail"]) for event in said] == [("a.thing", {"number": 1})]


@pytest.mark.parametrize(("bus", "allowed"), [("small", True), ("default", False)])
def test_who_may_describe_one_bus_may_not_describe_another(
    outputs: dict[str, str], client: Callable[[str], Any], aws: LocalAws, bus: str, allowed: bool
) -> None:
    iam = client("iam")
    iam.create_user(UserName=bus)
    grant = {"Effect": "Allow", "Action": "events:DescribeEventBus", "Resource": outputs["Bus"]}
    document = json.dumps({"Version": "2012-10-17", "Statement": [grant]})
    iam.put_user_policy(UserName=bus, PolicyName="bus", PolicyDocument=document)
    key = iam.create_access_key(UserName=bus)["AccessKey"]
    events = boto3.client(
        "events",
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    if allowed:
        assert events.describe_event_bus(Name=bus)["Arn"] == outputs["Bus"]
        return
    with pytest.raises(ClientError, match="AccessDenied"):
        events.describe_event_bus(Name=bus)


@pytest.mark.parametrize(("module", "found"), [("json", True), ("ministack", False), ("botocore", False)])
def test_a_function_sees_the_standard_library_and_its_layers_only(
    outputs: dict[str, str], client: Callable[[str], Any], module: str, found: bool
) -> None:
    payload = json.dumps({"module": module})
    answer = client("lambda").invoke(FunctionName=outputs["Function"], Payload=payload)["Payload"].read()
    assert json.loads(answer) == {"found": found}


def test_a_record_that_goes_on_failing_is_given_up_and_the_others_are_not(
    outputs: dict[str, str], client: Callable[[str], Any]
) -> None:
    for name in ("first", "bad", "last"):
        client("dynamodb").put_item(TableName=outputs["Table"], Item={"pk": {"S": name}})
    sqs = client("sqs")
    queue = outputs["FailureQueue"]
    messages = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    given_up = json.loads(messages[0]["Body"])
    assert given_up["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert given_up["DDBStreamBatchInfo"]["batchSize"] == 1
    assert eventually(lambda: times_given(client, outputs, "last")) == 1
    assert times_given(client, outputs, "bad") == 2
    assert times_given(client, outputs, "first") == 1


def times_given(client: Callable[[str], Any], outputs: dict[str, str], name: str) -> int:
    group = f"/aws/lambda/{outputs['Function']}"
    events = client("logs").filter_log_events(logGroupName=group)["events"]
    return sum(f"given {name}" in event["message"] for event in events)
