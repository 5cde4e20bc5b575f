"""The reporting service: what it is asked, what of its answers can be used, and what is said where none can."""

import math
from typing import Any

import pytest

from shared.control.proxies.reporting import Reporting
from shared.runtime.errors import BadAnswerError, DependencyError
from shared.runtime.http import NoAnswerError, NotSentError
from tests.support.proxied import CAUSE, Far, an_answer

SUMMARY = {"total": 3, "by_severity": {"low": 2, "med": 1}}
LOGS = {"overview": {"count": 0, "by_level": {}}, "sample": []}


@pytest.mark.parametrize("kind", ["generate", "life_of_ticket", "pr_confidence"])
def test_a_report_is_asked_for_with_its_payload_and_given_as_it_is(kind: str) -> None:
    far = Far("reporting", {"anything": 1})
    assert Reporting(far.service).report(kind, {"ticket_id": "T-1"}, CAUSE) == {"anything": 1}
    assert far.asked() == ("POST", f"/reports/{kind}", {"ticket_id": "T-1"})
    _, call = far.calls[0]
    assert call.headers["X-Correlation-ID"] == CAUSE.correlation_id
    assert call.repeatable


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        ({"success": True, "data": {"a": 1}, "message": "ok"}, {"a": 1}),
        ({"success": True, "data": [1]}, {"success": True, "data": [1]}),
        ({"success": True}, {"success": True}),
        ({"data": {"a": 1}}, {"data": {"a": 1}}),
    ],
)
def test_an_answer_is_taken_out_of_its_envelope(answer: dict[str, Any], meant: dict[str, Any]) -> None:
    assert Reporting(Far("reporting", answer).service).report("generate", {}, CAUSE) == meant


@pytest.mark.parametrize(
    ("said", "error", "words"),
    [
        (NotSentError("cannot be reached"), DependencyError, "reporting: cannot be reached"),
        (NoAnswerError("answered more than is read"), DependencyError, "reporting: answered more than is read"),
        (an_answer(503, {"detail": "x"}, retry_after="7"), DependencyError, "reporting is busy, it answered 503"),
        (an_answer(500, {"detail": "key=our-own-key at line 7"}), BadAnswerError, "reporting answered 500"),
        (an_answer(401, {"detail": "our-own-key is wrong"}), BadAnswerError, "reporting answered 401"),
        (an_answer(403, {"detail": "our-own-key is weak"}), BadAnswerError, "reporting answered 403"),
        (an_answer(302), BadAnswerError, "reporting answered 302"),
        (an_answer(422, {"detail": "no ticket_id"}), BadAnswerError, "reporting refused: 422 no ticket_id"),
        (an_answer(200, b"<html>"), BadAnswerError, "reporting answered 200 with something that is no JSON object"),
        (an_answer(200, [1]), BadAnswerError, "reporting answered 200 with something that is no JSON object"),
        (an_answer(204, b""), BadAnswerError, "reporting answered 204 with something that is no JSON object"),
        (
            an_answer(200, b'{"a":' + b"[" * 300 + b"]" * 300 + b"}"),
            BadAnswerError,
            "reporting answered 200 with more than can be shown: it is nested too deep",
        ),
        (
            an_answer(200, {"success": False, "message": "it broke", "error_code": "x"}),
            BadAnswerError,
            "reporting says that it failed: 200 it broke",
        ),
    ],
)
def test_what_is_no_answer_is_an_error_that_tells_no_secret(said: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(DependencyError) as caught:
        Reporting(Far("reporting", said).service).report("generate", {}, CAUSE)
    assert isinstance(caught.value, BadAnswerError) == (error is BadAnswerError)
    assert str(caught.value) == words
    assert caught.value.__cause__ is None


def test_a_summary_and_a_log_analysis_are_what_they_are_called() -> None:
    far = Far("reporting", SUMMARY, LOGS)
    reporting = Reporting(far.service)
    assert reporting.summary("json", CAUSE) == SUMMARY
    assert reporting.log_analysis({"format": "json", "limit": 5}, CAUSE) == LOGS
    assert far.asked() == ("POST", "/reports/log_analysis", {"format": "json", "limit": 5})


@pytest.mark.parametrize("answer", [{}, {"total": "3", "by_severity": {}}, {"total": 3}, {"markdown": "# x"}, LOGS])
def test_what_is_no_summary_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError, match="not a summary"):
        Reporting(Far("reporting", answer).service).summary("json", CAUSE)


@pytest.mark.parametrize("answer", [{}, {"overview": {}, "sample": {}}, {"overview": 1, "sample": []}, SUMMARY])
def test_what_is_no_log_analysis_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError, match="not a log analysis"):
        Reporting(Far("reporting", answer).service).log_analysis({"format": "json"}, CAUSE)


def test_markdown_is_taken_where_it_was_asked_for() -> None:
    reporting = Reporting(Far("reporting", {"markdown": "# x"}).service)
    assert reporting.summary("markdown", CAUSE) == {"markdown": "# x"}
    assert reporting.log_analysis({"format": "markdown"}, CAUSE) == {"markdown": "# x"}


def test_candidates_are_read_with_what_is_said_of_them() -> None:
    items = [
        {"id": "c-1", "confidence": 0.75, "owners": ["anna"], "flags": ["duplicate"], "title": "How"},
        {"id": 7, "confidence": 1},
    ]
    far = Far("reporting", {"items": items})
    one, other = Reporting(far.service).consolidation(CAUSE)
    assert (one.id, one.title, one.confidence, one.owners, one.flags) == ("c-1", "How", 0.75, ("anna",), ("duplicate",))
    assert (other.id, other.confidence, other.owners) == ("7", 1.0, ())
    assert far.asked() == ("GET", "/reports/confluence/consolidation", None)


@pytest.mark.parametrize(
    "answer",
    [{}, {"items": {}}, {"items": [1]}, {"items": [{"id": "a"}]}, {"items": [{"id": "", "confidence": 1}]}]
    + [
        {"items": [{"id": "a", "confidence": confidence}]}
        for confidence in ("1", None, True, 10**400, math.inf, math.nan)
    ],
)
def test_what_is_no_list_of_candidates_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(BadAnswerError, match="not a list of candidates"):
        Reporting(Far("reporting", answer).service).consolidation(CAUSE)
