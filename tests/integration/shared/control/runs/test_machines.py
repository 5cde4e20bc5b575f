"""Machines are started once for each number, by Step Functions as moto has it."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from shared.control.runs.machines import StepFunctionsMachines
from shared.control.runs.turning import resumed
from shared.runtime.errors import DependencyError
from tests.support.builders import NOON
from tests.support.in_process import client
from tests.unit.shared.control.runs.samples import a_run

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:workflow"
WAITING = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 86_400, "End": True}}})


@mock_aws
def test_a_machine_is_started_once_for_each_number() -> None:
    states, run = client("stepfunctions"), a_run()
    role = "arn:aws:iam::123456789012:role/workflow"
    states.create_state_machine(name="workflow", definition=WAITING, roleArn=role)
    machines = StepFunctionsMachines(states, MACHINE)
    for wanted in (run, run, resumed(run, at=NOON)):
        machines.start(wanted)
    found = states.list_executions(stateMachineArn=MACHINE)["executions"]
    assert sorted(one["name"] for one in found) == [f"{run.id}-1", f"{run.id}-2"]
    given = states.describe_execution(executionArn=found[0]["executionArn"])["input"]
    assert json.loads(given) == {"run_id": run.id, "round": 0}


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("ThrottlingException", DependencyError),
        ("ServiceUnavailable", DependencyError),
        ("StateMachineDoesNotExist", ClientError),
        ("AccessDeniedException", ClientError),
    ],
)
def test_when_step_functions_are_unwell_they_say_so(code: str, raised: type[Exception]) -> None:
    states = boto3.client("stepfunctions")
    with Stubber(states) as stubber:
        stubber.add_client_error("start_execution", code)
        with pytest.raises(raised):
            StepFunctionsMachines(states, MACHINE).start(a_run())
