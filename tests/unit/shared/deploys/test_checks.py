"""What is looked at after a deploy: three good answers in a row, within a bounded time."""

from collections.abc import Callable, Mapping

import pytest

from shared.deploys.checks import IN_A_ROW, MOST_CHECKS, MOST_SECONDS, MOST_TRIES, Check, look_at, read_checks
from shared.deploys.run import Look
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError

API = Check(name="api", url="https://api.example/health?deep=1")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


def test_checks_are_read_by_environment() -> None:
    found = read_checks(
        "staging:api=https://a.example/health, staging:web=http://b.example:8080/?x=1,prod:api=https://c"
    )
    assert {name: [(one.name, one.url) for one in checks] for name, checks in found.items()} == {
        "staging": [("api", "https://a.example/health"), ("web", "http://b.example:8080/?x=1")],
        "prod": [("api", "https://c")],
    }
    assert read_checks("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "api=https://a.example",
        "dev:api=https://a.example",
        "staging:api",
        "staging:=https://a.example",
        "staging:api=ftp://a.example",
        "staging:a b=https://a.example",
        "staging:api=https://a.example prod:api=https://b.example",
        ",".join(["prod:api=https://a.example"] * (MOST_CHECKS + 1)),
    ],
)
def test_what_is_no_list_of_checks_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a check is|checks at most"):
        read_checks(text)


def looked(*outcomes: int | Exception, seconds: float = 0.01) -> tuple[Look, int]:
    """What is found where the address answers like this, the last for ever; and how often it was asked."""
    clock, asked = Clock(), []

    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        assert (url, call.method, call.path) == (API.url, "GET", "")
        asked.append(url)
        clock.now += seconds
        outcome = outcomes[min(len(asked), len(outcomes)) - 1]
        if isinstance(outcome, Exception):
            raise outcome
        return Answer(status=outcome, headers={}, body=b"")

    (look,) = look_at([API], send=send, pause=clock.pause, clock=clock)
    return look, len(asked)


def test_three_good_answers_in_a_row_are_enough() -> None:
    look, asked = looked(200)
    assert (look, asked) == (Look(name="api", is_good=True, tries=3, milliseconds=10), IN_A_ROW)


def test_what_has_just_been_shipped_is_given_a_moment() -> None:
    look, asked = looked(503, 200, 502, 200, 204, 299)
    assert (look.is_good, look.said, asked) == (True, None, 6)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (503, "503"),
        (404, "404"),
        (302, "302"),
        (NotSentError("cannot be reached"), "cannot be reached"),
        (NoAnswerError("did not answer in time"), "did not answer in time"),
    ],
)
def test_what_never_answers_well_is_not_well_and_says_why(outcome: int | Exception, said: str) -> None:
    look, asked = looked(outcome)
    assert (look.is_good, look.milliseconds, look.said, asked) == (False, None, said, MOST_TRIES)


def test_what_answers_well_only_now_and_then_is_not_well() -> None:
    assert not looked(*[200, 200, 500] * MOST_TRIES)[0].is_good


def test_the_time_that_is_spent_has_an_end() -> None:
    look, asked = looked(NoAnswerError("did not answer in time"), seconds=10.0)
    assert not look.is_good
    assert asked * 12 <= MOST_SECONDS + 12


def test_many_are_looked_at_at_once_and_told_in_their_order() -> None:
    answers: Mapping[str, int] = {"https://a": 200, "https://b": 500}
    clock = Clock()
    send: Callable[..., Answer] = lambda url, call, headers: Answer(status=answers[url], headers={}, body=b"")  # noqa: E731
    checks = [Check(name=url[-1], url=url) for url in answers]
    looks = look_at(checks, send=send, pause=clock.pause, clock=lambda: 0.0)
    assert [(look.name, look.is_good) for look in looks] == [("a", True), ("b", False)]


def test_where_there_is_nothing_to_look_at_nothing_is_found() -> None:
    def send(url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        raise AssertionError("nobody is to be asked")

    assert look_at([], send=send, pause=Clock().pause, clock=Clock()) == []
