"""The consistency engine: what it is asked, and how its findings are read."""

from typing import Any

import pytest

from shared.control.ingestion.engine import AT_ONCE, ConsistencyEngine
from shared.control.ingestion.source import SourceRefusedError
from shared.runtime.http import ServiceError
from tests.unit.shared.control.ingestion.far import Far, service
from tests.unit.shared.control.ingestion.samples import a_record


def engine(far: Far) -> ConsistencyEngine:
    return ConsistencyEngine(service(far, "consistency-engine"))


def test_it_is_told_of_the_documents() -> None:
    far = Far((200, {"findings": []}))
    record = a_record()
    assert engine(far).findings([record], "c1") == []
    (call,) = far.calls
    assert (call.method, call.path, call.repeatable) == ("POST", "/analyze", True)
    assert call.json == {
        "targets": [record.id],
        "analysis_type": "consistency",
        "correlation_id": "c1",
        "documents": [
            {
                "id": record.id,
                "source": "github",
                "title": "a.md",
                "url": "https://github.example/docs/a.md",
                "version": 1,
                "content_hash": record.content_hash,
                "updated_at": "2026-02-01T09:00:00.000000Z",
            }
        ],
    }


def test_very_many_documents_are_told_of_in_several_requests() -> None:
    far = Far((200, {"findings": []}))
    engine(far).findings([a_record()] * (AT_ONCE + 1), "c1")
    assert [len(call.json["targets"]) for call in far.calls] == [AT_ONCE, 1]


def test_its_findings_are_put_in_our_words() -> None:
    told = [
        {"type": "drift", "severity": "medium", "description": "They differ", "document_id": "d1", "score": 0.5},
        {"severity": "critical", "title": "Wrong", "where": "https://a.example", "detail": "why"},
        {"severity": "odd"},
    ]
    found = engine(Far((200, {"success": True, "data": {"findings": told}}))).findings([], "c1")
    assert found == []  # nothing was asked
    found = engine(Far((200, {"success": True, "data": {"findings": told}}))).findings([a_record()], "c1")
    assert [(one.type, one.severity, one.title, one.where) for one in found] == [
        ("inconsistency", "high", "Wrong", "https://a.example"),
        ("drift", "med", "They differ", "d1"),
        ("inconsistency", "low", "inconsistency", ""),
    ]


@pytest.mark.parametrize("body", [[], {}, {"findings": {}}, {"findings": [7]}, {"data": {"findings": None}}, "x"])
def test_an_answer_of_no_shape_is_not_nothing_found(body: Any) -> None:
    with pytest.raises(SourceRefusedError, match="is not used"):
        engine(Far((200, body))).findings([a_record()], "c1")


def test_a_refusal_is_final_and_a_failure_is_not() -> None:
    with pytest.raises(SourceRefusedError):
        engine(Far((422, {}))).findings([a_record()], "c1")
    with pytest.raises(ServiceError):
        engine(Far((500, {}))).findings([a_record()], "c1")
