"""Services far away that answer as a test has it, and what documents are read with."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from shared.control.ingestion.source import Connector, Page, Reading
from shared.runtime.http import Address, Answer, Call, Service
from tests.stand_ins.git_tree import GitTree
from tests.stand_ins.http import RefusedError
from tests.support.builders import NOON

CORRELATION = "nightly-1"


class Far:
    """Answers in turn, the last for ever: status and body, or an exception."""

    def __init__(self, *answers: tuple[int, Any] | Exception, **headers: str) -> None:
        self.answers = list(answers)
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.calls: list[Call] = []
        self.urls: list[str] = []

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        self.calls.append(call)
        self.urls.append(url)
        answer = self.answers[min(len(self.calls), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        status, body = answer
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Answer(status=status, headers=self.headers, body=raw)


class FarGithub:
    """GitHub with one repository; `fails` is asked first, and may answer instead."""

    def __init__(self, tree: GitTree) -> None:
        self.tree = tree
        self.paths: list[str] = []
        self.fails: Callable[[str], Answer | None] = lambda _: None

    def __call__(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        path = call.path.removeprefix(f"/repos/{self.tree.repository}")
        self.paths.append(path)
        if answer := self.fails(path):
            return answer
        try:
            return Answer(status=200, headers={}, body=json.dumps(self._shown(path)).encode())
        except RefusedError as error:
            return Answer(status=error.status, headers={}, body=json.dumps({"message": error.reason}).encode())

    def asked_for(self, what: str) -> int:
        return sum(what in path for path in self.paths)

    def _shown(self, path: str) -> Any:
        asked = urlsplit(path)
        query = dict(parse_qsl(asked.query))
        name = asked.path.rpartition("/")[2]
        match asked.path.split("/")[1:3]:
            case ["commits", *_]:
                return self.tree.shown_commits(
                    sha=query.get("sha", ""), path=query.get("path", ""), most=int(query["per_page"])
                )
            case ["git", "trees"]:
                return self.tree.shown_tree(name)
            case ["git", "blobs"]:
                return self.tree.shown_blob(name)
        raise RefusedError("Not Found", status=404)


def service(send: Any, name: str = "far") -> Service:
    def locate(*, fresh: bool = False) -> Address:
        return Address(url="https://far.example")

    return Service(name, locate, send=send)


def a_reading(place: str, cursor: Mapping[str, Any] | None = None, **changes: Any) -> Reading:
    told: dict[str, Any] = {
        "position": {},
        "correlation_id": CORRELATION,
        "until": NOON + timedelta(minutes=1),
    } | changes
    return Reading(place=place, cursor=cursor or {}, **told)


def all_pages(connector: Connector, place: str, cursor: Mapping[str, Any] | None = None) -> list[Page]:
    """Each page that a reading has, as the step asks for them."""
    pages = [connector.page(a_reading(place, cursor))]
    while pages[-1].position is not None:
        pages.append(connector.page(a_reading(place, position=pages[-1].position)))
        assert len(pages) < 50
    return pages
