"""That there is an end: looked at so that no machine is too busy for it, and that nothing without an end passes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_LIMIT: Final = 60.0  # seconds; limits of the product that are looked at are given a few at most
# Seconds; who waits for what has to come, or is to be silent for ever, does so for so long: that all tests end.
FOR_EVER: Final = 3 * _LIMIT


@contextmanager
def has_an_end() -> Iterator[None]:
    """What is done within ends by a limit of its own. How soon is for benchmarks: a busy machine may stand still."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < _LIMIT


@contextmanager
def little_work(most: float) -> Iterator[None]:
    """In seconds of the processor, whatever else it does: many times what is needed, and a small part of what the
    square of it would be.
    """
    began = time.process_time()
    yield
    assert time.process_time() - began < most
