"""Which addresses in the web are said to be dead, and which are left in peace."""

from collections.abc import Mapping

import pytest

from shared.control.ingestion.web import look
from shared.runtime.errors import DependencyError, InvalidInputError
from shared.runtime.guard import UnknownHostError
from shared.runtime.http import Answer, Call, NoAnswerError, NotSentError

URL = "https://a.example/x"


class MemoryWeb:
    """A guard before a web of one page: what it answers to HEAD and to GET."""

    def __init__(
        self, head: int | Exception = 200, get: int | Exception = 200, refuses: Exception | None = None
    ) -> None:
        self.answers = {"HEAD": head, "GET": get}
        self.refuses = refuses
        self.asked: list[str] = []

    def check(self, url: str) -> None:
        if self.refuses:
            raise self.refuses

    def send_guarded(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.asked.append(f"{call.method} {url}")
        answer = self.answers[call.method]
        if isinstance(answer, Exception):
            raise answer
        return Answer(status=answer, headers={}, body=b"")


@pytest.mark.parametrize(
    ("web", "reason"),
    [
        (MemoryWeb(404, 404), "it answers 404"),
        (MemoryWeb(410, 410), "it answers 410"),
        (MemoryWeb(404, 200), None),  # it knows no HEAD
        (MemoryWeb(405), None),
        (MemoryWeb(302), None),
        (MemoryWeb(403), None),
        (MemoryWeb(429), None),
        (MemoryWeb(500), None),
        (MemoryWeb(NotSentError("x")), None),
        (MemoryWeb(404, NoAnswerError("x")), None),
        (MemoryWeb(refuses=UnknownHostError("there is no such host")), "there is no such host"),
        (MemoryWeb(refuses=InvalidInputError("it is private")), None),
        (MemoryWeb(refuses=DependencyError("no name server")), None),
    ],
)
def test_only_what_is_certainly_gone_is_dead(web: MemoryWeb, reason: str | None) -> None:
    assert look([URL], guard=web) == {URL: reason}


def test_nothing_is_asked_that_may_not_be() -> None:
    web = MemoryWeb(refuses=InvalidInputError("it is private"))
    look([URL], guard=web)
    assert web.asked == []


def test_many_are_looked_at_together() -> None:
    web = MemoryWeb()
    addresses = [f"https://a.example/{number}" for number in range(40)]
    assert look(addresses, guard=web) == dict.fromkeys(addresses)
    assert len(web.asked) == 40
