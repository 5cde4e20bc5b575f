"""What a digest asks of GitHub's runs is what GitHub takes, and whatever GitHub may answer is read."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.status.github_runs import runs_call, runs_of
from shared.status.runs import Runs
from tests.contract.github.requests import EXAMPLES, SCHEMA, violations
from tests.support.builders import NOON
from tests.support.digests import raw_page, raw_run

PARTS = SCHEMA["$defs"]["workflow-run"]["properties"]
READ = ("name", "path", "workflow_id", "status", "conclusion", "html_url", "created_at", "updated_at", "run_started_at")
STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending", None)
ENDS = ("success", "failure", "cancelled", "timed_out", "action_required", "neutral", "skipped", "stale", None)
TIMES = st.datetimes(datetime(2008, 1, 1), datetime(2100, 1, 1)).map(lambda time: f"{time:%Y-%m-%dT%H:%M:%SZ}")  # noqa: DTZ001
RUNS = st.fixed_dictionaries(
    {
        "status": st.sampled_from(STATUSES),
        "conclusion": st.sampled_from(ENDS),
        "workflow_id": st.integers(1, 2**40),
        "name": st.none() | st.text(max_size=50),
        "run_started_at": TIMES,
        "updated_at": TIMES,
    }
).map(lambda changes: raw_run() | changes)


def test_github_has_all_that_is_read() -> None:
    assert set(READ) <= set(PARTS)


@pytest.mark.parametrize("page", [1, 2, 10])
def test_github_takes_what_is_asked(page: int) -> None:
    call = runs_call("acme/shop", since=NOON, page=page)
    asked = urlsplit(call.path)
    assert (call.method, asked.path, call.repeatable) == ("GET", "/repos/acme/shop/actions/runs", True)
    assert violations("RunsQuery", dict(parse_qsl(asked.query))) == []
    assert call.headers["X-GitHub-Api-Version"] == "2026-03-10"
    assert call.headers["User-Agent"]


@settings(derandomize=True, deadline=None, max_examples=80)
@given(st.lists(RUNS, max_size=5))
def test_every_run_that_github_may_answer_is_counted_once(raw: list[dict[str, Any]]) -> None:
    read, total = runs_of(raw_page(raw))
    runs = Runs(runs=read)
    assert total == runs.succeeded + runs.failed + runs.running + runs.others == len(raw)
    assert runs.running == sum(run["status"] != "completed" for run in raw)


def test_a_run_as_github_has_sent_it_is_read() -> None:
    sent = EXAMPLES["workflow_run"]["completed"]["workflow_run"]
    (run,), _ = runs_of(raw_page([sent]))
    assert (run.workflow_id, run.url) == (sent["workflow_id"], sent["html_url"])
    assert run.conclusion == sent["conclusion"]
