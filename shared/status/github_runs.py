"""Reads the runs of workflows on GitHub since a moment.

Source: docs.github.com/en/rest/actions/workflow-runs, API version 2026-03-10.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from shared.ledger.envelope import from_text
from shared.runtime import github
from shared.runtime.errors import DependencyError
from shared.runtime.http import Call, Service
from shared.status.runs import Run, Runs

MOST_RUNS: Final = 1_000  # GitHub shows no more of a filtered list
PAGE: Final = 100
MAX_ANSWER: Final = 8 * 1024 * 1024  # bytes: each run brings the description of its repository with it
PATIENCE: Final = 15.0  # seconds for all pages; what is not read by then is not counted
_LONGEST_RUN: Final = 35 * 24 * 3_600.0  # seconds; GitHub ends a run then


class UnreadableError(DependencyError):
    """GitHub said something that is no list of runs."""


def read_runs(service: Service, repository: str, *, since: datetime) -> Runs:
    """Those of `owner/name` that were begun then or later. Raises DependencyError."""
    ends = time.monotonic() + PATIENCE
    found: list[Run] = []
    for page in range(1, MOST_RUNS // PAGE + 1):
        body = github.ask(service, runs_call(repository, since=since, page=page)).json()
        runs, total = runs_of(body)
        found += runs
        is_over = len(runs) < PAGE or len(found) >= total
        if is_over or time.monotonic() > ends:
            return Runs(runs=found, is_cut=not is_over)
    return Runs(runs=found, is_cut=True)


def runs_call(repository: str, *, since: datetime, page: int) -> Call:
    query = {
        "created": f">={_moment(since)}",
        "exclude_pull_requests": "true",
        "per_page": PAGE,
        "page": page,
    }
    return Call(
        method="GET",
        path=f"/repos/{repository}/actions/runs?{urlencode(query)}",
        headers=github.HEADERS,
        repeatable=True,
        max_answer=MAX_ANSWER,
    )


def runs_of(body: Any) -> tuple[list[Run], int]:
    """The runs of an answer, and how many there are on all pages. Raises UnreadableError."""
    try:
        return list(map(_run, body["workflow_runs"])), int(body["total_count"])
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        raise UnreadableError("github: answered something that is no list of runs") from None


def _run(raw: Mapping[str, Any]) -> Run:
    is_over = raw["status"] == "completed"
    return Run(
        workflow_id=int(raw["workflow_id"]),
        name=str(raw.get("name") or raw.get("path") or "?"),
        conclusion=str(raw["conclusion"] or "unknown") if is_over else None,
        seconds=_seconds(raw) if is_over else None,
        url=str(raw["html_url"]),
    )


def _seconds(raw: Mapping[str, Any]) -> float | None:
    """None where the two moments make no sense together."""
    began = from_text(raw.get("run_started_at") or raw["created_at"])
    seconds = (from_text(raw["updated_at"]) - began).total_seconds()
    return seconds if 0 <= seconds <= _LONGEST_RUN else None


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
