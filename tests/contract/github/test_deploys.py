"""Whatever is shipped, what GitHub is asked is what it takes; and what it answers and tells can be read."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.receive_webhooks.github import WorkflowRunEvent
from shared.deploys.deploy import Deploy
from shared.deploys.order import ENVIRONMENTS, STRATEGIES, Action
from shared.deploys.states import State
from shared.deploys.workflow import Workflow
from shared.runtime.http import Address, Answer, Call, Service
from tests.contract.github.requests import EXAMPLES, violations, webhook_violations
from tests.stand_ins.github import INPUTS
from tests.support.builders import NOON
from tests.support.in_process import TEMPLATE
from tests.unit.shared.deploys.samples import a_deploy, an_order, in_state

SAMPLE = TEMPLATE.parent / "docs" / "ship-workflow.yml"


def _locate(*, fresh: bool = False) -> Address:
    return Address(url="https://github.example")


def workflow(body: Any = None, status: int = 200) -> Workflow:
    def send(url: str, call: Call, headers: Any) -> Answer:
        return Answer(status=status, headers={}, body=json.dumps(body).encode())

    return Workflow(Service("github", _locate, send=send), repository="octo-org/octo-repo", file="ship.yml")


deploys = st.builds(
    lambda environment, strategy, ref, key: a_deploy(
        environment=environment, strategy=strategy, ref=ref, order=an_order(key)
    ),
    st.sampled_from(ENVIRONMENTS),
    st.sampled_from(STRATEGIES),
    st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,199}\Z"),
    st.text(max_size=30),
)


@settings(derandomize=True, deadline=None, max_examples=80)
@given(deploys)
def test_whatever_is_shipped_github_takes_the_dispatch(deploy: Deploy) -> None:
    call = workflow().dispatch_call(deploy.said(None))
    assert violations("Dispatch", call.json) == []
    assert call.json["inputs"].keys() == INPUTS.keys()
    assert not call.repeatable


@pytest.mark.parametrize("action", Action)
def test_each_action_is_one_that_the_workflow_declares(action: Action) -> None:
    asked = {
        Action.DEPLOY: a_deploy(),
        Action.PROMOTE: in_state(State.PROMOTING),
        Action.ROLLBACK: in_state(State.ROLLING_BACK),
    }
    said = asked[action].said(None)
    assert said["action"] == action
    assert str(action) in (INPUTS["action"] or ())


def test_the_list_of_runs_is_asked_for_as_github_takes_it() -> None:
    call = workflow().runs_call(NOON, page=3)
    assert violations("RunsQuery", dict(parse_qsl(urlsplit(call.path).query))) == []


def test_a_run_as_github_has_told_of_it_can_be_read() -> None:
    sample = EXAMPLES["workflow_run"]["completed"]["workflow_run"]
    run = workflow(sample).run(sample["id"])
    assert (run.id, run.title, run.conclusion) == (sample["id"], sample["display_title"], "success")
    assert run.is_over
    found = workflow({"total_count": 1, "workflow_runs": [sample]}).find("update", since=NOON)
    assert found == run


@pytest.mark.parametrize("action", sorted(EXAMPLES["workflow_run"]))
def test_a_webhook_as_github_has_sent_it_can_be_read(action: str) -> None:
    sample = EXAMPLES["workflow_run"][action]
    assert webhook_violations("workflow_run", sample) == []
    run = WorkflowRunEvent.model_validate(sample).run()
    assert run.id == sample["workflow_run"]["id"]
    assert run.is_over == (action == "completed")


def test_the_sample_of_a_workflow_declares_what_is_sent_and_names_its_runs() -> None:
    known = yaml.load(SAMPLE.read_text(), Loader=yaml.BaseLoader)
    declared = known["on"]["workflow_dispatch"]["inputs"]
    assert {name: about.get("options") for name, about in declared.items()} == INPUTS
    assert all(about["required"] == "true" for about in declared.values())
    assert "${{ inputs.correlation_id }}" in known["run-name"]
    assert known["concurrency"]["group"].endswith("${{ inputs.environment }}")
    assert known["concurrency"]["cancel-in-progress"] == "false"


def test_the_sample_puts_nothing_into_a_shell_that_somebody_wrote() -> None:
    known = yaml.load(SAMPLE.read_text(), Loader=yaml.BaseLoader)
    scripts = [step["run"] for job in known["jobs"].values() for step in job["steps"] if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)
