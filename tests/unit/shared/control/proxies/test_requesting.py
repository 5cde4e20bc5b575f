"""Reports on request: by the service where there is one, of our own events where there is none."""

from typing import Any

import pytest

from shared.control.proxies.contracts import DemoIn, ReportIn
from shared.control.proxies.ports import Ports
from shared.control.proxies.requesting import demo, request_report
from shared.runtime.errors import BadAnswerError, DependencyError, InvalidInputError
from tests.support.proxied import CAUSE, Far, a_document, happened, some_ports

EVENTS = [
    happened("findings.created", by="built-in", type="stale", count=3, severity_counts={"low": 2, "med": 1}, ago=30),
    happened("findings.created", by="built-in", version=2, type="stale", count=1, severity_counts={"low": 1}),
    happened("message.created", content="PROJ-12", ago=100),
    happened("deploy.failed", subject="prod", ref="pull/42", environment="prod", reason="it ended"),
]


def report(
    kind: str, payload: dict[str, Any] | None = None, *, ports: Ports | None = None, **more: Any
) -> dict[str, Any]:
    wanted = ReportIn.model_validate({"kind": kind, "payload": payload or {}} | more)
    return request_report(wanted, CAUSE, ports=ports or some_ports(*EVENTS))


def test_our_own_report_is_of_the_last_day_and_says_whose_it_is() -> None:
    made = report("generate")
    assert (made["kind"], made["generated_by"]) == ("generate", "switchyard")
    assert (made["total"], made["by_severity"], made["events"]["total"]) == (1, {"low": 1}, 2)
    assert (made["since"], made["until"]) == ("2026-02-28T12:00:00.000000Z", "2026-03-01T12:00:00.000000Z")
    assert made["is_cut"] is False


def test_the_report_may_be_of_another_span() -> None:
    made = report("generate", {"since": "2026-02-25T00:00:00Z", "until": "2026-03-01T00:00:00Z"})
    assert (made["total"], made["by_severity"]) == (3, {"med": 1, "low": 2})


@pytest.mark.parametrize("kind", ["generate", "life_of_ticket", "pr_confidence"])
@pytest.mark.parametrize("payload", [{"time_window": "7d"}, {"since": "yesterday"}, {"since": "2025-01-01T00:00:00Z"}])
def test_a_payload_that_nobody_here_understands_is_refused(kind: str, payload: dict[str, Any]) -> None:
    known: dict[str, Any] = {"life_of_ticket": {"ticket_id": "T-1"}, "pr_confidence": {"pr_id": "1"}}
    with pytest.raises(InvalidInputError):
        report(kind, known.get(kind, {}) | payload)


def test_the_life_of_a_ticket_is_that_of_the_last_month() -> None:
    ports = some_ports(*EVENTS, documents=[a_document(title="PROJ-12: log in")])
    made = report("life_of_ticket", {"ticket_id": "PROJ-12"}, ports=ports)
    assert (made["ticket_id"], made["count"], len(made["documents"])) == ("PROJ-12", 1, 1)
    assert made["since"] == "2026-01-29T12:00:00.000000Z"
    with pytest.raises(InvalidInputError, match="ticket_id"):
        report("life_of_ticket")


def test_of_a_pull_request_what_is_known_is_told_and_of_others_the_missing_setting() -> None:
    made = report("pr_confidence", {"pr_id": 42})
    assert (made["confidence_score"], [one["effect"] for one in made["factors"]]) == (None, ["against"])
    with pytest.raises(DependencyError, match="nothing is known of 43 here, and REPORTING_URL is not set"):
        report("pr_confidence", {"pr_id": 43})


@pytest.mark.parametrize(
    ("kind", "payload", "title"),
    [
        ("generate", {}, "# What happened"),
        ("life_of_ticket", {"ticket_id": "PROJ-12"}, "# Life of a ticket"),
        ("pr_confidence", {"pr_id": "42"}, "# What is known of a pull request"),
    ],
)
def test_reports_may_be_markdown(kind: str, payload: dict[str, Any], title: str) -> None:
    made = report(kind, payload, format="markdown")
    assert made["markdown"].startswith(f"{title}\n\n- ")
    assert set(made) == {"kind", "format", "generated_by", "generated_at", "markdown"}


def test_where_there_is_a_service_it_makes_the_report_of_any_payload() -> None:
    far = Far("reporting", {"whatever": 1})
    ports = some_ports(reporting=far.service)
    assert report("generate", {"time_window": "7d"}, ports=ports) == {"whatever": 1}
    assert far.asked() == ("POST", "/reports/generate", {"time_window": "7d", "format": "json"})


def test_the_demo_has_findings_and_log_lines_of_the_week_by_severity_and_level() -> None:
    assert demo(DemoIn(log_limit=1), CAUSE, ports=some_ports(*EVENTS)) == {
        "summary": {"total": 1, "by_severity": {"low": 1}},
        "log_analysis": {
            "overview": {"count": 4, "by_level": {"info": 3, "warn": 0, "error": 1}},
            "sample": [
                {
                    "service": "deploys",
                    "level": "error",
                    "message": "deploy.failed prod: it ended",
                    "time": "2026-03-01T11:00:00.000000Z",
                }
            ],
        },
    }


def test_the_demo_filters_log_lines_and_not_findings() -> None:
    wanted = DemoIn.model_validate({"log_service": "messages", "log_level": "info"})
    made = demo(wanted, CAUSE, ports=some_ports(*EVENTS))
    assert (made["summary"]["total"], made["log_analysis"]["overview"]["count"]) == (1, 1)


def test_the_demo_may_be_markdown() -> None:
    made = demo(DemoIn(format="markdown"), CAUSE, ports=some_ports(*EVENTS))
    assert made["summary"]["markdown"].startswith("# summary\n\n- total: 1")
    assert "| service | level | message | time |" in made["log_analysis"]["markdown"]


def test_where_there_is_a_service_the_demo_is_made_of_its_reports() -> None:
    summary, logs = {"total": 3, "by_severity": {"low": 3}}, {"overview": {"count": 1, "by_level": {}}, "sample": []}
    far = Far("reporting", summary, logs)
    wanted = DemoIn.model_validate({"log_service": "api", "log_level": "warn", "log_limit": 50})
    made = demo(wanted, CAUSE, ports=some_ports(*EVENTS, reporting=far.service))
    assert made == {"summary": summary, "log_analysis": logs}
    assert far.asked(0) == ("POST", "/reports/generate", {"format": "json"})
    body = {"format": "json", "limit": 50, "service": "api", "level": "warn"}
    assert far.asked(1) == ("POST", "/reports/log_analysis", body)


def test_where_the_service_answers_with_something_else_there_is_no_demo() -> None:
    with pytest.raises(BadAnswerError):
        demo(DemoIn(), CAUSE, ports=some_ports(reporting=Far("reporting", {"hello": 1}).service))
