"""GitHub's limits are told from its refusals, whatever their status."""

import time
from collections.abc import Mapping

import pytest

from shared.runtime.github import ask, is_repository
from shared.runtime.http import LONGEST_WAIT, Address, Answer, Call, Service, ServiceError, Verdict

CALL = Call(method="GET", path="/rate_limit", repeatable=True)


def asked(status: int, **told: str) -> ServiceError:
    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        named = {name.replace("_", "-"): value for name, value in told.items()}
        return Answer(status=status, headers=named, body=b'{"message": "no"}')

    def locate(*, fresh: bool = False) -> Address:
        return Address(url="https://github.example")

    with pytest.raises(ServiceError) as raised:
        ask(Service("github", locate, send=send), CALL)
    return raised.value


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_says_for_how_long_to_stay_away(status: int) -> None:
    error = asked(status, retry_after="30")
    assert (error.verdict, error.retry_after, error.said) == (Verdict.RETRY_AFTER, 30.0, f"{status} no")


@pytest.mark.parametrize("status", [403, 429])
def test_where_nothing_is_left_of_the_hour_its_end_is_waited_for(status: int) -> None:
    reset = str(int(time.time()) + 600)
    error = asked(status, x_ratelimit_remaining="0", x_ratelimit_reset=reset)
    assert error.verdict is Verdict.RETRY_AFTER
    assert error.retry_after is not None
    assert 590 < error.retry_after <= 600


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry_after": "999999"}, LONGEST_WAIT),
        ({"retry_after": "0"}, 1.0),
        ({"x_ratelimit_remaining": "0"}, 60.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "1"}, 1.0),
        ({"x_ratelimit_remaining": "0", "x_ratelimit_reset": "soon"}, 60.0),
    ],
)
def test_no_wait_is_absurd(headers: dict[str, str], wait: float) -> None:
    assert asked(403, **headers).retry_after == wait


@pytest.mark.parametrize("headers", [{}, {"x_ratelimit_remaining": "4999"}, {"retry_after": "soon"}])
def test_a_plain_403_is_a_permission_that_is_missing(headers: dict[str, str]) -> None:
    assert asked(403, **headers).verdict is Verdict.TERMINAL


def test_too_much_is_too_much_where_nothing_else_is_said() -> None:
    error = asked(429)
    assert (error.verdict, error.retry_after) == (Verdict.RETRY_AFTER, 60.0)


def test_other_refusals_stay_what_they_are() -> None:
    assert asked(404, retry_after="30").verdict is Verdict.TERMINAL
    assert asked(500).verdict is Verdict.RETRY_BACKOFF


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("octo-org/shop", True),
        ("o/.github", True),
        ("", False),
        ("shop", False),
        ("a/b/c", False),
        ("a/..", False),
        ("a/.", False),
        ("a b/c", False),
        ("a/b?c", False),
    ],
)
def test_a_repository_is_an_owner_and_a_name(name: str, is_one: bool) -> None:
    assert is_repository(name) is is_one
