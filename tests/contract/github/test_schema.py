"""The contract with GitHub takes what GitHub takes and finds the mistakes that are easily made."""

from typing import Any

import pytest

from tests.contract.github.refresh import API, EXAMPLES, WEBHOOKS
from tests.contract.github.requests import EXAMPLES as SAMPLES
from tests.contract.github.requests import SCHEMA, violations, webhook_violations
from tests.contract.github.requests import WEBHOOKS as WEBHOOK_SCHEMA

DISPATCH: dict[str, Any] = {"ref": "main", "inputs": {"environment": "prod"}}
QUERY = {"event": "workflow_dispatch", "created": ">=2026-03-01T12:00:00Z", "per_page": "100", "page": "1"}


@pytest.mark.parametrize(
    "body", [DISPATCH, {"ref": "v1.2"}, {"ref": "main", "inputs": {str(number): "x" for number in range(25)}}]
)
def test_a_dispatch_that_github_takes_is_good(body: dict[str, Any]) -> None:
    assert violations("Dispatch", body) == []


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"ref": None}, "ref: "),
        ({"ref": ""}, "ref: "),
        ({"inputs": {"environment": True}}, "inputs.environment: "),
        ({"inputs": {str(number): "x" for number in range(26)}}, "inputs: "),
        ({"inputs": []}, "inputs: "),
        ({"input": {}}, "input"),
        # It is gone in this version of the API: the answer always names the run.
        ({"return_run_details": True}, "return_run_details"),
    ],
)
def test_a_mistake_in_a_dispatch_is_named_with_its_place(changes: dict[str, Any], told: str) -> None:
    found = violations("Dispatch", DISPATCH | changes)
    assert len(found) == 1
    assert told in found[0]


def test_a_dispatch_without_a_ref_is_refused() -> None:
    assert violations("Dispatch", {"inputs": {}}) == ['body: "ref" is a required property']


@pytest.mark.parametrize(
    ("changes", "is_good"),
    [
        ({}, True),
        ({"created": "2026-03-01"}, True),
        ({"created": ">=yesterday"}, False),
        ({"per_page": "101"}, False),
        ({"page": "0"}, False),
        ({"since": "2026-03-01"}, False),
    ],
)
def test_a_query_is_as_the_list_of_runs_takes_it(changes: dict[str, str], is_good: bool) -> None:
    assert (violations("RunsQuery", QUERY | changes) == []) is is_good


def test_an_answer_without_what_it_has_to_say_is_found() -> None:
    assert violations("Dispatched", {"workflow_run_id": 7}) != []
    assert violations("Runs", {"workflow_runs": []}) != []
    assert violations("Run", {"id": 7}) != []


@pytest.mark.parametrize("action", sorted(SAMPLES["workflow_run"]))
def test_what_github_has_sent_is_good(action: str) -> None:
    sample = SAMPLES["workflow_run"][action]
    assert webhook_violations("workflow_run", sample) == []
    assert webhook_violations("workflow_run", sample | {"workflow_run": {"id": 7}}) != []


def test_the_ping_that_github_has_sent_is_good() -> None:
    assert webhook_violations("ping", SAMPLES["ping"]) == []


def test_the_contract_says_where_it_is_from() -> None:
    for made, package in ((SCHEMA, API), (WEBHOOK_SCHEMA, WEBHOOKS), (SAMPLES, EXAMPLES)):
        provenance = made["x-provenance"]
        assert provenance["package"] == f"npm {package.name} {package.version}"
        assert provenance["sha256"] == package.sha256
        assert provenance["licence"].startswith("MIT")
