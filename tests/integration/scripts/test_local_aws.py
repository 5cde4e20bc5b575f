"""A local AWS starts once, stops exactly itself, and comes back with what it knew."""

import io
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import boto3
import pytest

from scripts import local_aws
from scripts.local_aws import LocalAws
from tests.integration.scripts.conftest import eventually

TABLE: Any = {
    "TableName": "things",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
WAITS = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "TimestampPath": "$.until", "End": True}}}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "aws"
    local_aws.stop(tmp_path / "aws")


def client(aws: LocalAws, service: Any) -> Any:
    return boto3.client(service, endpoint_url=aws.endpoint_url)


def test_started_twice_it_runs_once(home: Path) -> None:
    first = local_aws.start(home)
    assert local_aws.start(home) == first == local_aws.running(home)


def test_stopped_it_is_gone_and_stopping_again_does_nothing(home: Path) -> None:
    aws = local_aws.start(home)
    assert local_aws.stop(home)
    with pytest.raises(ProcessLookupError):
        os.kill(aws.pid, 0)
    assert local_aws.running(home) is None
    assert not local_aws.stop(home)


def test_a_stranger_who_got_the_process_id_is_left_alone(home: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        home.with_suffix(".json").write_text(json.dumps({"pid": stranger.pid, "port": 4566}))
        assert not local_aws.stop(home)
        assert stranger.poll() is None
        stranger.kill()


def test_a_killed_one_is_not_taken_for_running(home: Path) -> None:
    killed = local_aws.start(home)
    os.kill(killed.pid, 9)
    os.waitpid(killed.pid, 0)
    assert local_aws.running(home) is None
    assert local_aws.start(home).pid != killed.pid


def test_a_port_that_is_taken_is_passed_over(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(local_aws, "_FIRST_PORT", taken)
            assert local_aws.start(home).port > taken


def test_a_port_taken_while_it_starts_is_left_to_who_has_it(
    home: Path, aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    ports = iter([aws.port, aws.port, local_aws._free_port()])
    monkeypatch.setattr(local_aws, "_free_port", lambda _: next(ports))
    assert local_aws.start(home).port != aws.port


def test_it_listens_to_this_machine_only(home: Path) -> None:
    aws = local_aws.start(home)
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.2", aws.port))


def test_data_and_streams_outlive_a_restart(home: Path) -> None:
    dynamodb = client(local_aws.start(home), "dynamodb")
    dynamodb.create_table(**TABLE)
    dynamodb.put_item(TableName="things", Item={"pk": {"S": "one"}})
    local_aws.stop(home)
    aws = local_aws.start(home)
    client(aws, "dynamodb").put_item(TableName="things", Item={"pk": {"S": "two"}})
    assert client(aws, "dynamodb").scan(TableName="things")["Count"] == 2
    assert [record["dynamodb"]["Keys"]["pk"]["S"] for record in stream(aws)] == ["one", "two"]


def test_executions_outlive_a_restart(home: Path) -> None:
    aws = local_aws.start(home)
    trusted = {"Service": "states.amazonaws.com"}
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted}]}
    role = client(aws, "iam").create_role(RoleName="machine", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    states = client(aws, "stepfunctions")
    machine = states.create_state_machine(name="waits", roleArn=role, definition=json.dumps(WAITS))["stateMachineArn"]
    ends = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    one = states.start_execution(stateMachineArn=machine, input=json.dumps({"until": ends}))["executionArn"]
    other = states.start_execution(stateMachineArn=machine, input='{"until": "2099-01-01T00:00:00Z"}')["executionArn"]
    local_aws.stop(home)
    states = client(local_aws.start(home), "stepfunctions")
    assert eventually(lambda: states.describe_execution(executionArn=one)["status"] == "SUCCEEDED")
    assert states.describe_execution(executionArn=other)["status"] == "RUNNING"
    states.stop_execution(executionArn=other)
    assert states.describe_execution(executionArn=other)["status"] == "ABORTED"


def test_it_comes_back_where_it_was(home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_aws, "_FIRST_PORT", local_aws._free_port() + 7)
        port = local_aws.start(home).port
        local_aws.stop(home)
    assert local_aws.start(home).port == port


def test_functions_read_their_queues_where_ever_it_comes_back(home: Path) -> None:
    aws = local_aws.start(home)
    queue = client(aws, "sqs").create_queue(QueueName="work", Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    function = {"FunctionName": "reads", "Runtime": RUNTIME, "Handler": "app.handler", "Role": a_role(aws)}
    client(aws, "lambda").create_function(**function, Code={"ZipFile": zipped("def handler(event, context): pass")})
    client(aws, "lambda").create_event_source_mapping(
        FunctionName="reads", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:work", BatchSize=1
    )
    local_aws.stop(home)
    with socket.create_server(("127.0.0.1", aws.port)):
        sqs = client(local_aws.start(home), "sqs")
    sqs.send_message(QueueUrl=queue, MessageBody="now")
    numbers = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]

    def left() -> int:
        attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=numbers)["Attributes"]
        return sum(int(attributes[number]) for number in numbers)

    assert eventually(lambda: left() == 0)


def zipped(program: str) -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("app.py", program)
    return archive.getvalue()


def a_role(aws: LocalAws) -> str:
    """The role of a function that may read queues."""
    iam, trusted = client(aws, "iam"), {"Service": "lambda.amazonaws.com"}
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted}]}
    role: str = iam.create_role(RoleName="reads", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    reads = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": reads, "Resource": "*"}]}
    iam.put_role_policy(RoleName="reads", PolicyName="reads", PolicyDocument=json.dumps(policy))
    return role


def stream(aws: LocalAws) -> Any:
    """All records of the one stream there is."""
    streams = client(aws, "dynamodbstreams")
    arn = streams.list_streams(TableName="things")["Streams"][0]["StreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    where: Any = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    return streams.get_records(ShardIterator=streams.get_shard_iterator(**where)["ShardIterator"])["Records"]
