"""Listening: what is announced is taken once, and what was missed is looked for."""

import json
from collections.abc import Iterator
from itertools import count
from threading import Event
from uuid import UUID

import pytest

from scripts.blackboard.bridge import listening
from scripts.blackboard.bridge.announced import Kept
from scripts.blackboard.bridge.backlog import Backlog
from scripts.blackboard.bridge.channel import RedisLostError
from scripts.blackboard.bridge.listening import Listening
from scripts.blackboard.bridge.posting import Known
from tests.unit.scripts.blackboard.announcing import Logged, announced, said

SUBSCRIBED = ("subscribe", "1")
LOST = RedisLostError("connection refused")


def message(number: int) -> tuple[str, str]:
    return "message", json.dumps(said(number))


class Script:
    """A channel on which one thing comes after the other; at its end all ends."""

    def __init__(self, *comes: tuple[str, str] | Exception | None, shelf: list[Kept] | None = None) -> None:
        self.stopped = Event()
        self.listened = 0
        self.shelf = shelf or []
        self._comes = list(comes)

    def listen(self) -> None:
        self.listened += 1

    def next(self, seconds: float) -> tuple[str, str] | None:
        if not self._comes:
            self.stopped.set()
            return None
        come = self._comes.pop(0)
        if isinstance(come, Exception):
            raise come
        return come

    def kept(self) -> Iterator[Kept]:
        yield from self.shelf

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "backoff", lambda attempt: 0.0)


def heard(script: Script, *, backlog: Backlog | None = None, known: Known | None = None) -> tuple[list[str], Logged]:
    """What waits in the end, and what was said."""
    waiting, log = Backlog() if backlog is None else backlog, Logged()
    Listening(script, waiting, known or Known(), log=log, stopped=script.stopped).run()
    return drained(waiting), log


def drained(backlog: Backlog) -> list[str]:
    found = []
    while (item := backlog.first(0)) is not None:
        found.append(item if isinstance(item, str) else item.id)
        backlog.done()
    return found


def test_what_is_announced_waits_in_its_order() -> None:
    waiting, _ = heard(Script(SUBSCRIBED, message(2), None, message(1)))
    assert waiting == [announced(2).id, announced(1).id]


def test_what_is_kept_is_looked_through_whenever_the_channel_is_listened_to_anew() -> None:
    script = Script(SUBSCRIBED, message(3), LOST, SUBSCRIBED, shelf=[Kept(id="9", created_at_ms=1)])
    waiting, log = heard(script)
    assert waiting == ["9", announced(3).id]
    assert log.events == [
        "redis_connected",
        "artefacts_found",
        "redis_disconnected",
        "redis_connected",
        "artefacts_found",
    ]
    assert script.listened == 2


def test_who_is_to_end_looks_through_no_more() -> None:
    class Endless(Script):
        def kept(self) -> Iterator[Kept]:
            for number in count(1):
                if number == 3:
                    self.stopped.set()
                yield Kept(id=str(UUID(int=number)), created_at_ms=number)

    script = Endless(SUBSCRIBED)
    assert len(heard(script)[0]) <= 3
    assert script.stopped.is_set()


def test_what_is_known_is_not_taken_again() -> None:
    known = Known()
    known.add(announced(1).id)
    waiting, log = heard(Script(SUBSCRIBED, message(1), shelf=[Kept(id=announced(1).id, created_at_ms=1)]), known=known)
    assert waiting == []
    assert log.events == ["redis_connected"]


def test_what_was_refused_is_tried_again_when_all_is_looked_through_anew() -> None:
    """What it was made of may have been missed, and be found now."""
    known, shelf = Known(), [Kept(id=announced(1).id, created_at_ms=1)]
    known.refuse(announced(1).id)
    waiting, _ = heard(Script(SUBSCRIBED, shelf=shelf), known=known)
    assert waiting == [announced(1).id]


def test_what_cannot_be_read_is_told_and_stops_nothing() -> None:
    waiting, log = heard(Script(SUBSCRIBED, ("message", "nonsense"), message(1)))
    assert waiting == [announced(1).id]
    assert log.lines[1] == ("warn", "message_malformed", {"reason": "it is no JSON", "message": "nonsense"})


class Draining(Script):
    """Where nothing comes, all that waits is brought."""

    def __init__(self, *comes: tuple[str, str] | None, backlog: Backlog) -> None:
        super().__init__(*comes)
        self.brought: list[str] = []
        self._backlog = backlog

    def next(self, seconds: float) -> tuple[str, str] | None:
        come = super().next(seconds)
        if come is None:
            self.brought += drained(self._backlog)
        return come

    def kept(self) -> Iterator[Kept]:
        return (one for one in self.shelf if one.id not in self.brought)


def test_what_there_was_no_room_for_is_told_once_and_looked_for_when_there_is() -> None:
    backlog = Backlog(most=1)
    script = Draining(SUBSCRIBED, message(1), message(2), message(3), None, None, None, backlog=backlog)
    script.shelf = [Kept(id=announced(number).id, created_at_ms=number) for number in (1, 2, 3)]
    _, log = heard(script, backlog=backlog)
    assert script.brought == [announced(number).id for number in (1, 2, 3)]
    assert log.events.count("backlog_full") == log.events.count("backlog_drained")
    assert "backlog_full" in log.events
