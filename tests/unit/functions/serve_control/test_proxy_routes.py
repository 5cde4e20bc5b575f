"""Reports, summaries and the demo over HTTP: what is answered, what is refused, and how failures of others look."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.serve_control import proxy_routes
from shared.runtime import wiring_proxies
from shared.runtime.api import answer, resolver
from shared.runtime.http import NotSentError
from shared.runtime.observability import observed
from shared.runtime.request import principal
from tests.support.http_events import LambdaContext, api_event, as_operator, json_of
from tests.support.proxied import Far, an_answer, happened, some_ports

app = resolver()
app.include_router(proxy_routes.router)
Wire = Callable[..., None]


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    return answer(app, event, context, admit=principal)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    def put(*events: Any, **more: Any) -> None:
        monkeypatch.setattr(wiring_proxies, "ports", lambda: some_ports(*events, **more))

    put()
    return put


def post(path: str, body: Any, **headers: str) -> tuple[int, Any]:
    answered = handler(as_operator("POST", path, body=body, headers=headers), LambdaContext())
    return answered["statusCode"], json_of(answered)


def test_a_report_is_answered(wire: Wire) -> None:
    wire(happened("findings.created", type="stale", severity_counts={"low": 2, "med": 1}))
    status, report = post("/report/request", {"kind": "generate", "format": "json", "payload": {}})
    assert (status, report["total"], report["by_severity"]) == (200, 3, {"med": 1, "low": 2})


def test_the_demo_counts_findings_by_severity_and_lines_by_level(wire: Wire) -> None:
    wire(happened("saga.parked", error="x"))
    status, made = post("/demo/e2e", {"format": "json", "log_limit": 50})
    assert (status, set(made)) == (200, {"summary", "log_analysis"})
    assert made["summary"] == {"total": 0, "by_severity": {}}
    assert made["log_analysis"]["overview"] == {"count": 1, "by_level": {"info": 0, "warn": 0, "error": 1}}
    assert post("/demo/e2e", {})[0] == 200


def test_a_summary_is_answered(wire: Wire) -> None:
    status, made = post("/summarization/suggest", {"content": "One thing. Another thing.", "override_policy": False})
    assert (status, made["method"], made["policy_checked"]) == (200, "extractive", False)
    assert made["result"]["summary"] in ("One thing.", "Another thing.")


def test_numbers_of_a_payload_reach_the_service_as_numbers(wire: Wire) -> None:
    far = Far("reporting", {"ok": 1.5})
    wire(reporting=far.service)
    body = '{"kind": "generate", "payload": {"share": 0.5, "days": 7, "limit": 1e2}}'
    assert post("/report/request", body) == (200, {"ok": 1.5})
    assert far.asked()[2] == {"share": 0.5, "days": 7, "limit": 100, "format": "json"}
    assert far.calls[0][1].body(), "it can be written"


def test_the_callers_correlation_id_is_handed_on(wire: Wire) -> None:
    far = Far("reporting", {"ok": 1})
    wire(reporting=far.service)
    post("/report/request", {"kind": "generate"}, **{"X-Correlation-ID": "order-7"})
    assert far.calls[0][1].headers["X-Correlation-ID"] == "order-7"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/report/request", {}),
        ("/report/request", {"kind": "trends"}),
        ("/report/request", {"kind": "generate", "payload": {"x": 1}}),
        ("/report/request", {"kind": "life_of_ticket", "payload": {}}),
        ("/report/request", []),
        ("/summarization/suggest", {"content": ""}),
        ("/summarization/suggest", {"content": "x", "keyword_document": "http://10.0.0.1/words"}),
        ("/demo/e2e", {"log_level": "loud"}),
        ("/demo/e2e", {"log_limit": "many"}),
    ],
)
def test_what_cannot_be_used_is_422(wire: Wire, path: str, body: Any) -> None:
    status, problem = post(path, body)
    assert (status, problem["status"], problem["instance"]) == (422, 422, path)


@pytest.mark.parametrize(
    ("said", "status", "detail"),
    [
        (NotSentError("cannot be reached"), 503, "reporting: cannot be reached"),
        (an_answer(500, {"detail": "our-own-key"}), 502, "reporting answered 500"),
        (an_answer(200, b"<html>"), 502, "reporting answered 200 with something that is no JSON object"),
        (an_answer(200, {"success": False}), 502, "reporting says that it failed: 200"),
    ],
)
@pytest.mark.parametrize(("path", "body"), [("/report/request", {"kind": "generate"}), ("/demo/e2e", {})])
def test_a_service_that_fails_is_a_problem_and_never_an_answer(
    wire: Wire, said: Any, status: int, detail: str, path: str, body: Any
) -> None:
    wire(happened("saga.parked"), reporting=Far("reporting", said).service)
    got, problem = post(path, body)
    assert (got, problem["detail"]) == (status, detail)


def test_what_nobody_can_do_names_the_missing_setting(wire: Wire) -> None:
    status, problem = post("/report/request", {"kind": "pr_confidence", "payload": {"pr_id": 7}})
    assert status == 503
    assert "REPORTING_URL" in problem["detail"]


def test_nobody_gets_a_report_without_being_let_in(wire: Wire) -> None:
    event = api_event("POST", "/report/request", body={"kind": "generate"})
    assert handler(event, LambdaContext())["statusCode"] == 401
