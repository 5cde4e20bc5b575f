"""What GitHub is asked, and what its answers mean."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.deploys.run import Run
from shared.deploys.workflow import Workflow
from shared.runtime.http import Address, Answer, Call, NoAnswerError, Service, ServiceError, Verdict
from tests.support.builders import NOON
from tests.unit.shared.deploys.samples import a_deploy

SAID = a_deploy(environment="prod", strategy="canary", ref="v1.2").said(None)
KEY = SAID["run_key"]


class Far:
    """GitHub: answers in turn, the last for ever."""

    def __init__(self, *answers: tuple[int, Any] | Exception, **headers: str) -> None:
        self.answers = list(answers)
        self.headers = headers
        self.calls: list[Call] = []

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.calls.append(call)
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return Answer(status=answer[0], headers=self.headers, body=json.dumps(answer[1]).encode())


def workflow(far: Far) -> Workflow:
    def locate(*, fresh: bool = False) -> Address:
        return Address(url="https://github.example")

    return Workflow(Service("github", locate, send=far), repository="octo-org/shop", file="ship.yml")


def listed(*runs: tuple[int, str]) -> tuple[int, Any]:
    return 200, {
        "total_count": len(runs),
        "workflow_runs": [{"id": number, "display_title": title, "status": "queued"} for number, title in runs],
    }


def test_a_dispatch_says_what_is_to_be_done_and_is_never_simply_repeated() -> None:
    call = workflow(Far()).dispatch_call(SAID)
    assert (call.method, call.path) == ("POST", "/repos/octo-org/shop/actions/workflows/ship.yml/dispatches")
    assert not call.repeatable
    assert call.json["ref"] == "v1.2"
    assert call.json["inputs"] == {
        "environment": "prod",
        "strategy": "canary",
        "action": "deploy",
        "correlation_id": KEY,
        "requested_by": SAID["requested_by"],
    }


def test_the_answer_to_a_dispatch_names_the_run() -> None:
    far = Far((200, {"workflow_run_id": 7, "run_url": "https://api", "html_url": "https://github.example/runs/7"}))
    assert workflow(far).dispatch(SAID) == Run(id=7, title=KEY, status="queued", url="https://github.example/runs/7")


@pytest.mark.parametrize("answer", [(204, None), (200, {}), (200, []), (200, {"workflow_run_id": "7"}), (200, "ok")])
def test_an_answer_without_a_run_is_in_doubt(answer: tuple[int, Any]) -> None:
    with pytest.raises(ServiceError) as raised:
        workflow(Far(answer)).dispatch(SAID)
    assert raised.value.verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("answer", "headers", "verdict", "wait"),
    [
        ((500, {}), {}, Verdict.AMBIGUOUS, None),
        ((502, {}), {}, Verdict.AMBIGUOUS, None),
        ((503, {}), {"retry-after": "9"}, Verdict.AMBIGUOUS, 9.0),
        (NoAnswerError("no answer"), {}, Verdict.AMBIGUOUS, None),
        ((422, {"message": "No ref found"}), {}, Verdict.TERMINAL, None),
        ((404, {}), {}, Verdict.TERMINAL, None),
        ((403, {}), {}, Verdict.TERMINAL, None),
        ((403, {}), {"retry-after": "30"}, Verdict.RETRY_AFTER, 30.0),
        ((429, {}), {}, Verdict.RETRY_AFTER, 60.0),
    ],
)
def test_what_a_dispatch_that_failed_means(
    answer: Any, headers: dict[str, str], verdict: Verdict, wait: float | None
) -> None:
    with pytest.raises(ServiceError) as raised:
        workflow(Far(answer, **headers)).dispatch(SAID)
    assert (raised.value.verdict, raised.value.retry_after) == (verdict, wait)


def test_a_run_is_looked_for_among_those_since_it_was_asked_for_and_a_bit_before() -> None:
    far = Far(listed((9, "Ship something-else"), (8, f"Ship {KEY}"), (7, f"Ship {KEY}0")))
    found = workflow(far).find(KEY, since=NOON)
    assert found is not None
    assert found.id == 8
    parts = urlsplit(far.calls[0].path)
    assert parts.path == "/repos/octo-org/shop/actions/workflows/ship.yml/runs"
    assert parse_qs(parts.query) == {
        "event": ["workflow_dispatch"],
        "created": [">=2026-03-01T11:55:00Z"],
        "per_page": ["100"],
        "page": ["1"],
    }


def test_of_several_runs_under_one_key_the_first_counts() -> None:
    found = workflow(Far(listed((9, KEY), (8, KEY)))).find(KEY, since=NOON)
    assert found is not None
    assert found.id == 8


def test_all_pages_are_looked_through() -> None:
    full = listed(*((number, "another") for number in range(100)))
    far = Far(full, full, listed((500, KEY)))
    found = workflow(far).find(KEY, since=NOON)
    assert found is not None
    assert [parse_qs(urlsplit(call.path).query)["page"] for call in far.calls] == [["1"], ["2"], ["3"]]


def test_more_runs_than_can_be_seen_leave_it_in_doubt() -> None:
    far = Far(listed(*((number, "another") for number in range(100))))
    with pytest.raises(ServiceError) as raised:
        workflow(far).find(KEY, since=NOON)
    assert (raised.value.verdict, len(far.calls)) == (Verdict.AMBIGUOUS, 10)


@pytest.mark.parametrize("answer", [(200, []), (200, {}), (200, {"workflow_runs": [{"id": None}]}), (200, "")])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(answer: tuple[int, Any]) -> None:
    with pytest.raises(ServiceError, match="cannot be read"):
        workflow(Far(answer)).find(KEY, since=NOON)


def test_a_run_is_read_as_it_is() -> None:
    told = {
        "id": 7,
        "display_title": "Ship it",
        "status": "completed",
        "conclusion": "failure",
        "html_url": "https://x",
    }
    far = Far((200, told))
    assert workflow(far).run(7) == Run(id=7, title="Ship it", status="completed", conclusion="failure", url="https://x")
    assert far.calls[0].path == "/repos/octo-org/shop/actions/runs/7"


def test_a_run_of_no_shape_is_none() -> None:
    with pytest.raises(ServiceError, match="cannot be read"):
        workflow(Far((200, {"id": "7"}))).run(7)
