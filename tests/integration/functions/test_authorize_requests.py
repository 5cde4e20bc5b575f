"""A key counts once, however its header is spelt."""

from collections.abc import Iterator
from typing import Any

import pytest

from functions.authorize_requests import app
from scripts.keys import create_key
from tests.support.http_events import LambdaContext, api_event
from tests.support.in_process import aws_in_process


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with aws_in_process():
        yield


def ask(headers: dict[str, Any], *, method: str = "GET", path: str = "/admin/listings") -> str:
    event = api_event(method, path, headers=headers) | {"methodArn": "arn:aws:execute-api:::x"}
    effect: str = app.handler(event, LambdaContext())["policyDocument"]["Statement"][0]["Effect"]
    return effect


def test_a_key_opens_what_its_role_may_do_and_nothing_else() -> None:
    headers = {"X-API-Key": create_key(name="anna", role="viewer")}
    assert ask(headers) == "Allow"
    assert ask(headers, method="POST") == "Deny"
    assert ask(headers, path="/blackboard/work") == "Allow"
    assert ask(headers, path="/messages") == "Deny"


def test_a_header_shown_twice_in_two_spellings_is_shown_twice() -> None:
    good = create_key(name="anna", role="viewer")
    with pytest.raises(app.Unauthorized, match=r"^Unauthorized$"):
        ask({"x-api-key": "swy_no", "X-Api-Key": good})
