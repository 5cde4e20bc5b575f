"""What holds for every unit test: nothing outside this process is reached, and nothing is left to chance."""

import socket
from collections.abc import Iterator
from typing import NoReturn

import pytest
from hypothesis import settings

# What a test does not say of itself. The same examples each time: a failure is a failure for everybody.
settings.register_profile("unit", derandomize=True, deadline=None, max_examples=30, database=None)
settings.load_profile("unit")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a unit test tried to open a connection")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket.socket, "connect_ex", refuse)
        yield
