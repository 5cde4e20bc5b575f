"""Step Functions on the local AWS run, wait and stop as on AWS."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.scripts.conftest import Clients, eventually, times_said
from tests.support.local_stack import LocalAws

PAST = "2020-01-01T00:00:00Z"
FAR_FUTURE = "2099-01-01T00:00:00Z"


@pytest.fixture
def states(client: Clients) -> Any:
    return client("stepfunctions")


@pytest.fixture
def scale(aws: LocalAws) -> Iterator[Callable[[float], None]]:
    """Set how long a second of waiting lasts; it is a second again afterwards."""

    def post(scale: float) -> None:
        body = json.dumps({"stepfunctions._SFN_WAIT_SCALE": scale}).encode()
        urllib.request.urlopen(f"{aws.endpoint_url}/_ministack/config", data=body).close()

    yield post
    post(1)


def start(states: Any, machine: str, **given: str) -> str:
    name = str(time.time_ns())
    execution: str = states.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))["executionArn"]
    return execution


def ended(states: Any, execution: str) -> Any:
    def look() -> Any:
        description = states.describe_execution(executionArn=execution)
        return description if description["status"] != "RUNNING" else None

    return eventually(look)


def history(states: Any, execution: str) -> list[str]:
    return [event["type"] for event in states.get_execution_history(executionArn=execution)["events"]]


def code_of(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def test_a_stopped_execution_does_not_try_its_task_again(outputs: dict[str, str], client: Clients, states: Any) -> None:
    execution = start(states, outputs["Machine"], until=PAST, again="stop me")
    assert eventually(lambda: times_said(client, outputs["Function"], "asked stop me"))
    states.stop_execution(executionArn=execution)
    time.sleep(1.2)  # longer than until the next try
    assert times_said(client, outputs["Function"], "asked stop me") == 1
    assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"
    assert history(states, execution)[-1] == "ExecutionAborted"


def test_a_task_is_tried_again_after_an_error_of_a_named_class(
    outputs: dict[str, str], client: Clients, states: Any, scale: Callable[[float], None]
) -> None:
    scale(0)
    execution = start(states, outputs["Machine"], until=PAST, again="try me")
    assert ended(states, execution)["error"] == "KeyError"
    assert eventually(lambda: times_said(client, outputs["Function"], "asked try me") == 4)


def test_time_can_be_made_to_pass_for_those_that_wait(
    outputs: dict[str, str], states: Any, scale: Callable[[float], None]
) -> None:
    execution = start(states, outputs["Machine"], until=FAR_FUTURE)
    assert eventually(lambda: history(states, execution)[-1] == "WaitStateEntered")
    scale(0)
    assert ended(states, execution)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("given", [{}, {"until": "tomorrow"}, {"until": "2099-01-01T00:00:00"}])
def test_a_wait_for_no_time_fails(outputs: dict[str, str], states: Any, given: dict[str, str]) -> None:
    assert ended(states, start(states, outputs["Machine"], **given))["error"] == "States.Runtime"


def test_started_twice_it_runs_once(outputs: dict[str, str], states: Any) -> None:
    machine, name = outputs["Machine"], "twice"
    given = json.dumps({"until": FAR_FUTURE})
    first = states.start_execution(stateMachineArn=machine, name=name, input=given)
    again = states.start_execution(stateMachineArn=machine, name=name, input=given)
    assert (first["executionArn"], first["startDate"]) == (again["executionArn"], again["startDate"])
    asked = {"stateMachineArn": machine, "name": name}
    assert code_of(states.start_execution, **asked, input="{}") == "ExecutionAlreadyExists"
    states.stop_execution(executionArn=first["executionArn"])
    assert code_of(states.start_execution, **asked, input=given) == "ExecutionAlreadyExists"


@pytest.mark.parametrize("name", ["two words", "a:b", "a/b", "a" * 81])
def test_some_names_are_refused(outputs: dict[str, str], states: Any, name: str) -> None:
    assert code_of(states.start_execution, stateMachineArn=outputs["Machine"], name=name) == "InvalidName"


def test_stopping_what_has_ended_changes_nothing(outputs: dict[str, str], states: Any) -> None:
    execution = start(states, outputs["Machine"], until=PAST)
    before = ended(states, execution)
    assert states.stop_execution(executionArn=execution)["stopDate"] == before["stopDate"]
    assert states.describe_execution(executionArn=execution)["status"] == "SUCCEEDED"


def test_a_machine_calls_only_what_its_role_may(outputs: dict[str, str], states: Any) -> None:
    execution = start(states, outputs["MachineBeyondItsRole"], until=PAST)
    assert ended(states, execution)["error"] == "Lambda.AWSLambdaException"


def test_machines_call_few_functions_at_once(
    outputs: dict[str, str], states: Any, scale: Callable[[float], None]
) -> None:
    executions = [start(states, outputs["Machine"], until=FAR_FUTURE, process="?") for _ in range(30)]
    scale(0)
    processes = {ended(states, execution)["output"] for execution in executions}
    assert 1 <= len(processes) <= 8
