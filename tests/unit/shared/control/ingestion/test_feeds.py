"""Cursors are kept when a place was read to its end, and set back when that is undone."""

import pytest

from shared.control.ingestion.feeds import ATTEMPTS, LedgerFeeds, feed_id
from shared.control.ingestion.run_tag import RunTag
from shared.control.ingestion.source import Cursor
from shared.ledger.memory import MemoryLedger
from shared.runtime.errors import ConflictError
from tests.support.builders import NOON, a_cause
from tests.support.pauses import no_pause

FIRST, SECOND = RunTag("run-1", "github"), RunTag("run-2", "github")


class Log:
    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.feeds = LedgerFeeds(self.ledger, pause=no_pause)

    def advance(self, tag: RunTag, cursor: Cursor, place: str = "a/b") -> None:
        self.feeds.advance(tag, place, cursor, a_cause(), at=NOON)

    def set_back(self, tag: RunTag) -> int:
        return self.feeds.set_back(tag, a_cause(), at=NOON)

    def cursor(self, place: str = "a/b") -> Cursor:
        return self.feeds.cursor("github", place)

    def happened(self) -> list[str]:
        return [event.type for event in self.ledger.history("INGESTION", feed_id("github", "a/b"))]


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_place_that_was_never_read_has_no_cursor(log: Log) -> None:
    assert log.cursor() == {}


def test_a_cursor_is_kept_for_each_place(log: Log) -> None:
    log.advance(FIRST, {"tree": "1", "more": [1, None]})
    log.advance(FIRST, {"tree": "2"}, "c/d")
    assert (log.cursor(), log.cursor("c/d")) == ({"tree": "1", "more": [1, None]}, {"tree": "2"})
    assert log.feeds.cursor("jira", "a/b") == {}


def test_without_news_nothing_is_written(log: Log) -> None:
    log.advance(FIRST, {"tree": "1"})
    log.advance(SECOND, {"tree": "1"})
    assert log.happened() == ["ingestion.advanced"]
    assert log.set_back(SECOND) == 0


def test_a_step_that_is_repeated_advances_once(log: Log) -> None:
    log.advance(FIRST, {"tree": "1"})
    log.advance(FIRST, {"tree": "2"})
    assert log.cursor() == {"tree": "1"}


def test_what_is_undone_is_read_again(log: Log) -> None:
    log.advance(FIRST, {"tree": "1"})
    log.advance(SECOND, {"tree": "2"})
    assert log.set_back(SECOND) == 1
    assert log.cursor() == {"tree": "1"}
    assert log.set_back(FIRST) == 1
    assert log.set_back(FIRST) == 1
    assert log.cursor() == {}
    assert log.happened() == [
        "ingestion.advanced",
        "ingestion.advanced",
        "ingestion.set_back",
        "ingestion.set_back",
    ]


def test_a_run_that_is_undone_takes_those_after_it_back_to_where_it_began(log: Log) -> None:
    log.advance(FIRST, {"tree": "1"})
    log.advance(SECOND, {"tree": "2"})
    log.set_back(FIRST)
    assert log.cursor() == {}


class Busy(MemoryLedger):
    times = 0

    def commit(self, change):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        if self.times:
            self.times -= 1
            raise ConflictError("somebody was faster")
        super().commit(change)


def test_others_who_write_at_the_same_time_are_waited_for(log: Log) -> None:
    ledger = log.feeds._ledger = Busy()
    ledger.times = 1
    log.advance(FIRST, {"tree": "1"})
    assert log.cursor() == {"tree": "1"}
    ledger.times = 1
    log.set_back(FIRST)
    assert log.cursor() == {}
    log.advance(SECOND, {"tree": "2"})
    ledger.times = 3 * ATTEMPTS
    for act in (lambda: log.advance(RunTag("run-3", "github"), {"tree": "3"}), lambda: log.set_back(SECOND)):
        with pytest.raises(ConflictError, match="all the time"):
            act()
