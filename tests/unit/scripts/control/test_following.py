"""What is said of a run as it goes on."""

from typing import Any

import pytest

from scripts.control.following import code_of_run, ending, is_over, news
from shared.control.runs.run import ENDED, Status


def step(name: str, status: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "status": status, **more}


def test_a_step_is_told_when_something_about_it_is_new() -> None:
    shown: dict[str, str] = {}
    assert list(news({"steps": [step("github", "pending"), step("jira", "running")]}, shown)) == ["jira: running"]
    assert list(news({"steps": [step("github", "pending"), step("jira", "running")]}, shown)) == []
    gone_on = step("jira", "running", attempts=2, progress={"done": 5, "of": 10}, error="it was away")
    assert list(news({"steps": [gone_on]}, shown)) == ["jira: running, attempt 2, done 5, of 10, it was away"]
    assert list(news({"steps": [step("jira", "completed", attempts=1, seconds=130, progress={})]}, shown)) == [
        "jira: completed, 2 min"
    ]
    assert list(news({}, shown)) == []


@pytest.mark.parametrize("status", list(Status))
def test_a_run_is_over_where_the_product_says_so_and_good_where_it_is_completed(status: Status) -> None:
    run = {"status": str(status)}
    assert is_over(run) == (status in ENDED)
    assert code_of_run(run) == (0 if status is Status.COMPLETED else 1)


def test_its_end_is_told_with_the_reason() -> None:
    assert ending({"status": "completed", "seconds": 34}) == "completed after 34 s"
    assert ending({"status": "failed", "error": "jira: it was away"}) == "failed: jira: it was away"
    assert ending({"status": "compensated", "seconds": 0, "error": "cancelled", "cancel_reason": "not now"}) == (
        "compensated after 0 s: not now"
    )
