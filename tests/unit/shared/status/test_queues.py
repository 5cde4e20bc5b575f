"""Queues are asked all at once: one that does not answer keeps nobody waiting for long, and is unknown."""

from collections.abc import Iterator
from threading import Event

import pytest

from shared.runtime.errors import DependencyError
from shared.status import queues
from shared.status.queues import Depth, read_depths


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """Set at the end: until then who waits for it does not answer."""
    monkeypatch.setattr(queues, "PATIENCE", 0.1)
    release = Event()
    yield release
    release.set()


def away() -> int:
    raise DependencyError("the queue cannot be reached")


def test_what_does_not_answer_in_time_is_unknown_and_the_others_are_told(stuck: Event) -> None:
    def silent() -> int:
        stuck.wait()
        return 7

    found = read_depths(waiting={"a": silent, "b": lambda: 3}, dead={"a": lambda: 1, "c": silent, "d": away})
    assert found == (
        Depth(name="a", messages=None, is_dead=False),
        Depth(name="b", messages=3, is_dead=False),
        Depth(name="a", messages=1, is_dead=True),
        Depth(name="c", messages=None, is_dead=True),
        Depth(name="d", messages=None, is_dead=True),
    )


def test_what_is_wrong_with_us_is_not_called_unknown() -> None:
    def wrong() -> int:
        raise PermissionError("we may not read it")

    with pytest.raises(PermissionError):
        read_depths(waiting={"a": wrong}, dead={})


def test_where_there_are_no_queues_nobody_is_asked() -> None:
    assert read_depths(waiting={}, dead={}) == ()
