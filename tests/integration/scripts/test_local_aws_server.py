"""The local AWS does as AWS does where MiniStack alone does not."""

import json

from tests.integration.scripts.conftest import Clients, eventually, times_said


def test_a_reference_to_a_secret_is_its_arn(outputs: dict[str, str]) -> None:
    assert outputs["Secret"].startswith("arn:aws:secretsmanager:")


def test_a_secret_without_punctuation_has_none(outputs: dict[str, str], client: Clients) -> None:
    assert client("secretsmanager").get_secret_value(SecretId=outputs["Secret"])["SecretString"].isalnum()


def test_a_rule_writes_events_to_a_log_group(outputs: dict[str, str], client: Clients) -> None:
    entry = {"EventBusName": "small", "Source": "test", "DetailType": "a.thing", "Detail": '{"number": 1}'}
    client("events").put_events(Entries=[entry])
    logs = client("logs")
    seen = eventually(lambda: logs.filter_log_events(logGroupName=outputs["Events"])["events"])
    said = [json.loads(event["message"]) for event in seen]
    assert [(event["detail-type"], event["detail"]) for event in said] == [("a.thing", {"number": 1})]


def test_a_record_that_goes_on_failing_is_given_up_and_the_others_are_not(
    outputs: dict[str, str], client: Clients
) -> None:
    for name in ("first", "bad", "last"):
        client("dynamodb").put_item(TableName=outputs["Table"], Item={"pk": {"S": name}})
    sqs, queue, function = client("sqs"), outputs["FailureQueue"], outputs["Function"]
    messages = eventually(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"))
    given_up = json.loads(messages[0]["Body"])
    assert given_up["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert given_up["DDBStreamBatchInfo"]["batchSize"] == 1
    assert eventually(lambda: times_said(client, function, "given last")) == 1
    assert times_said(client, function, "given bad") == 2
    assert times_said(client, function, "given first") == 1
