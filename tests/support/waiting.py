"""Waiting for a fact: looking again until it is there, and saying what was seen instead where it does not come."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.support.ends import FOR_EVER

T = TypeVar("T")

_PAUSE = 0.05  # seconds between two looks


def eventually(look: Callable[[], T], *, limit: float = FOR_EVER) -> T:
    """What the look finds, as soon as it finds something. Raises AssertionError after `limit` seconds."""
    end = time.monotonic() + limit
    while not (seen := look()):
        assert time.monotonic() < end, f"not within {limit} seconds; seen instead: {seen!r:.1000}"
        time.sleep(_PAUSE)
    return seen
