"""Findings in documents, and an analysis that has them."""

from datetime import datetime
from typing import Any

from shared.control.ingestion.finding import Finding, finding, in_order
from shared.control.ingestion.findings import LedgerFindings, Looked, analysis_of
from tests.support.builders import NOON, a_cause


def a_finding(number: int, severity: str = "low", **changes: Any) -> Finding:
    known = {"about": f"{number}", "title": f"finding {number}", "where": f"document-{number}"}
    return finding("stale", severity, **known | changes)


def keep_findings(
    kept: LedgerFindings, *found: Finding, run_id: str = "run-1", at: datetime = NOON, is_cut: bool = False
) -> None:
    """The first of them is new."""
    looked = Looked(findings=in_order(found), documents=12, is_cut=is_cut)
    analysis = analysis_of(looked, found[1:], run_id=run_id, correlation_id="c", at=at)
    kept.save(analysis, looked.findings, a_cause())
