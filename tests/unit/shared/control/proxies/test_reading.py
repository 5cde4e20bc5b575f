"""Reading what documents say: all at once, in order, and not for ever."""

from datetime import datetime, timedelta
from threading import Barrier

import pytest

from shared.control.proxies.reading import AT_ONCE, PATIENCE, Contents
from shared.runtime.errors import DependencyError
from tests.support.builders import NOON
from tests.support.ends import FOR_EVER
from tests.support.proxied import a_document, gone


class RunningClock:
    """Every look at it takes so long."""

    def __init__(self, step: timedelta) -> None:
        self._now = NOON
        self._step = step

    def __call__(self) -> datetime:
        self._now += self._step
        return self._now


def test_contents_come_in_the_order_of_their_documents_without_those_that_are_gone() -> None:
    documents = [a_document(f"d{n}", f"{n}", **({"read": gone} if n == 3 else {})) for n in range(2 * AT_ONCE + 1)]
    contents = Contents(documents, clock=lambda: NOON)
    assert [content for _, content in contents] == [f"{n}" for n in range(2 * AT_ONCE + 1) if n != 3]
    assert not contents.is_cut


def test_several_are_read_at_once() -> None:
    meeting = Barrier(AT_ONCE, timeout=FOR_EVER)

    def read() -> str:
        meeting.wait()
        return "met"

    assert len(list(Contents([a_document(f"d{n}", read=read) for n in range(AT_ONCE)], clock=lambda: NOON))) == AT_ONCE


def test_where_time_is_up_the_rest_is_not_read_and_that_is_said() -> None:
    contents = Contents([a_document(f"d{n}") for n in range(10 * AT_ONCE)], clock=RunningClock(PATIENCE / 2))
    assert (len(list(contents)), contents.is_cut) == (2 * AT_ONCE, True)


def test_a_store_that_is_unwell_is_an_error() -> None:
    def read() -> str:
        raise DependencyError("the file store cannot be reached")

    with pytest.raises(DependencyError):
        list(Contents([a_document(read=read)], clock=lambda: NOON))
