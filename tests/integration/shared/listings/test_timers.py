"""Timers are started once and stopped for good, by Step Functions as moto and the local AWS have it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from shared.listings.timers import StepFunctionsTimers
from shared.runtime.errors import DependencyError
from tests.support.in_process import client
from tests.support.local_stack import LocalAws
from tests.support.places import at_once

LISTING = "3668b72f-2493-5f9e-afaf-5cf1988a2fe0"
UNTIL = datetime(2099, 3, 1, 12, 0, 0, 500_000, tzinfo=UTC)
TRACE = {"id": f"listing:{LISTING}:1", "trace_id": "a" * 32, "correlation_id": "order 7"}
WAITING = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "TimestampPath": "$.until", "End": True}}}
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:timer"


class Running:
    """Timers, and a look at what runs."""

    def __init__(self, states: Any, role: str = "arn:aws:iam::123456789012:role/timer") -> None:
        self.states = states
        made = states.create_state_machine(name=f"t{uuid4().hex}", definition=json.dumps(WAITING), roleArn=role)
        self.machine: str = made["stateMachineArn"]
        self.timers = StepFunctionsTimers(states, self.machine)

    def start(self, version: int = 1, *, until: datetime = UNTIL) -> None:
        self.timers.start(LISTING, version, until=until, trace=TRACE)

    def statuses(self) -> dict[str, str]:
        found = self.states.list_executions(stateMachineArn=self.machine)["executions"]
        return {one["name"].removeprefix(f"{LISTING}-"): one["status"] for one in found}


@pytest.fixture
def moto() -> Iterator[Running]:
    with mock_aws():
        yield Running(client("stepfunctions"))


@pytest.fixture
def local_states(aws: LocalAws) -> Iterator[Running]:
    iam = boto3.client("iam", endpoint_url=aws.endpoint_url)
    name, nobody = f"timer-{uuid4().hex}", json.dumps({"Version": "2012-10-17", "Statement": []})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=nobody)["Role"]["Arn"]
    running = Running(boto3.client("stepfunctions", endpoint_url=aws.endpoint_url), role)
    yield running
    for one in running.states.list_executions(stateMachineArn=running.machine)["executions"]:
        if one["status"] == "RUNNING":
            running.states.stop_execution(executionArn=one["executionArn"])
    running.states.delete_state_machine(stateMachineArn=running.machine)
    iam.delete_role(RoleName=name)


@pytest.fixture(params=["moto", "local_states"])
def running(request: pytest.FixtureRequest) -> Running:
    found: Running = request.getfixturevalue(request.param)
    return found


def test_a_timer_runs_and_knows_whose_it_is_and_how_long(running: Running) -> None:
    running.start(2)
    (execution,) = running.states.list_executions(stateMachineArn=running.machine)["executions"]
    given = json.loads(running.states.describe_execution(executionArn=execution["executionArn"])["input"])
    until = "2099-03-01T12:00:01Z"  # whole seconds, and not early
    assert given == {"listing_id": LISTING, "entered_version": 2, "until": until, "trace": TRACE}


def test_started_twice_it_runs_once(running: Running) -> None:
    running.start()
    running.start()
    assert running.statuses() == {"1": "RUNNING"}


def test_started_again_for_another_time_it_stays_as_it_is(running: Running) -> None:
    running.start()
    running.start(until=UNTIL.replace(year=2098))
    assert running.statuses() == {"1": "RUNNING"}


def test_each_entry_has_a_timer_of_its_own(running: Running) -> None:
    running.start(1)
    running.start(2)
    running.timers.stop(LISTING, 1)
    assert running.statuses() == {"1": "ABORTED", "2": "RUNNING"}


def test_stopped_twice_it_is_stopped(running: Running) -> None:
    running.start()
    running.timers.stop(LISTING, 1)
    running.timers.stop(LISTING, 1)
    assert running.statuses() == {"1": "ABORTED"}


def test_what_never_ran_is_stopped_all_the_same(running: Running) -> None:
    running.timers.stop(LISTING, 1)
    assert running.statuses() == {}


def test_what_was_stopped_is_not_started_again(running: Running) -> None:
    running.start()
    running.timers.stop(LISTING, 1)
    running.start()
    assert running.statuses() == {"1": "ABORTED"}


def test_started_by_many_at_once_it_runs_once(local_states: Running) -> None:
    at_once(lambda _: local_states.start())
    assert local_states.statuses() == {"1": "RUNNING"}


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
    timers = StepFunctionsTimers(states, MACHINE)
    with Stubber(states) as stubber:
        stubber.add_client_error("start_execution", code)
        with pytest.raises(raised):
            timers.start(LISTING, 1, until=UNTIL, trace=TRACE)
        stubber.add_client_error("stop_execution", code)
        with pytest.raises(raised):
            timers.stop(LISTING, 1)
