"""Functions and their queues on the local AWS behave as on AWS."""

import json
from base64 import b64decode
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from tests.integration.scripts.conftest import Clients, eventually, times_said

IMPATIENT: Any = {
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 2}},
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {"FunctionName": "", "EventSourceArn": {"Fn::GetAtt": ["Queue", "Arn"]}},
        },
    }
}


def ask(client: Clients, outputs: dict[str, str], question: dict[str, Any]) -> Any:
    answer = client("lambda").invoke(FunctionName=outputs["Function"], Payload=json.dumps(question))
    return json.loads(answer["Payload"].read())


@pytest.mark.parametrize(("module", "found"), [("json", True), ("ministack", False), ("botocore", False)])
def test_a_function_sees_the_standard_library_and_its_layers_only(
    outputs: dict[str, str], client: Clients, module: str, found: bool
) -> None:
    assert ask(client, outputs, {"module": module}) == {"found": found}


def test_an_error_is_called_by_its_class(outputs: dict[str, str], client: Clients) -> None:
    assert ask(client, outputs, {"again": "x"})["errorType"] == "KeyError"


def test_what_a_function_says_is_in_the_log_of_the_call_in_which_it_says_it(
    outputs: dict[str, str], client: Clients
) -> None:
    def said(question: dict[str, Any]) -> list[str]:
        asked = {"FunctionName": outputs["Function"], "Payload": json.dumps(question), "LogType": "Tail"}
        lines = b64decode(client("lambda").invoke(**asked).get("LogResult", "")).decode().splitlines()
        return [line for line in lines if line.startswith(("asked", "--"))]

    for word in ("one", "two"):
        assert said({"again": word}) == [f"asked {word}"]
        assert said({"process": ""}) == []


def test_a_queue_that_waits_less_than_its_function_may_take_is_refused(
    outputs: dict[str, str], client: Clients
) -> None:
    cloudformation = client("cloudformation")
    IMPATIENT["Resources"]["Mapping"]["Properties"]["FunctionName"] = outputs["Function"]
    cloudformation.create_stack(StackName="impatient", TemplateBody=json.dumps(IMPATIENT))
    with pytest.raises(WaiterError):
        cloudformation.get_waiter("stack_create_complete").wait(StackName="impatient", WaiterConfig={"Delay": 1})
    events = cloudformation.describe_stack_events(StackName="impatient")["StackEvents"]
    assert any("less than Function timeout" in event.get("ResourceStatusReason", "") for event in events)


def test_a_batch_with_a_failure_nobody_knows_comes_again(outputs: dict[str, str], client: Clients) -> None:
    client("sqs").send_message(QueueUrl=outputs["Messages"], MessageBody="again and again")
    assert eventually(lambda: times_said(client, outputs["Function"], "given again and again") > 1)
    client("sqs").purge_queue(QueueUrl=outputs["Messages"])
