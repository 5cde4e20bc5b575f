"""What happened, added up."""

from shared.control.proxies.own_report import report_of, summary_of, tally_of
from tests.support.proxied import happened

EVENTS = [
    happened(
        "findings.created",
        version=2,
        by="built-in",
        type="mixed",
        count=3,
        new_count=1,
        severity_counts={"high": 0, "low": 2, "med": 1},
        findings=[{"id": "f1", "type": "stale"}, {"id": "f2", "type": "stale"}],
    ),
    happened("findings.created", ago=2, by="built-in", type="stale", new_count=7, severity_counts={"high": 7}),
    happened("findings.created", subject="x", ago=20, type="api_drift", severity_counts={"high": 1, "odd": 1}),
    happened("delivery.failed", subject="d-1", sink="notion", in_doubt=True),
    happened("delivery.failed", subject="d-2", sink="notion", in_doubt=False),
    happened("delivery.failed", subject="d-3", sink="shopify", in_doubt=False),
    happened("saga.created", subject="r-1", workflow="ingestion"),
    happened("saga.completed", subject="r-1", version=2),
    happened("saga.created", subject="r-2", workflow="replay"),
    happened("saga.failed", subject="r-2", version=2),
]


def test_findings_of_the_last_analyses_are_added_up_by_severity_the_worst_first() -> None:
    summary = summary_of(tally_of(EVENTS))
    assert summary == {"total": 5, "by_severity": {"high": 1, "med": 1, "low": 2, "odd": 1}}
    assert list(summary["by_severity"]) == ["high", "med", "low", "odd"]


def test_the_report_has_findings_events_deliveries_and_runs() -> None:
    report = report_of(tally_of(EVENTS))
    assert report["findings_by_type"] == {"api_drift": 2, "stale": 2, "mixed": 1}
    assert report["new_findings"] == 1 + 7 + 2
    assert report["events"]["total"] == len(EVENTS)
    assert report["events"]["by_service"] == {"control": 7, "sinks": 3}
    assert next(iter(report["events"]["by_type"])) in ("delivery.failed", "findings.created")
    assert report["events"]["by_day"] == {"2026-02-28": 1, "2026-03-01": 9}
    assert report["deliveries"] == {"given_up": 3, "in_doubt": 1, "by_sink": {"notion": 2, "shopify": 1}}
    assert report["runs"] == {
        "created": 2,
        "completed": 1,
        "compensated": 0,
        "failed": 1,
        "parked": 0,
        "redriven": 0,
        "by_workflow": {"ingestion": 1, "replay": 1},
    }


def test_where_nothing_happened_all_is_zero() -> None:
    report = report_of(tally_of([]))
    assert (report["total"], report["by_severity"], report["events"]["total"]) == (0, {}, 0)


def test_events_that_say_less_than_they_should_are_counted_all_the_same() -> None:
    report = report_of(tally_of([happened("findings.created"), happened("delivery.failed"), happened("saga.created")]))
    assert (report["total"], report["deliveries"]["by_sink"], report["runs"]["by_workflow"]) == (0, {"?": 1}, {"?": 1})
