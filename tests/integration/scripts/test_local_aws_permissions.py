"""The local AWS allows what AWS allows, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.scripts.conftest import Clients, eventually

Granted = Callable[..., Clients]


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    """The code of the error that a call ends with; nothing where it succeeds."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


@pytest.mark.parametrize(("bus", "allowed"), [("small", True), ("default", False)])
def test_who_may_describe_one_bus_may_not_describe_another(
    outputs: dict[str, str], granted: Granted, bus: str, allowed: bool
) -> None:
    events = granted({"Action": "events:DescribeEventBus", "Resource": outputs["Bus"]})("events")
    assert code_of(events.describe_event_bus, Name=bus) == ("" if allowed else "AccessDeniedException")


def test_a_rule_delivers_to_queues_that_let_it_and_else_to_dead_letters(
    outputs: dict[str, str], client: Clients
) -> None:
    sqs = client("sqs")
    client("events").put_events(
        Entries=[{"EventBusName": "small", "Source": "queues", "DetailType": "a.thing", "Detail": "{}"}]
    )
    for name in ("OpenQueue", "DeadLetters"):
        assert eventually(lambda url=outputs[name]: received(sqs, url, "a.thing"))  # type: ignore[misc]
    for name in ("ClosedQueue", "QueueOfOthers"):
        assert not received(sqs, outputs[name], "a.thing")


@pytest.mark.parametrize(("action", "allowed"), [("sqs:SendMessage", True), ("sqs:ReceiveMessage", False)])
def test_who_may_do_something_to_a_message_may_do_it_to_a_batch(
    outputs: dict[str, str], client: Clients, granted: Granted, action: str, allowed: bool
) -> None:
    url = outputs["OpenQueue"]
    known = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    sqs = granted({"Action": action, "Resource": known["Attributes"]["QueueArn"]})("sqs")
    batch = {"QueueUrl": url, "Entries": [{"Id": "1", "MessageBody": "in a batch"}]}
    assert code_of(sqs.send_message_batch, **batch) == ("" if allowed else "AccessDenied")


def test_a_schedule_does_what_its_role_may(outputs: dict[str, str], client: Clients) -> None:
    sqs = client("sqs")
    assert eventually(lambda: received(sqs, outputs["OpenQueue"], "schedule"))
    assert not received(sqs, outputs["ClosedQueue"], "schedule")


def test_a_schedule_says_when_it_was_due(outputs: dict[str, str], client: Clients) -> None:
    this_year = datetime.now(UTC).strftime("schedule %Y-")
    assert eventually(lambda: received(client("sqs"), outputs["OpenQueue"], this_year))


def received(sqs: Any, url: str, words: str) -> bool:
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
    return any(words in message["Body"] for message in messages)


@pytest.mark.parametrize(
    ("also", "got", "seen"), [("s3:GetObject", "AccessDenied", "403"), ("s3:ListBucket", "NoSuchKey", "404")]
)
def test_who_may_not_list_a_bucket_is_not_told_what_is_missing(
    outputs: dict[str, str], granted: Granted, also: str, got: str, seen: str
) -> None:
    arn = f"arn:aws:s3:::{outputs['Bucket']}"
    s3 = granted({"Action": ["s3:GetObject", also], "Resource": [arn, f"{arn}/*"]})("s3")
    assert code_of(s3.get_object, Bucket=outputs["Bucket"], Key="missing") == got
    assert code_of(s3.head_object, Bucket=outputs["Bucket"], Key="missing") == seen


@pytest.mark.parametrize(("partition", "allowed"), [("JOB#1", True), ("KEY#1", False)])
@pytest.mark.parametrize("kind", ["put_item", "update_item", "query", "transact_write_items", "batch_write_item"])
def test_who_may_use_some_partitions_of_a_table_may_not_use_others(
    outputs: dict[str, str], granted: Granted, kind: str, partition: str, allowed: bool
) -> None:
    table, key = outputs["Table"], {"pk": {"S": partition}}
    requests: dict[str, dict[str, Any]] = {
        "put_item": {"TableName": table, "Item": key},
        "update_item": {"TableName": table, "Key": key},
        "query": {
            "TableName": table,
            "KeyConditionExpression": "#p = :p",
            "ExpressionAttributeNames": {"#p": "pk"},
            "ExpressionAttributeValues": {":p": {"S": partition}},
        },
        "transact_write_items": {"TransactItems": [{"Put": {"TableName": table, "Item": key}}]},
        "batch_write_item": {"RequestItems": {table: [{"PutRequest": {"Item": key}}]}},
    }
    dynamodb = granted(for_keys("dynamodb:*", "JOB#*"))("dynamodb")
    assert code_of(getattr(dynamodb, kind), **requests[kind]) == ("" if allowed else "AccessDeniedException")


def test_each_action_of_a_transaction_is_for_keys_of_its_own(outputs: dict[str, str], granted: Granted) -> None:
    table = outputs["Table"]
    grants = [for_keys("dynamodb:PutItem", "JOB#*"), for_keys("dynamodb:ConditionCheckItem", "KEY#*")]
    dynamodb = granted(*grants)("dynamodb")
    put = {"TableName": table, "Item": {"pk": {"S": "JOB#2"}}}
    check = {"TableName": table, "Key": {"pk": {"S": "KEY#2"}}, "ConditionExpression": "attribute_not_exists(pk)"}
    assert not code_of(dynamodb.transact_write_items, TransactItems=[{"Put": put}, {"ConditionCheck": check}])


def for_keys(action: str, keys: str) -> dict[str, Any]:
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [keys]}}
    return {"Action": action, "Resource": "*", "Condition": condition}
