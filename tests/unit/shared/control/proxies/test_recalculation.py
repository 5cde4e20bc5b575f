"""Looking how good all documents are: ours, or those of the doc store."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.control.proxies import recalculation
from shared.control.proxies.recalculation import recalc_quality
from shared.ledger.items import serialized
from shared.runtime.errors import BadAnswerError, DependencyError
from shared.runtime.http import NotSentError
from tests.support.builders import NOON
from tests.support.proxied import CAUSE, Far, a_document, gone, some_ports

GOOD = "# How we ship\n\n" + "We ship with care, every day of the week but one. " * 10


def test_those_that_need_care_are_told_the_worst_first() -> None:
    documents = [a_document("a", GOOD), a_document("b", "x", title="Other one"), a_document("c", "", title="")]
    result = recalc_quality({}, CAUSE, ports=some_ports(documents=documents))
    assert result == {
        "flagged": 2,
        "timestamp": "2026-03-01T12:00:00.000000Z",
        "looked_at": 3,
        "documents": [
            {"id": "c", "title": "", "score": 55, "reasons": ["thin: 0 characters", "untitled"]},
            {"id": "b", "title": "Other one", "score": 75, "reasons": ["thin: 1 characters"]},
        ],
        "is_cut": False,
        "by": "switchyard",
    }


def test_where_there_are_no_documents_none_is_flagged() -> None:
    result = recalc_quality({}, CAUSE, ports=some_ports())
    assert (result["flagged"], result["looked_at"]) == (0, 0)


def test_of_many_the_worst_are_told_and_that_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalculation, "MOST_DOCUMENTS", 60)
    documents = [a_document(f"d{number:02}", f"{number}") for number in range(61)]
    result = recalc_quality({}, CAUSE, ports=some_ports(documents=documents))
    assert (result["flagged"], result["looked_at"], len(result["documents"]), result["is_cut"]) == (60, 60, 50, True)
    assert len(json.dumps(result)) < 16 * 1024


def test_of_what_was_not_looked_at_nothing_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a document behind the newest, nor a heading behind the first part of a long one."""
    monkeypatch.setattr(recalculation, "MOST_DOCUMENTS", 1)
    monkeypatch.setattr(recalculation, "MOST_READ", 100)
    newest = a_document("a", "[b](b.md) [c](c.md) [late](#late) " + "x" * 90 + "\n# Late", url="https://x.example/a.md")
    older = [
        a_document(name, GOOD, title=name, updated_at=NOON - timedelta(days=30), url=f"https://x.example/{name}.md")
        for name in "bc"
    ]
    (only,) = recalc_quality({}, CAUSE, ports=some_ports(documents=[newest, *older]))["documents"]
    assert only["reasons"] == ["thin: 100 characters"]


def test_a_document_that_is_gone_meanwhile_is_not_judged() -> None:
    result = recalc_quality({}, CAUSE, ports=some_ports(documents=[a_document("a", read=gone)]))
    assert (result["flagged"], result["looked_at"]) == (0, 0)


def test_the_doc_store_says_what_is_wrong_with_its_own() -> None:
    items = [
        {"id": "1", "flags": ["stale", "thin_content"], "title": "Old", "score": 12.5},
        {"id": "2", "flags": []},
        {"id": 3, "flags": ["redundant"], "score": "bad"},
    ]
    far = Far("doc-store", {"items": items})
    result = recalc_quality({}, CAUSE, ports=some_ports(doc_store=far.service))
    assert far.asked() == ("GET", "/documents/quality", None)
    assert (result["flagged"], result["looked_at"], result["by"]) == (2, 3, "doc-store")
    assert result["documents"] == [
        {"id": "1", "title": "Old", "score": 12, "reasons": ["stale", "thin_content"]},
        {"id": "3", "title": "", "score": None, "reasons": ["redundant"]},
    ]
    assert serialized(result), "the ledger can keep it"


@pytest.mark.parametrize("answer", [{}, {"items": 7}, {"items": [7]}, {"items": [{"flags": []}]}])
def test_what_is_no_list_of_documents_is_an_error(answer: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError, match="doc-store answered with something that is not a list of documents"):
        recalc_quality({}, CAUSE, ports=some_ports(doc_store=Far("doc-store", answer).service))


def test_where_the_doc_store_is_down_nothing_is_looked_at_instead() -> None:
    ports = some_ports(documents=[a_document("a", "x")], doc_store=Far("doc-store", NotSentError("x")).service)
    with pytest.raises(DependencyError):
        recalc_quality({}, CAUSE, ports=ports)
