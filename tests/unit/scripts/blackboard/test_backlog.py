"""What waits to be posted: in order, each once, in bounded memory."""

from threading import Thread

from scripts.blackboard.bridge.backlog import Backlog
from tests.unit.scripts.blackboard.announcing import announced


def test_what_came_first_goes_first_and_stays_until_it_is_done() -> None:
    backlog = Backlog()
    assert backlog.put(announced(1))
    assert backlog.put("2")
    assert backlog.first(0) == backlog.first(0) == announced(1)
    backlog.done()
    assert backlog.first(0) == "2"
    backlog.done()
    assert backlog.first(0.01) is None


def test_what_waits_already_does_not_wait_twice() -> None:
    backlog = Backlog()
    assert backlog.put(announced(1))
    assert backlog.put(announced(1).id)
    assert len(backlog) == 1
    backlog.done()
    assert backlog.put(announced(1).id)
    assert len(backlog) == 1


def test_what_there_is_no_room_for_is_counted() -> None:
    backlog = Backlog(most=2)
    assert [backlog.put(announced(number)) for number in (1, 2, 3, 4)] == [True, True, False, False]
    assert (len(backlog), backlog.take_dropped(), backlog.take_dropped()) == (2, 2, 0)


def test_memory_is_bounded_whatever_the_size_of_what_comes() -> None:
    backlog = Backlog(most_bytes=10_000)
    assert backlog.put(announced(1, payload="x" * 20_000))  # alone it may be as large as it is
    assert not backlog.put(announced(2))
    backlog.done()
    backlog.take_dropped()
    assert sum(backlog.put(announced(number, payload="x" * 2_000)) for number in range(10)) == 3


def test_behind_what_was_dropped_nothing_is_let_in_until_it_is_looked_for() -> None:
    backlog = Backlog(most=1)
    backlog.put(announced(1))
    assert not backlog.put(announced(2))
    backlog.done()
    assert not backlog.put(announced(3, source_artefacts=[announced(2).id]))
    assert backlog.take_dropped() == 2
    assert backlog.put(announced(2).id)


def test_who_waits_for_something_gets_it_as_soon_as_it_comes() -> None:
    backlog, got = Backlog(), list[object]()
    waiting = Thread(target=lambda: got.append(backlog.first(10)))
    waiting.start()
    backlog.put("1")
    waiting.join(5)
    assert got == ["1"]
