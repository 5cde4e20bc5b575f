"""What a command is told, and what its answers become."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.agent.command import Ended, Why
from scripts.agent.contract import OutputError, artefact_id, artefact_of, document_of, read_answer

ITEM: dict[str, Any] = {
    "kind": "grant",
    "claim_id": "9dbe500f-0000-4000-8000-000000000001",
    "claim_type": "exclusive",
    "lease_until": "2026-01-01T00:10:00+00:00",
    "target_artefact": {"id": "1", "type": "GoalDefined", "payload": "A camera"},
    "context_chain": [],
}
DRAFT = {"artefact_type": "Draft", "artefact_payload": "Hello"}


def said(**more: Any) -> bytes:
    return json.dumps(DRAFT | more).encode()


def test_the_command_is_told_four_things() -> None:
    told = json.loads(document_of(ITEM | {"rework": True}))
    assert set(told) == {"claim_type", "target_artefact", "context_chain", "rework"}
    assert json.loads(document_of(ITEM))["rework"] is False


def test_an_answer_becomes_an_artefact_of_its_claim() -> None:
    artefact = artefact_of(ITEM, "Writer", Ended(exit_code=0, stdout=said(summary="A draft", more="is left out")))
    assert artefact == {
        "id": artefact_id(ITEM, "Writer"),
        "claim_id": ITEM["claim_id"],
        "type": "Draft",
        "structural_type": "Standard",
        "payload": "Hello",
        "summary": "A draft",
    }


@pytest.mark.parametrize("payload", ["", "text", {}, [], {"a": [1, None, "ü"]}])
def test_a_payload_is_a_text_an_object_or_a_list(payload: object) -> None:
    assert read_answer(said(artefact_payload=payload))["payload"] == payload


@pytest.mark.parametrize("payload", [None, 1, True, 1.5])
def test_a_payload_is_nothing_else(payload: object) -> None:
    with pytest.raises(OutputError, match="artefact_payload"):
        read_answer(said(artefact_payload=payload))


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({}, "Standard"),
        ({"artefact_type": "Review"}, "Review"),
        ({"artefact_type": "Review", "structural_type": "Standard"}, "Standard"),
        ({"structural_type": "Terminal"}, "Terminal"),
        ({"structural_type": ""}, "Standard"),
    ],
)
def test_the_structural_type_is_what_is_said_or_what_the_type_says(more: dict[str, Any], kind: str) -> None:
    assert read_answer(said(**more))["structural_type"] == kind


@pytest.mark.parametrize(
    "more", [{"structural_type": "Knowledge"}, {"structural_type": ["Review"]}, {"artefact_type": 1}]
)
def test_types_that_there_are_not_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(OutputError, match="_type has to be"):
        read_answer(said(**more))


def test_a_summary_is_one_line_of_five_hundred_characters() -> None:
    assert read_answer(said(summary="two\n lines\x00"))["summary"] == "two lines"
    assert len(read_answer(said(summary="x" * 900))["summary"]) == 500
    assert "summary" not in read_answer(said(summary=None))


def test_what_is_no_json_by_the_letter_is_refused() -> None:
    with pytest.raises(OutputError, match="NaN is no JSON"):
        read_answer(b'{"artefact_type": "Draft", "artefact_payload": [NaN]}')


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_whatever_is_said_becomes_an_artefact_or_a_failure_that_can_be_sent(stdout: bytes) -> None:
    artefact = artefact_of(ITEM, "Writer", Ended(exit_code=0, stdout=stdout))
    assert artefact["structural_type"] == "Failure"
    json.dumps(artefact, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended(exit_code=3, stdout=said()), "the command ended with 3"),
        (Ended(exit_code=-9, why=Why.TIMEOUT, error="…"), "the command was not done in time"),
        (Ended(exit_code=-9, why=Why.OUTPUT, stdout=said()), "the command said too much"),
        (Ended(why=Why.NOT_STARTED, error="no such file"), "the command could not be started"),
    ],
)
def test_who_does_not_end_well_has_failed_whatever_was_said(ended: Ended, reason: str) -> None:
    artefact = artefact_of(ITEM, "Writer", ended)
    assert (artefact["type"], artefact["payload"]["reason"]) == ("ToolExecutionFailure", reason)
    assert artefact["payload"]["exit_code"] == ended.exit_code


def test_the_same_answer_to_the_same_grant_has_the_same_id_and_no_other_has() -> None:
    ids = [
        artefact_id(ITEM, "Writer"),
        artefact_id(ITEM, "Editor"),
        artefact_id(ITEM, "Writer", "failure"),
        artefact_id(ITEM | {"lease_until": "later"}, "Writer"),
        artefact_id(ITEM | {"times": 2}, "Writer"),
    ]
    assert len(set(ids)) == len(ids)
    assert artefact_id(dict(ITEM), "Writer") == ids[0]
