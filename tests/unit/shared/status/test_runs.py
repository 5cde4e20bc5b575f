"""Runs of workflows, as GitHub tells of them: rightly, in pages, in rubbish, or not at all."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.runtime.errors import DependencyError
from shared.runtime.http import Answer, Call, NoAnswerError
from shared.status.github_runs import MOST_RUNS, PAGE, UnreadableError, read_runs, runs_of
from shared.status.runs import Run, Runs
from tests.support.builders import NOON
from tests.support.digests import a_run, a_service, raw_page, raw_run

DAY = timedelta(days=1)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)


class GitHub:
    """Answers each page with its part of the runs."""

    def __init__(self, number: int, *, total: int | None = None) -> None:
        self.runs = [raw_run(one) for one in range(number)]
        self.total = number if total is None else total
        self.asked: list[str] = []

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append(url)
        page = int(parse_qs(urlsplit(url).query)["page"][0])
        body = raw_page(self.runs[(page - 1) * PAGE : page * PAGE], self.total)
        return Answer(status=200, headers={}, body=Call(method="", path="", json=body, repeatable=True).body() or b"")


def read(send: Any) -> Runs:
    return read_runs(a_service(send), "acme/shop", since=NOON - DAY)


def test_a_period_is_asked_for_and_nothing_else() -> None:
    github = GitHub(1)
    assert read(github).runs == [
        Run(
            workflow_id=7,
            name="Deploy",
            conclusion="success",
            seconds=90,
            url="https://github.com/acme/shop/actions/runs/0",
        )
    ]
    (url,) = github.asked
    assert urlsplit(url).path == "/repos/acme/shop/actions/runs"
    assert parse_qs(urlsplit(url).query) == {
        "created": [">=2026-02-28T12:00:00Z"],
        "exclude_pull_requests": ["true"],
        "per_page": ["100"],
        "page": ["1"],
    }


@pytest.mark.parametrize(
    ("number", "total", "pages", "is_cut"),
    [
        (0, 0, 1, False),
        (99, 99, 1, False),
        (100, 100, 1, False),
        (101, 101, 2, False),
        (1_000, 1_000, 10, False),
        (1_000, 4_321, 10, True),
        (5_000, 5_000, 10, True),
    ],
)
def test_all_pages_are_read_up_to_a_thousand_runs(number: int, total: int, pages: int, is_cut: bool) -> None:
    github = GitHub(number, total=total)
    runs = read(github)
    assert (len(runs.runs), len(github.asked), runs.is_cut) == (min(number, MOST_RUNS), pages, is_cut)


def test_runs_are_counted_by_how_they_ended() -> None:
    ends = ["success", "success", "failure", "timed_out", "startup_failure", "cancelled", "skipped", None]
    runs = Runs(runs=[a_run(end, workflow=number) for number, end in enumerate(ends)])
    assert (runs.succeeded, runs.failed, runs.running, runs.others) == (2, 3, 1, 2)
    assert runs.latest_failure == runs.runs[2]


def test_the_median_is_that_of_those_that_ended() -> None:
    assert Runs(runs=[a_run(seconds=number) for number in (60, 10, 20)] + [a_run(None)]).median_seconds == 20
    assert Runs(runs=[a_run(None)]).median_seconds is None


@pytest.mark.parametrize("status", ["queued", "in_progress", "waiting", "requested", "pending"])
def test_what_is_not_completed_runs(status: str) -> None:
    (run,), _ = runs_of(raw_page([raw_run(status=status, conclusion=None)]))
    assert (run.conclusion, run.seconds) == (None, None)


@pytest.mark.parametrize("name", [None, ""])
def test_a_workflow_without_a_name_has_that_of_its_file(name: str | None) -> None:
    (run,), _ = runs_of(raw_page([raw_run(name=name)]))
    assert run.name == ".github/workflows/deploy.yml"


@pytest.mark.parametrize("updated_at", ["2026-03-01T11:59:59Z", "2046-03-01T12:00:00Z"])
def test_a_duration_that_makes_no_sense_is_not_counted(updated_at: str) -> None:
    (run,), _ = runs_of(raw_page([raw_run(updated_at=updated_at)]))
    assert run.seconds is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "runs",
        {},
        {"workflow_runs": []},
        {"total_count": 1, "workflow_runs": None},
        {"total_count": "many", "workflow_runs": []},
        {"total_count": float("inf"), "workflow_runs": []},
        raw_page([None]),
        raw_page(["run"]),
        raw_page([{}]),
        raw_page([raw_run(workflow_id="x")]),
        raw_page([raw_run(updated_at="yesterday")]),
        raw_page([raw_run(updated_at=7)]),
        raw_page([raw_run(updated_at="2026-03-01T12:00:00")]),
    ],
    ids=repr,
)
def test_rubbish_is_said_to_be_rubbish(body: Any) -> None:
    with pytest.raises(UnreadableError):
        runs_of(body)


@given(ANYTHING)
def test_whatever_is_answered_is_read_or_refused(body: Any) -> None:
    with pytest.raises(UnreadableError):
        runs_of(body)


@given(st.dictionaries(st.sampled_from(sorted(raw_run())), ANYTHING))
def test_whatever_stands_in_a_run_it_is_read_or_refused(changes: dict[str, Any]) -> None:
    try:
        (run,), total = runs_of(raw_page([raw_run(**changes)]))
    except UnreadableError:
        return
    assert (total, type(run.name), type(run.url)) == (1, str, str)


def test_no_answer_is_a_failure_of_github() -> None:
    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        raise NoAnswerError("did not answer in time")

    with pytest.raises(DependencyError, match="github: did not answer in time"):
        read(send)
