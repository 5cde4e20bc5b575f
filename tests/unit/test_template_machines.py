"""The state machines: every way leads somewhere, every task is tried again, and nothing in them names an account."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.control.runs.deciding import Next
from tests.support.in_process import TEMPLATE
from tests.unit.template_parts import ALARMS, RESOURCES, of_type

FOLDER = TEMPLATE.parent / "statemachines"
MACHINES = of_type("AWS::Serverless::StateMachine")
ENDS = {"Succeed", "Fail"}


def path_of(machine: str) -> Path:
    return TEMPLATE.parent / str(MACHINES[machine]["Properties"]["DefinitionUri"])


def definition(machine: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path_of(machine).read_text())
    return loaded


def states_of(machine: str) -> dict[str, dict[str, Any]]:
    states: dict[str, dict[str, Any]] = definition(machine)["States"]
    return states


def parts_of(machine: str) -> dict[str, dict[str, Any]]:
    """The machine by its name, and what its maps do for each item, which is a machine for itself."""
    inner = {
        f"{machine}.{name}": state["ItemProcessor"]
        for name, state in states_of(machine).items()
        if state["Type"] == "Map"
    }
    return {machine: definition(machine)} | inner


def ways_from(state: dict[str, Any]) -> set[str]:
    branches = [*state.get("Choices", []), *state.get("Catch", [])]
    return {way for part in (state, *branches) for way in (part.get("Next"), part.get("Default")) if way}


PARTS = {name: part for machine in MACHINES for name, part in parts_of(machine).items()}
STATES = [pytest.param(part, name, id=f"{part}.{name}") for part, known in PARTS.items() for name in known["States"]]
TASKS = [
    pytest.param(state, id=f"{part}.{name}")
    for part, known in PARTS.items()
    for name, state in known["States"].items()
    if state["Type"] == "Task"
]


def test_every_definition_belongs_to_a_machine() -> None:
    assert {path_of(machine) for machine in MACHINES} == {path for path in FOLDER.iterdir() if path.is_file()}


@pytest.mark.parametrize("part", PARTS)
def test_a_machine_starts_in_a_state_it_has(part: str) -> None:
    assert PARTS[part]["StartAt"] in PARTS[part]["States"]


@pytest.mark.parametrize(("part", "name"), STATES)
def test_every_way_leads_to_a_state_that_is_there_or_to_the_end(part: str, name: str) -> None:
    states = PARTS[part]["States"]
    state = states[name]
    assert ways_from(state) <= states.keys()
    assert (state["Type"] in ENDS or state.get("End") is True) == ("Next" not in state and "Default" not in state)
    assert state["Type"] != "Choice" or "Default" in state


@pytest.mark.parametrize(("part", "name"), STATES)
def test_every_state_can_be_reached(part: str, name: str) -> None:
    states = PARTS[part]["States"]
    reached = {PARTS[part]["StartAt"]}
    for _ in states:
        reached |= {way for known in reached for way in ways_from(states[known])}
    assert name in reached


@pytest.mark.parametrize("task", TASKS)
def test_a_task_is_tried_again_whatever_went_wrong_and_not_for_ever(task: dict[str, Any]) -> None:
    assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
    assert all(retry["MaxAttempts"] >= 1 and retry["BackoffRate"] > 1 for retry in task["Retry"])


def test_the_machine_of_runs_goes_on_deciding_until_the_run_has_ended() -> None:
    states = states_of("WorkflowMachine")
    for name in ("RunSteps", "Wait"):
        assert ways_from(states[name]) == {"Decide"}
    assert [choice["StringEquals"] for choice in states["WhatNext"]["Choices"]] == [
        str(what) for what in Next if what is not Next.FAILED
    ]
    assert states["WhatNext"]["Default"] == "Failed"
    for catch in (states["RunSteps"], states["RunSteps"]["ItemProcessor"]["States"]["RunStep"]):
        assert [one["ErrorEquals"] for one in catch["Catch"]] == [["States.ALL"]]


def test_a_task_of_a_run_is_given_up_later_than_its_function_ends() -> None:
    function = RESOURCES["RunWorkflowStepFunction"]["Properties"]["Timeout"]
    states = states_of("WorkflowMachine")
    for task in (states["Decide"], states["RunSteps"]["ItemProcessor"]["States"]["RunStep"]):
        assert function < task["TimeoutSeconds"] < 2 * function


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_is_told_just_what_its_definition_leaves_open(machine: str) -> None:
    left_open = set(re.findall(r"\$\{(\w+)\}", path_of(machine).read_text()))
    assert left_open == MACHINES[machine]["Properties"]["DefinitionSubstitutions"].keys()


@pytest.mark.parametrize("machine", MACHINES)
def test_a_definition_names_no_account_and_no_region(machine: str) -> None:
    assert "arn:" not in path_of(machine).read_text()


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_may_call_the_functions_it_is_told_and_nothing_else(machine: str) -> None:
    properties = MACHINES[machine]["Properties"]
    (policy,) = properties["Policies"]
    (statement,) = policy["Statement"]
    assert statement["Action"] == "lambda:InvokeFunction"
    told = list(properties["DefinitionSubstitutions"].values())
    assert statement["Resource"] in (told, told[0])
    assert "*" not in json.dumps(policy)


@pytest.mark.parametrize("machine", MACHINES)
def test_somebody_is_told_of_a_machine_that_failed(machine: str) -> None:
    watched = [{"Name": "StateMachineArn", "Value": {"Ref": machine}}]
    (alarm,) = [alarm["Properties"] for alarm in ALARMS.values() if alarm["Properties"]["Dimensions"] == watched]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ExecutionsFailed", 0)


@pytest.mark.parametrize("machine", MACHINES)
def test_a_wait_may_last_longer_than_a_minute(machine: str) -> None:
    assert RESOURCES[machine]["Properties"]["Type"] == "STANDARD"
