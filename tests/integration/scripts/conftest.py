"""A small stack on the local AWS, with one of each thing that is put right there."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.support.local_stack import LocalAws

TEMPLATE = Path(__file__).with_name("small_template.yaml")
PATIENCE = 20.0  # seconds

Clients = Callable[[str], Any]


@pytest.fixture(scope="session")
def client(aws: LocalAws) -> Clients:
    """Clients of services, by name, that may do everything."""
    return lambda service: boto3.client(service, endpoint_url=aws.endpoint_url)  # type: ignore[call-overload]


@pytest.fixture(scope="session")
def outputs(client: Clients) -> dict[str, str]:
    cloudformation = client("cloudformation")
    cloudformation.create_stack(StackName="small", TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"])
    cloudformation.get_waiter("stack_create_complete").wait(StackName="small", WaiterConfig={"Delay": 1})
    stack = cloudformation.describe_stacks(StackName="small")["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


@pytest.fixture
def granted(client: Clients, aws: LocalAws) -> Callable[..., Clients]:
    """Make a user with some grants, and return clients for it."""

    def clients(*grants: dict[str, Any]) -> Clients:
        iam, name = client("iam"), str(time.time_ns())
        iam.create_user(UserName=name)
        statements = [{"Effect": "Allow"} | grant for grant in grants]
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return lambda service: boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=aws.endpoint_url,
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
        )

    return clients


def eventually(look: Callable[[], Any]) -> Any:
    """What `look` sees as soon as it sees something."""
    end = time.monotonic() + PATIENCE
    while not (seen := look()) and time.monotonic() < end:
        time.sleep(0.05)
    return seen


def times_said(client: Clients, function: str, words: str) -> int:
    """How often a function has logged these words."""
    events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return sum(words in event["message"] for event in events)
