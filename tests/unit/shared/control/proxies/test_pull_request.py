"""What is known of a pull request, and what is not said of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared.control.proxies.documents import Document, MemoryDocuments
from shared.control.proxies.pull_request import PullRequest, told
from shared.control.proxies.span import Events, Span
from shared.ledger.envelope import Event
from tests.support.builders import NOON
from tests.support.proxied import MemoryEvents, a_document, happened


def known(
    *events: Event, number: str = "42", ref: str | None = None, documents: Sequence[Document] = ()
) -> dict[str, Any] | None:
    read = Events(MemoryEvents(*events), Span(since=NOON - timedelta(days=1), until=NOON))
    return told(PullRequest(number=number, ref=ref), read, documents=MemoryDocuments(*documents), clock=lambda: NOON)


def factors(*events: Event, **of: Any) -> list[tuple[str, str]]:
    report = known(*events, **of)
    return [(one["effect"], one["what"]) for one in report["factors"]] if report else []


def test_deploys_of_it_speak_for_it_or_against_it() -> None:
    assert factors(
        happened("deploy.completed", ref="feature/x", environment="staging", ago=3),
        happened("deploy.unhealthy", ref="feature/x", environment="prod", version=2, ago=2),
        happened("deploy.started", ref="feature/x", environment="prod", version=3),
        happened("deploy.failed", ref="main", environment="prod", version=4),
        ref="feature/x",
    ) == [("against", "deploy.unhealthy in prod"), ("for", "deploy.completed in staging")]


@pytest.mark.parametrize("ref", ["pull/42/head", "refs/pull/42/merge", "pull/42"])
def test_a_deploy_of_its_head_is_one_of_it(ref: str) -> None:
    assert factors(happened("deploy.promoted", ref=ref, environment="prod")) == [("for", "deploy.promoted in prod")]


def test_findings_that_name_it_speak_against_it() -> None:
    findings = [
        {"title": "Endpoint removed", "severity": "high", "document_id": "github:acme/shop:pull/42"},
        {"title": "Old page", "severity": "low", "document_id": "confluence:42"},
    ]
    assert factors(happened("findings.created", findings=findings)) == [("against", "Endpoint removed (high)")]


def test_only_what_the_last_analysis_found_speaks_against_it() -> None:
    fixed = happened("findings.created", by="built-in", ago=5, findings=[{"title": "Broken pull/42"}])
    found = happened("findings.created", by="other", version=2, ago=4, findings=[{"title": "Odd pull/42"}])
    fine = happened("findings.created", by="built-in", version=3, findings=[])
    assert factors(fixed, found, fine) == [("against", "Odd pull/42")]


def test_a_bare_number_names_nothing() -> None:
    assert (
        known(happened("findings.created", findings=[{"title": "42 pages"}]), documents=[a_document(title="42")])
        is None
    )


def test_an_id_that_is_more_than_a_number_is_a_name() -> None:
    report = known(number="acme/shop#42", documents=[a_document(title="Review of acme/shop#42")])
    assert report is not None
    assert [one["title"] for one in report["documents"]] == ["Review of acme/shop#42"]


def test_no_number_is_made_of_what_is_known_and_the_report_says_why() -> None:
    report = known(happened("deploy.completed", ref="pull/42", environment="prod"))
    assert report is not None
    assert report["confidence_score"] is None
    assert report["why_no_score"].startswith("diff, tests, reviews")
    assert "REPORTING_URL" in report["why_no_score"]


def test_where_nothing_is_known_there_is_no_report() -> None:
    assert known(happened("deploy.completed", ref="main", environment="prod")) is None


@pytest.mark.parametrize("finding", [{"detail": "pull/42"}, {"x": "pull/42"}, {"title": "", "x": "pull/42"}])
def test_a_finding_of_any_shape_has_words(finding: object) -> None:
    ((effect, what),) = factors(happened("findings.created", findings=[finding]))
    assert effect == "against"
    assert what
