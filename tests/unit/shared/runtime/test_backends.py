"""The health of what the blackboard stands on."""

import time
from datetime import UTC, datetime, timedelta
from threading import Event

from shared.runtime.backends import Backends, backends_health
from shared.runtime.errors import DependencyError


def well() -> None: ...


def refused() -> None:
    raise DependencyError("connection refused")


def test_where_all_answer_it_is_healthy() -> None:
    assert backends_health({"database": well, "redis": well}) == (
        200,
        {"status": "healthy", "database": "connected", "redis": "connected"},
    )


def test_what_is_not_in_use_is_not_spoken_of() -> None:
    assert backends_health({"database": well}) == (200, {"status": "healthy", "database": "connected"})


def test_where_one_is_away_the_rest_is_told_too() -> None:
    assert backends_health({"database": well, "redis": refused}) == (
        503,
        {"status": "unhealthy", "database": "connected", "redis": "disconnected", "error": "connection refused"},
    )


def test_who_does_not_answer_is_waited_for_once_and_not_long() -> None:
    ends = Event()

    def silent() -> None:
        ends.wait(60)

    began = time.monotonic()
    status, said = backends_health({"database": silent, "redis": silent}, seconds=0.1)
    taken = time.monotonic() - began
    ends.set()
    assert (status, said["error"], said["redis"]) == (503, "no answer in time", "disconnected")
    assert taken < 10


def test_the_page_makes_nobody_work_more_often_than_every_five_seconds() -> None:
    asked, now = [], [datetime(2026, 3, 1, tzinfo=UTC)]
    backends = Backends(lambda: {"database": lambda: asked.append(1)}, clock=lambda: now[0])
    for seconds in (0, 4, 1):
        now[0] += timedelta(seconds=seconds)
        assert backends()[0] == 200
    assert len(asked) == 2
