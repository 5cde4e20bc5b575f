"""Posting what was announced: each once, in order, through whatever the API answers."""

import json
from collections.abc import Mapping
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scripts.blackboard.board import Board
from scripts.blackboard.bridge import posting
from scripts.blackboard.bridge.backlog import Backlog, Item
from scripts.blackboard.bridge.channel import RedisLostError
from scripts.blackboard.bridge.posting import Known, Posting
from scripts.blackboard.place import Place
from shared.runtime.http import Answer, Call, NotSentError
from tests.unit.scripts.blackboard.announcing import Logged, announced, said

PLACE = Place(url="http://blackboard.test", key="swy_key", instance="demo")


class Api:
    """Keeps what is posted, after what it is told to answer first."""

    def __init__(self, *first: int | Exception) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.posted: list[dict[str, Any]] = []
        self._first = list(first)

    def send(self, url: str, call: Call, headers: Mapping[str, str]) -> Answer:
        assert parse_qs(urlsplit(url).query)["instance"] == ["demo"]
        assert headers["Authorization"] == "Bearer swy_key"
        if self._first:
            first = self._first.pop(0)
            if isinstance(first, Exception):
                raise first
            return _answer(first, {"detail": "so it is"})
        if call.method == "GET":
            known = self.kept.get(urlsplit(url).path.rpartition("/")[2])
            return _answer(200, known) if known else _answer(404, {})
        self.posted.append(call.json)
        self.kept[call.json["id"]] = {"logical_id": call.json["id"]} | call.json
        return _answer(201, call.json)


def _answer(status: int, body: Any) -> Answer:
    return Answer(status=status, headers={}, body=json.dumps(body).encode())


class Shelf:
    """Cannot be asked so many times, and then it can."""

    def __init__(self, *artefacts: dict[str, Any], lost_for: int = 0) -> None:
        self._known = {one["id"]: one for one in artefacts}
        self._lost_for = lost_for

    def _check(self) -> None:
        self._lost_for -= 1
        if self._lost_for >= 0:
            raise RedisLostError("timed out")

    def artefact(self, artefact_id: str) -> dict[str, str]:
        self._check()
        found = self._known.get(artefact_id, {})
        return {name: json.dumps(value) if isinstance(value, list) else str(value) for name, value in found.items()}

    def first_of_thread(self, logical_id: str) -> str | None:
        self._check()
        mine = [one for one in self._known.values() if one["logical_id"] == logical_id and one["version"] == 1]
        return mine[0]["id"] if mine else None


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Event, "wait", lambda self, timeout=None: self.is_set())
    monkeypatch.setattr(posting, "backoff", lambda attempt: 0.0)


def brought(api: Api, *items: Item, shelf: Shelf | None = None) -> Logged:
    """What was said, after all of it was brought."""
    backlog, stopped, log = Backlog(), Event(), Logged()
    for item in items:
        backlog.put(item)
    work = Posting(Board(PLACE, send=api.send), shelf or Shelf(), backlog, Known(), log=log, stopped=stopped)
    while (item := backlog.first(0)) is not None:  # type: ignore[assignment]
        assert work._is_brought(item)
        backlog.done()
    return log


def test_each_is_posted_once_in_order_with_its_id_and_role() -> None:
    api = Api()
    log = brought(api, announced(2), announced(1), announced(2))
    assert [one["id"] for one in api.posted] == [announced(2).id, announced(1).id]
    assert api.posted[0]["produced_by_role"] == "Writer"
    assert log.events == ["artefact_posted", "artefact_posted"]


def test_what_the_blackboard_knows_is_not_posted() -> None:
    """Its own announcements come back on the same channel."""
    api = Api()
    api.kept[announced(1).id] = said(1)
    log = brought(api, announced(1))
    assert (api.posted, log.lines) == ([], [])


def test_what_is_kept_is_read_when_it_is_its_turn() -> None:
    api = Api()
    brought(api, announced(1).id, "gone", shelf=Shelf(said(1, payload="kept")))
    assert [one["payload"] for one in api.posted] == ["kept"]


def test_without_redis_what_is_kept_is_waited_for_and_nothing_is_lost() -> None:
    """Who listens may have noticed nothing of it, and looks through no keys then."""
    api = Api()
    log = brought(api, announced(1).id, announced(2), shelf=Shelf(said(1), lost_for=2))
    assert [one["id"] for one in api.posted] == [announced(1).id, announced(2).id]
    assert log.events == [
        "redis_unavailable",
        "redis_unavailable",
        "artefact_posted",
        "redis_available",
        "artefact_posted",
    ]
    assert (log.lines[0][2]["error"], log.lines[0][2]["waiting"]) == ("timed out", 2)


def test_a_thread_is_not_torn_because_redis_was_away_for_a_moment() -> None:
    first, later = said(1), said(2, version=2, logical_id=said(1)["logical_id"])
    api = Api()
    api.kept[first["id"]] = first | {"logical_id": first["id"]}
    log = brought(api, announced(2, version=2, logical_id=later["logical_id"]), shelf=Shelf(first, lost_for=1))
    assert [one["logical_id"] for one in api.posted] == [first["id"]]
    assert "thread_unknown" not in log.events


@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_what_is_refused_is_told_and_stops_nothing(status: int) -> None:
    api = Api(status)
    log = brought(api, announced(1), announced(2))
    assert log.lines[0] == (
        "warn",
        "artefact_refused",
        {"artefact_id": announced(1).id, "reason": f"{status} so it is"},
    )
    assert [one["id"] for one in api.posted] == [announced(2).id]


def test_what_is_kept_and_malformed_is_told_with_its_id() -> None:
    log = brought(Api(), announced(1).id, shelf=Shelf(said(1, type="")))
    assert log.lines == [("warn", "artefact_refused", {"artefact_id": announced(1).id, "reason": "it has no type"})]


@pytest.mark.parametrize("trouble", [500, 503, 429, 401, 403, NotSentError("cannot be reached")])
def test_what_passes_by_itself_is_waited_for_and_nothing_is_lost(trouble: int | Exception) -> None:
    api = Api(trouble, trouble, trouble)
    log = brought(api, announced(1), announced(2))
    assert [one["id"] for one in api.posted] == [announced(1).id, announced(2).id]
    assert log.events[0] == "api_unavailable"
    assert log.lines[0][2]["waiting"] == 2
    assert log.events[-3:] == ["artefact_posted", "api_available", "artefact_posted"]


def test_a_later_version_is_posted_to_the_thread_that_its_first_has_here() -> None:
    first, later = said(1), said(2, version=2, logical_id=said(1)["logical_id"])
    api = Api()
    brought(api, first["id"], later["id"], shelf=Shelf(first, later))
    assert "logical_id" not in api.posted[0]
    assert api.posted[1]["logical_id"] == first["id"]


def test_a_later_version_of_what_nobody_knows_begins_a_thread_and_it_is_told() -> None:
    api = Api()
    log = brought(api, announced(2, version=2))
    assert "logical_id" not in api.posted[0]
    assert log.events == ["thread_unknown", "artefact_posted"]


def test_when_all_is_to_end_what_is_not_brought_is_left() -> None:
    stopped, backlog = Event(), Backlog()
    backlog.put(announced(1))
    work = Posting(Board(PLACE, send=Api(*[503] * 9).send), Shelf(), backlog, Known(), log=Logged(), stopped=stopped)
    stopped.set()
    work.run()
    assert len(backlog) == 1


def test_only_so_many_ids_are_remembered() -> None:
    known = Known(2)
    for number in "123":
        known.add(number)
    assert ["1" in known, "2" in known, "3" in known] == [False, True, True]
