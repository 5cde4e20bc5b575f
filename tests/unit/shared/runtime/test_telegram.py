"""The Telegram bot's refusals are read with care."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from shared.runtime.http import LONGEST_WAIT, Address, Answer, Call, Service, ServiceError, Verdict
from shared.runtime.telegram import ask, parameters_of

CALL = Call(method="POST", path="/sendMessage", json={}, repeatable=False)


def an_answer(body: Any, status: int) -> Answer:
    return Answer(status=status, headers={}, body=body if isinstance(body, bytes) else json.dumps(body).encode())


def refused(answer: Answer) -> ServiceError:
    def locate(*, fresh: bool = False) -> Address:
        return Address(url="https://telegram.example/bot1:token")

    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        return answer

    with pytest.raises(ServiceError) as caught:
        ask(Service("telegram", locate, send=send), CALL)
    return caught.value


@pytest.mark.parametrize(
    ("parameters", "seconds"),
    [
        ({"retry_after": 17}, 17.0),
        ({"retry_after": 10**9}, LONGEST_WAIT),
        ({"retry_after": 0}, None),
        ({"retry_after": -5}, None),
        ({"retry_after": "17"}, None),
        ({"retry_after": None}, None),
        ({}, None),
        (None, None),
        ([], None),
        ("17", None),
    ],
    ids=str,
)
def test_how_long_to_stay_away_is_read_from_the_body(parameters: Any, seconds: float | None) -> None:
    body = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": parameters}
    error = refused(an_answer(body, 429))
    assert (error.verdict, error.retry_after) == (Verdict.RETRY_AFTER, seconds)
    assert error.said == "429 Too Many Requests"


@pytest.mark.parametrize("body", [b"", [], "429", None])
def test_a_refusal_that_cannot_be_read_is_one_all_the_same(body: Any) -> None:
    answer = an_answer(body, 429)
    assert refused(answer).retry_after is None
    assert parameters_of(answer) == parameters_of(None) == {}
